import ts from "typescript";
import type { Rule, SourceFile, Tree, Violation } from "./source.ts";
import { at, eachSource, walkNodes } from "./source.ts";

const fileLimit = 400;
const functionLimit = 70;
const columnLimit = 100;

function fileLength(file: SourceFile): readonly Violation[] {
  const count = file.text.endsWith("\n") ? file.lines.length - 1 : file.lines.length;
  if (count < fileLimit) return [];
  const message = `${count} lines; under ${fileLimit}: find the missing noun and move it out`;
  return [{ path: file.path, line: 1, message }];
}

function functionLength(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  walkNodes(file.ast, (node) => {
    if (!ts.isFunctionLike(node) || isSuite(node)) return;
    const first = file.ast.getLineAndCharacterOfPosition(node.getStart(file.ast)).line;
    const last = file.ast.getLineAndCharacterOfPosition(node.getEnd()).line;
    const count = last - first + 1;
    if (count < functionLimit) return;
    const name = node.name?.getText(file.ast) ?? "this function";
    const message = `${name} has ${count} lines; under ${functionLimit}: name its steps`;
    found.push(at(file, node, message));
  });
  return found;
}

/** The body of `describe` is a chapter, not a function; its tests are measured each. */
function isSuite(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && /^describe\b/.test(node.parent.expression.getText());
}

function columns(tree: Tree): readonly Violation[] {
  const found: Violation[] = [];
  for (const [path, text] of tree.files) {
    if (!/\.(tsx?|mjs|sql)$/.test(path) || path.startsWith("fixtures/")) continue;
    for (const [index, line] of text.split("\n").entries()) {
      const width = [...line].length;
      // An address cannot be broken without breaking it, nor a sentence people search for.
      if (width <= columnLimit || /https?:\/\/\S{40}/.test(line) || isOneText(line)) continue;
      const message = `${width} columns; at most ${columnLimit}: break the line`;
      found.push({ path, line: index + 1, message });
    }
  }
  return found;
}

/** A line of code that is long only for one text in it: an error message, the name of a test. */
function isOneText(line: string): boolean {
  if (/^\s*(\/\/|\*|\/\*|--)/.test(line)) return false;
  return [...line.replace(/(["'`])(?:\\.|(?!\1).)*\1/g, '""')].length <= columnLimit - 20;
}

const lines = (count: number, text: string): string => `${text}\n`.repeat(count);
const longTest = `  it("y", () => {\n${lines(68, "g();")}});\n`;

export const sizeRules: readonly Rule[] = [
  {
    name: "file-length",
    check: eachSource(fileLength),
    caught: [
      {
        when: "a file has 400 lines",
        files: { "src/store/a.ts": lines(400, "// a") },
        at: ["src/store/a.ts:1"],
      },
    ],
    clean: { "src/store/a.ts": lines(399, "// a") },
  },
  {
    name: "function-length",
    check: eachSource(functionLength),
    caught: [
      {
        when: "a function, a method and a test have 70 lines",
        files: {
          "src/store/a.ts":
            `\nfunction f() {\n${lines(68, "  g();")}}\n` +
            `class C {\n  m() {\n${lines(68, "    g();")}  }\n}\n`,
          "src/store/a.test.ts": `describe("x", () => {\n${longTest}});\n`,
        },
        at: ["src/store/a.test.ts:2", "src/store/a.ts:2", "src/store/a.ts:73"],
      },
    ],
    clean: {
      "src/store/a.ts": `/**\n${lines(30, " * why")} */\nfunction f() {\n${lines(67, "  g();")}}\n`,
      "src/store/a.test.ts": `describe("x", () => {\n${lines(90, 'it("y", () => {});')}});\n`,
    },
  },
  {
    name: "columns",
    check: columns,
    caught: [
      {
        when: "a line has 101 columns, in code or in SQL",
        files: {
          "src/store/a.ts": `const a = 1;\n// ${"x".repeat(98)}\n`,
          "migrations/0001-a/up.sql": `-- ${"x".repeat(98)}`,
        },
        at: ["migrations/0001-a/up.sql:1", "src/store/a.ts:2"],
      },
    ],
    clean: {
      "src/store/a.ts": `// ${"é".repeat(97)}\n// see https://example.com/${"x".repeat(120)}\n`,
      "src/store/b.ts": `  message: "${"word ".repeat(30)}",\n`,
      "README.md": "x".repeat(300),
    },
  },
];
