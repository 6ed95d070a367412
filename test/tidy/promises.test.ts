import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { lostPromises, programOf, programOfText } from "./promises.ts";
import { show } from "./source.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

describe("lost promises", () => {
  it("given calls of ours and of a library, then those nobody waits for are reported", () => {
    const path = `${root}test/tidy/in-memory.ts`;
    const text = [
      'import type { Client } from "pg";',
      "async function ours(): Promise<number> { return 1; }",
      "export async function main(client: Client): Promise<void> {",
      '  client.query("select 1");',
      "  ours();",
      "  ours().then((n) => n + 1);",
      "  client.end?.();",
      '  await client.query("select 1");',
      "  void ours();",
      "  ours().catch(() => 0);",
      "  const kept = ours();",
      "  await kept;",
      "}",
    ].join("\n");
    const program = programOfText(path, text);
    const places = lostPromises(program, (name) => name === path).map(({ line }) => line);
    expect(places).toEqual([4, 5, 6, 7]);
  });

  it("the repository has none", { timeout: 120_000 }, () => {
    const program = programOf(`${root}tsconfig.json`);
    const isOurs = (path: string): boolean =>
      path.startsWith(root) && !path.includes("/node_modules/");
    expect(program.getSourceFiles().filter((one) => isOurs(one.fileName))).not.toEqual([]);
    const found = lostPromises(program, isOurs).map((violation) =>
      show("lost-promise", { ...violation, path: relative(root, violation.path) }),
    );
    expect(found).toEqual([]);
  });
});
