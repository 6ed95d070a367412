import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { rules } from "./tidy/rules.ts";
import { readTree, show } from "./tidy/source.ts";

const tree = readTree(fileURLToPath(new URL("..", import.meta.url)));

describe("the law of the repository", () => {
  it("finds the sources it is to read", () => {
    expect(tree.sources.map((file) => file.path)).toContain("test/tidy.test.ts");
    expect(tree.files.has("package.json")).toBe(true);
  });

  it.each(rules.map((rule) => [rule.name, rule] as const))("%s", (name, rule) => {
    expect(rule.check(tree).map((violation) => show(name, violation))).toEqual([]);
  });
});
