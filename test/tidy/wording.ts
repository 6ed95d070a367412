import type { Rule, Tree, Violation } from "./source.ts";

interface Wording {
  readonly name: string;
  readonly pattern: RegExp;
  readonly message: string;
  readonly where: (path: string) => boolean;
  readonly caught: Rule["caught"];
  readonly clean: Rule["clean"];
}

// The forbidden words are put together here, so that this file passes its own check.
const later = ["TO", "DO"].join("");
const mend = ["FIX", "ME"].join("");
const ignore = ["@ts", "ignore"].join("-");
const unchecked = ["@ts", "nocheck"].join("-");
const home = ["", "home", "me"].join("/");
const temporary = ["", "tmp", "x"].join("/");

const isCode = (path: string): boolean => /\.(tsx?|mjs|js|sql|sh|css|html)$/.test(path);
const isTest = (path: string): boolean => path.startsWith("test/") || /\.test\.tsx?$/.test(path);
/** Recorded answers of vendors are kept as they came; container files name paths of their own. */
const isForeign = (path: string): boolean => /^(fixtures|deploy)\//.test(path);

const wordings: readonly Wording[] = [
  {
    name: "nothing-left-for-later",
    pattern: new RegExp(`\\b(${later}|${mend})\\b`),
    message: "finish it, or open an issue and delete the mark",
    where: (path) => isCode(path) && !isForeign(path),
    caught: [
      {
        when: "a mark is left in code or SQL",
        files: { "src/app/a.ts": `\n// ${later} later`, "migrations/0001-a/up.sql": `-- ${mend}` },
        at: ["migrations/0001-a/up.sql:1", "src/app/a.ts:2"],
      },
    ],
    clean: { "src/app/a.ts": "// a to-do list of the controller: todo, fixme\n" },
  },
  {
    name: "no-silenced-compiler",
    pattern: new RegExp(`${ignore}|${unchecked}`),
    message: "say the truth to the compiler; in a type test use @ts-expect-error",
    where: isCode,
    caught: [
      {
        when: "the compiler is told to look away",
        files: { "test/a.ts": `// ${ignore}\n// ${unchecked}\n` },
        at: ["test/a.ts:1", "test/a.ts:2"],
      },
    ],
    clean: { "src/app/a.test.ts": "// @ts-expect-error a currency is required\n" },
  },
  {
    name: "no-machine-path",
    pattern: /(?<![\w.~)}\]/-])\/(?:root|home|tmp|work|farm|Users)\/[A-Za-z]/,
    message: "holds on one machine only; use a path relative to this file, or os.tmpdir()",
    where: (path) => !isForeign(path),
    caught: [
      {
        when: "code, a page or a setting names a folder of one machine",
        files: {
          "src/app/a.ts": `const a = "${home}/x";\n`,
          "docs/a.md": `see ${temporary}\n`,
          ".ci/run": `x=${temporary}\n`,
        },
        at: [".ci/run:1", "docs/a.md:1", "src/app/a.ts:1"],
      },
    ],
    clean: {
      "src/app/a.ts": `get("https://example.com${home}");\nroute("/api${home}");\n`,
      "fixtures/stripe/a.json": `"${home}"`,
    },
  },
  {
    name: "no-outside-folder",
    pattern: /\.\.\/shared\b/,
    message: "the repository stands alone; copy what it needs into fixtures/",
    where: (path) => !isTest(path),
    caught: [
      {
        when: "product, page or script reads beside the repository",
        files: { "src/app/a.ts": '"../../shared/x"', "docs/a.md": "../shared/design" },
        at: ["docs/a.md:1", "src/app/a.ts:1"],
      },
    ],
    clean: { "test/e2e/a.test.ts": '"../../shared/x"', "docs/a.md": "shared by both" },
  },
];

function check({ pattern, message, where }: Wording, tree: Tree): readonly Violation[] {
  const found: Violation[] = [];
  for (const [path, text] of tree.files) {
    if (!where(path) || !pattern.test(text)) continue;
    for (const [index, line] of text.split("\n").entries()) {
      const word = pattern.exec(line)?.[0];
      if (word !== undefined)
        found.push({ path, line: index + 1, message: `${word.trim()}: ${message}` });
    }
  }
  return found;
}

export const wordingRules: readonly Rule[] = wordings.map((one) => ({
  name: one.name,
  check: (tree) => check(one, tree),
  caught: one.caught,
  clean: one.clean,
}));
