import type { Rule, Tree, Violation } from "./source.ts";

/** What carries every system's facts and may know none of them by name. */
const nameless = /^src\/(engine|store|routing|handoffs)\//;
const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path);

/** A connector's folder is its system's name; the kit is nobody's. */
function systemsOf({ files }: Tree): readonly string[] {
  const names = new Set<string>();
  for (const path of files.keys()) {
    const name = /^src\/connectors\/([a-z0-9-]+)\//.exec(path)?.[1];
    if (name !== undefined && name !== "kit") names.add(name);
  }
  return [...names].sort();
}

/**
 * Comments and pages count: a comment that names a system says that the code was shaped after it.
 * A longer word that begins with the name is the name: `netSuiteTarget`, `Stripe's`.
 */
function systemNames(tree: Tree): readonly Violation[] {
  const systems = systemsOf(tree);
  if (systems.length === 0) return [];
  const pattern = new RegExp(`(?<![a-z])(?:${systems.join("|")})`, "i");
  const found: Violation[] = [];
  for (const [path, text] of tree.files) {
    if (!nameless.test(path) || isTest(path)) continue;
    for (const [index, line] of text.split("\n").entries()) {
      const name = pattern.exec(line)?.[0];
      if (name === undefined) continue;
      const message = `${name} is known to its connector only; say what any such system does`;
      found.push({ path, line: index + 1, message });
    }
  }
  return found;
}

export const systemRules: readonly Rule[] = [
  {
    name: "systems-unnamed",
    check: systemNames,
    caught: [
      {
        when: "code, a comment, a text or a page of the middle names an outside system",
        files: {
          "src/connectors/netsuite/target.ts": "",
          "src/connectors/tryton/target.ts": "",
          "src/engine/lanes/a.ts": "// Tryton numbers one at a time.\n",
          "src/handoffs/b.ts": "\nconst netSuiteTarget = 1;\n",
          "src/routing/c.ts": 'const a = "NetSuite";\n',
          "src/store/README.md": "as in tryton\n",
        },
        at: [
          "src/engine/lanes/a.ts:1",
          "src/handoffs/b.ts:2",
          "src/routing/c.ts:1",
          "src/store/README.md:1",
        ],
      },
    ],
    clean: {
      "src/connectors/kit/a.ts": "",
      "src/connectors/stripe/a.ts": "// Stripe's own\n",
      "src/engine/a.ts": "// the kit; pinstriped\n",
      "src/engine/a.test.ts": '"stripe-us/invoice/in_1"\n',
      "src/flows/a.ts": "// from Stripe to the books\n",
    },
  },
];
