import { layerOf } from "./layers.ts";
import type { Rule, Tree, Violation } from "./source.ts";

const held = /^(src|test|bench|scripts|console\/src|migrations|docs)\//;
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const givenNames = new Set(["README.md", "RESULTS.md", "Dockerfile"]);
const nameless = new Set("common core helper helpers lib libs misc shared util utils".split(" "));

function kebabCase({ files }: Tree): readonly Violation[] {
  const found: Violation[] = [];
  for (const path of files.keys()) {
    if (!held.test(path)) continue;
    const wrong = path.split("/").find((part) => !kebab.test(part) && !givenNames.has(part));
    if (wrong !== undefined)
      found.push({ path, line: 1, message: `${wrong} is not kebab-case; rename it` });
  }
  return found;
}

function missingNouns({ files }: Tree): readonly Violation[] {
  const found: Violation[] = [];
  for (const path of files.keys()) {
    if (!/^(src|test|bench|scripts|console\/src)\//.test(path)) continue;
    const word = path.split("/").find((part) => nameless.has(part.split(".")[0] ?? ""));
    if (word === undefined) continue;
    const message = `${word} says nothing about what is inside; name the thing it holds`;
    found.push({ path, line: 1, message });
  }
  return found;
}

/** What a README of a folder must speak of, so that a reader finds the border of the room. */
const chapters: readonly (readonly [RegExp, string])[] = [
  [/\bowns\b/i, "what it owns"],
  [/\b(does not|doesn.t) own\b/i, "what it does not own"],
  [/\b(dates?|times?|instants?|clocks?)\b/i, "what each date in it means"],
];

function readmes({ files }: Tree): readonly Violation[] {
  const folders = new Set<string>();
  for (const path of files.keys()) {
    const own = /\.tsx?$/.test(path) ? layerOf(path)?.own : undefined;
    if (own !== undefined) folders.add(`src/${own}`);
  }
  return [...folders].sort().flatMap((folder): readonly Violation[] => {
    const path = `${folder}/README.md`;
    const text = files.get(path);
    if (text === undefined)
      return [{ path, line: 1, message: "is missing; say what the folder owns and does not own" }];
    return chapters
      .filter(([pattern]) => !pattern.test(text))
      .map(([, chapter]) => ({ path, line: 1, message: `does not say ${chapter}` }));
  });
}

export const nameRules: readonly Rule[] = [
  {
    name: "kebab-case",
    check: kebabCase,
    caught: [
      {
        when: "files or folders are written otherwise",
        files: { "src/store/appendEvent.ts": "", "src/Store/a.ts": "", "test/e2e/a_b.test.ts": "" },
        at: ["src/Store/a.ts:1", "src/store/appendEvent.ts:1", "test/e2e/a_b.test.ts:1"],
      },
    ],
    clean: {
      "src/store/append-event.db.test.ts": "",
      "migrations/0001-first/up.sql": "",
      "src/store/README.md": "",
      "fixtures/stripe/Invoice_A.json": "",
    },
  },
  {
    name: "missing-noun",
    check: missingNouns,
    caught: [
      {
        when: "a folder or file is a drawer for anything",
        files: {
          "src/store/utils/a.ts": "",
          "src/app/helpers.test.ts": "",
          "test/common/a.ts": "",
        },
        at: ["src/app/helpers.test.ts:1", "src/store/utils/a.ts:1", "test/common/a.ts:1"],
      },
    ],
    clean: { "src/store/core-dump.ts": "", "test/support/a.ts": "" },
  },
  {
    name: "folder-readme",
    check: readmes,
    caught: [
      {
        when: "a folder, a connector or a sandbox has none, or one without its border",
        files: {
          "src/store/a.ts": "",
          "src/connectors/sap/a.ts": "",
          "src/sandbox/sap/a.ts": "",
          "src/sandbox/sap/README.md": "# sap\n\nOwns the stand-in.\n",
        },
        at: [
          "src/connectors/sap/README.md:1",
          "src/sandbox/sap/README.md:1",
          "src/sandbox/sap/README.md:1",
          "src/store/README.md:1",
        ],
      },
    ],
    clean: {
      "src/store/a.ts": "",
      "src/store/rows/b.ts": "",
      "src/store/README.md": "Owns the rows. Does not own their meaning. Dates: recorded.",
    },
  },
];
