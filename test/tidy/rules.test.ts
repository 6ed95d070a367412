import { describe, expect, it } from "vitest";
import { checksums, extendLock, lockLine } from "./migrations.ts";
import { rules } from "./rules.ts";
import type { Rule } from "./source.ts";
import { treeOf } from "./source.ts";

/** Where a rule reports, without its words. */
function places(rule: Rule, files: Readonly<Record<string, string>>): readonly string[] {
  return rule.check(treeOf(files)).map(({ path, line }) => `${path}:${line}`);
}

describe.each(rules.map((rule) => [rule.name, rule] as const))("the rule %s", (_, rule) => {
  it.each(rule.caught.map((one) => [one.when, one] as const))("when %s, reports", (_when, one) => {
    expect(places(rule, one.files)).toEqual(one.at);
  });

  it("leaves alone what only looks wrong", () => {
    expect(places(rule, rule.clean)).toEqual([]);
  });

  it("passes an empty repository", () => {
    expect(places(rule, {})).toEqual([]);
  });
});

describe("the lock of the migrations", () => {
  it("given a new migration, then its line is appended and the old ones stay", () => {
    const old = lockLine("0001-first", "select 1;");
    const files = new Map([
      [checksums, `${old}\n`],
      ["migrations/0001-first/up.sql", "select 1; -- changed since"],
      ["migrations/0002-second/up.sql", "select 2;"],
    ]);
    expect(extendLock(files)).toBe(`${old}\n${lockLine("0002-second", "select 2;")}\n`);
  });
});
