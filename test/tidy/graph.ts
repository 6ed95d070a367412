import { target } from "./imports.ts";
import { notLoadedByTheBinary } from "./layers.ts";
import type { Rule, SourceFile, Tree, Violation } from "./source.ts";

const binary = "src/app/main.ts";
/** Each tree of sources that runs, and the file at which it begins. */
const pages = { folder: "console/src/", entry: "console/src/main.tsx" };

type Graph = ReadonlyMap<string, readonly string[]>;

/** Which file of ours loads which; names that lead nowhere are the compiler's to report. */
function graphOf(tree: Tree): Graph {
  const paths = new Set(tree.sources.map((file) => file.path));
  const edges = (file: SourceFile): readonly string[] =>
    file.imports
      .filter((one) => one.specifier.startsWith("."))
      .map((one) => target(file.path, one.specifier).replace(/\.js$/, ".ts"))
      .filter((path) => paths.has(path));
  return new Map(tree.sources.map((file) => [file.path, [...new Set(edges(file))].sort()]));
}

function reachable(graph: Graph, roots: readonly string[]): Set<string> {
  const seen = new Set(roots.filter((path) => graph.has(path)));
  for (const path of seen) for (const next of graph.get(path) ?? []) seen.add(next);
  return seen;
}

/** The shortest way from a file back to itself, or undefined. */
function wayBack(graph: Graph, start: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const path of queue)
    for (const next of graph.get(path) ?? []) {
      if (next === start) {
        const way = [path];
        for (let at = path; at !== start; ) {
          at = cameFrom.get(at) ?? start;
          way.unshift(at);
        }
        return way;
      }
      if (!cameFrom.has(next)) {
        cameFrom.set(next, path);
        queue.push(next);
      }
    }
  return undefined;
}

function cycles(tree: Tree): readonly Violation[] {
  const graph = graphOf(tree);
  const reported = new Set<string>();
  const found: Violation[] = [];
  for (const start of graph.keys()) {
    if (reported.has(start)) continue;
    const way = wayBack(graph, start);
    if (way === undefined) continue;
    for (const path of way) reported.add(path);
    const message = `${[...way, start].join(" → ")}: give what both need a file of its own`;
    found.push({ path: start, line: 1, message });
  }
  return found;
}

/** Declarations that only the compiler reads are loaded by it. */
function deadPages(graph: Graph): readonly Violation[] {
  const loaded = reachable(graph, [pages.entry]);
  const message = "no page loads this file; delete it or load it";
  return [...graph.keys()]
    .filter((path) => path.startsWith(pages.folder) && !/\.(test\.tsx?|d\.ts)$/.test(path))
    .filter((path) => !loaded.has(path))
    .map((path) => ({ path, line: 1, message }));
}

function deadFiles(tree: Tree): readonly Violation[] {
  const graph = graphOf(tree);
  const lost = deadPages(graph);
  const sources = [...graph.keys()].filter((path) => path.startsWith("src/"));
  const product = sources.filter((path) => !/\.test\.tsx?$/.test(path));
  if (!graph.has(binary)) {
    const begun = product.some((path) => path.startsWith("src/app/"));
    const missing = { path: binary, line: 1, message: "the binary's entry is missing" };
    return begun ? [...lost, missing] : lost;
  }
  const loaded = reachable(graph, [binary]);
  const tests = [...graph.keys()].filter((path) => !product.includes(path));
  const loadedByTests = reachable(graph, tests);
  const found: Violation[] = [...lost];
  for (const path of product) {
    if (loaded.has(path)) continue;
    const excepted = notLoadedByTheBinary.some((one) => path.startsWith(one.path));
    if (excepted && loadedByTests.has(path)) continue;
    const message = "nothing that runs loads this file; delete it or load it";
    found.push({ path, line: 1, message });
  }
  // Only the repository itself has to have what its exceptions name; a sample tree need not.
  const declared = tree.files.has("test/tidy/layers.ts") ? notLoadedByTheBinary : [];
  for (const { path } of declared)
    if (!product.some((one) => one.startsWith(path) && !loaded.has(one)))
      found.push({
        path: "test/tidy/layers.ts",
        line: 1,
        message: `the exception ${path} covers nothing; remove it`,
      });
  return found;
}

export const graphRules: readonly Rule[] = [
  {
    name: "no-import-cycle",
    check: cycles,
    caught: [
      {
        when: "three files know each other in a ring, one through a type",
        files: {
          "src/kernel/a.ts": 'import { b } from "./b.ts";\n',
          "src/kernel/b.ts": 'import type { C } from "./c.ts";\n',
          "src/kernel/c.ts": 'export { a } from "./a.ts";\n',
          "src/kernel/d.ts": 'import { a } from "./a.ts";\n',
        },
        at: ["src/kernel/a.ts:1"],
      },
      {
        when: "a file loads itself",
        files: { "src/kernel/a.ts": 'import { a } from "./a.ts";\nexport const a = 1;\n' },
        at: ["src/kernel/a.ts:1"],
      },
    ],
    clean: {
      "src/kernel/a.ts": 'import "./b.ts";\nimport "./c.ts";\n',
      "src/kernel/b.ts": 'import "./c.ts";\n',
      "src/kernel/c.ts": "",
    },
  },
  {
    name: "no-dead-file",
    check: deadFiles,
    caught: [
      {
        when: "a source is loaded by nothing, or by its test alone",
        files: {
          "src/app/main.ts": 'import "../store/a.ts";\n',
          "src/store/a.ts": "",
          "src/store/b.ts": "",
          "src/store/b.test.ts": 'import "./b.ts";\n',
          "src/store/c.ts": "",
        },
        at: ["src/store/b.ts:1", "src/store/c.ts:1"],
      },
      {
        when: "a page's source is loaded by nothing",
        files: {
          "console/src/main.tsx": 'import "./a.tsx";\n',
          "console/src/a.tsx": "",
          "console/src/b.tsx": "",
        },
        at: ["console/src/b.tsx:1"],
      },
      {
        when: "the app has no entry",
        files: { "src/app/start.ts": "" },
        at: ["src/app/main.ts:1"],
      },
    ],
    clean: {
      "src/app/main.ts": 'await import("../store/a.ts");\n',
      "src/store/a.ts": 'new Worker(new URL("./b.js", import.meta.url));\n',
      "src/store/b.ts": "",
      "src/store/b.test.ts": "",
    },
  },
];
