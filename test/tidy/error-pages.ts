import ts from "typescript";
import { layerOf } from "./layers.ts";
import type { Rule, SourceFile, Tree, Violation } from "./source.ts";
import { at, isTestPath, walkNodes } from "./source.ts";

interface Declared {
  readonly code: string;
  readonly file: SourceFile;
  readonly node: ts.Node;
}

const isPage = (path: string): boolean =>
  path.startsWith("docs/errors/") && path.endsWith(".md") && !path.endsWith("/README.md");

/** Keys of every object literal that is given to `defineErrors`. */
function declarations(tree: Tree): readonly Declared[] {
  const found: Declared[] = [];
  for (const file of tree.sources) {
    if (isTestPath(file.path)) continue;
    walkNodes(file.ast, (node) => {
      if (!ts.isCallExpression(node) || node.expression.getText() !== "defineErrors") return;
      const [table] = node.arguments;
      if (table === undefined || !ts.isObjectLiteralExpression(table)) {
        found.push({ code: "", file, node });
        return;
      }
      for (const property of table.properties) {
        const name = property.name;
        const plain = name && (ts.isIdentifier(name) || ts.isStringLiteralLike(name));
        found.push({ code: plain ? name.text : "", file, node: property });
      }
    });
  }
  return found;
}

/** `src/connectors/kit/errors.ts` is documented in `docs/errors/connectors-kit.md`. */
function pageOf(path: string): string {
  return `docs/errors/${(layerOf(path)?.own ?? "").replaceAll("/", "-")}.md`;
}

function codes(tree: Tree): readonly Violation[] {
  const found: Violation[] = [];
  const seen = new Map<string, Declared>();
  const sources = tree.sources.filter((file) => !isTestPath(file.path)).map((file) => file.text);
  for (const declared of declarations(tree)) {
    const { code, file, node } = declared;
    const report = (message: string) => found.push(at(file, node, message));
    const first = seen.get(code);
    if (code === "") report("write the codes as plain keys of the object given to defineErrors");
    else if (!/^E(_[A-Z0-9]+){2,}$/.test(code)) report(`${code} must be like E_PART_REASON`);
    else if (first !== undefined) report(`${code} is declared in ${first.file.path} too`);
    else if (!file.path.endsWith("/errors.ts")) report(`declare ${code} in the folder's errors.ts`);
    else if (mentions(sources, code) < 2) report(`nothing raises ${code}; raise it or remove it`);
    seen.set(code, declared);
  }
  return found;
}

function mentions(texts: readonly string[], code: string): number {
  const word = new RegExp(`\\b${code}\\b`, "g");
  return texts.reduce((sum, text) => sum + (text.match(word)?.length ?? 0), 0);
}

interface Paragraph {
  readonly code: string;
  readonly line: number;
  readonly text: string;
}

function paragraphs(page: string): readonly Paragraph[] {
  return page.split(/^(?=## )/m).flatMap((part, index, parts): readonly Paragraph[] => {
    const heading = /^## (.*)\n?/.exec(part);
    if (heading === null) return [];
    const line = parts.slice(0, index).join("").split("\n").length;
    const code = (heading[1] ?? "").replaceAll("`", "").trim();
    return [{ code, line, text: part.slice(heading[0].length).trim() }];
  });
}

function pages(tree: Tree): readonly Violation[] {
  const found: Violation[] = [];
  const declared = declarations(tree).filter(({ code }) => code !== "");
  for (const { code, file, node } of declared) {
    const page = pageOf(file.path);
    if (!paragraphs(tree.files.get(page) ?? "").some((one) => one.code === code))
      found.push(at(file, node, `${code} has no paragraph "## ${code}" in ${page}; write it`));
  }
  for (const [path, text] of tree.files) {
    if (!isPage(path)) continue;
    const here = new Set<string>();
    for (const { code, line, text: body } of paragraphs(text)) {
      const known = declared.some((one) => one.code === code && pageOf(one.file.path) === path);
      const report = (message: string) => found.push({ path, line, message });
      if (!known) report(`no errors.ts of this folder declares ${code}; remove the paragraph`);
      else if (here.has(code)) report(`${code} is documented twice`);
      else if (body.length < 40) report(`say of ${code} what happened and what to do`);
      here.add(code);
    }
  }
  return found;
}

const good = "What happened: the amount is no decimal. What to do: send a decimal string.\n";

export const errorRules: readonly Rule[] = [
  {
    name: "error-codes",
    check: codes,
    caught: [
      {
        when: "codes are badly written, repeated, in the wrong file, computed, or never raised",
        files: {
          "src/store/errors.ts": [
            "export const storeErrors = defineErrors({",
            "  NOT_FOUND: {},",
            "  E_STORE_GONE: {},",
            "  E_STORE_IDLE: {},",
            "  ...others,",
            "});",
          ].join("\n"),
          "src/store/a.ts": "storeErrors.E_STORE_GONE();\n",
          "src/usage/b.ts": "defineErrors({ E_USAGE_LATE: {} }).E_USAGE_LATE();\n",
          "src/usage/errors.ts": "defineErrors({ E_STORE_GONE: {} });\ndefineErrors(table);\n",
        },
        at: [
          "src/store/errors.ts:2",
          "src/store/errors.ts:4",
          "src/store/errors.ts:5",
          "src/usage/b.ts:1",
          "src/usage/errors.ts:1",
          "src/usage/errors.ts:2",
        ],
      },
    ],
    clean: {
      "src/store/errors.ts": "export const e = defineErrors({ E_STORE_GONE: {} });\n",
      "src/store/a.ts": "throw e.E_STORE_GONE();\n",
      "src/kernel/errors.ts": "export function defineErrors(table: T): T {\n  return table;\n}\n",
      "src/kernel/errors.test.ts": "defineErrors({ ANY: {} });\n",
    },
  },
  {
    name: "error-pages",
    check: pages,
    caught: [
      {
        when: "a code has no paragraph, a paragraph no code, or no words",
        files: {
          "src/store/errors.ts": "defineErrors({\n  E_STORE_GONE: {},\n  E_STORE_SHUT: {},\n});\n",
          "docs/errors/store.md": "# Store\n\n## E_STORE_SHUT\n\nShut.\n\n## E_STORE_OLD\n\nOld.\n",
        },
        at: ["src/store/errors.ts:2", "docs/errors/store.md:3", "docs/errors/store.md:7"],
      },
      {
        when: "the paragraph stands on another folder's page",
        files: {
          "src/sandbox/kit/errors.ts": "defineErrors({ E_SANDBOX_BUSY: {} });\n",
          "docs/errors/sandbox.md": `## E_SANDBOX_BUSY\n\n${good}`,
        },
        at: ["src/sandbox/kit/errors.ts:1", "docs/errors/sandbox.md:1"],
      },
    ],
    clean: {
      "src/engine/embedded/errors.ts": "defineErrors({ E_ENGINE_GONE: {} });\n",
      "docs/errors/engine.md": `# Engine\n\nIntroduction.\n\n## E_ENGINE_GONE\n\n${good}`,
      "docs/errors/README.md": "## How to read these pages\n",
    },
  },
];
