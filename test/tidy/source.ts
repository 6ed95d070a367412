import { readdirSync, readFileSync } from "node:fs";
import { extname, join, posix } from "node:path";
import ts from "typescript";

/**
 * tree       the repository's own text files, by path relative to its root, with forward slashes
 * source     a TypeScript or JavaScript file, parsed
 * violation  a place that breaks a rule, with what to do instead
 * rule       a sentence of the law, the check that holds it, and examples that prove the check
 */
export type Files = Readonly<Record<string, string>>;

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly ast: ts.SourceFile;
  readonly imports: readonly Import[];
}

export interface Tree {
  readonly files: ReadonlyMap<string, string>;
  readonly sources: readonly SourceFile[];
}

export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** Files that must be reported, and exactly where: `path:line`, in the order of the report. */
export interface Caught {
  readonly when: string;
  readonly files: Files;
  readonly at: readonly string[];
}

export interface Rule {
  readonly name: string;
  readonly check: (tree: Tree) => readonly Violation[];
  /** At least one; the self-test runs them, so no check can be one that never fails. */
  readonly caught: readonly [Caught, ...Caught[]];
  /** Files that look suspicious and are right. */
  readonly clean: Files;
}

const skippedFolders = new Set([
  ".git",
  ".tieout",
  "coverage",
  "dist",
  "dist-tools",
  "node_modules",
  "out",
  "screenshots-out",
]);
const textual = new Set(
  " .css .html .js .json .md .mjs .sh .sql .toml .ts .tsx .txt .yaml .yml".split(" "),
);
const parsed = new Set([".js", ".mjs", ".ts", ".tsx"]);

/** Reads every text file under `root` that is ours: no build output, no installed packages. */
export function readTree(root: string): Tree {
  const files: Record<string, string> = {};
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory() && !skippedFolders.has(entry.name)) walk(path);
      if (entry.isFile() && textual.has(extname(entry.name)) && entry.name !== "package-lock.json")
        files[path] = readFileSync(join(root, path), "utf8");
    }
  };
  walk("");
  return treeOf(files);
}

/** A tree from memory; the order of paths is made stable. */
export function treeOf(files: Files): Tree {
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    files: new Map(sorted),
    sources: sorted
      .filter(([path]) => parsed.has(extname(path)) && !path.startsWith("fixtures/"))
      .map(([path, text]) => sourceFile(path, text)),
  };
}

export function sourceFile(path: string, text: string): SourceFile {
  const ast = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  return { path, text, lines: text.split("\n"), ast, imports: importsOf(ast) };
}

/** Applies a check to every source, or to those whose path satisfies `where`. */
export function eachSource(
  check: (file: SourceFile) => readonly Violation[],
  where: (path: string) => boolean = () => true,
): (tree: Tree) => readonly Violation[] {
  return (tree) => tree.sources.filter((file) => where(file.path)).flatMap(check);
}

/** One line a person can act on: where, which rule, what to do instead. */
export function show(rule: string, violation: Violation): string {
  return `${violation.path}:${violation.line} ${rule}: ${violation.message}`;
}

export function at(file: SourceFile, node: ts.Node, message: string): Violation {
  const { line } = file.ast.getLineAndCharacterOfPosition(node.getStart(file.ast));
  return { path: file.path, line: line + 1, message };
}

/** Calls `visit` for the node and everything below it. */
export function walkNodes(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walkNodes(child, visit));
}

/** True for files that only tests or tools load: they may do what the product must not. */
export function isTestPath(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || !path.startsWith("src/");
}

/**
 * Everything a file loads by a literal name: import and export declarations, `import()`, types
 * written as `import("…")`, and files started by `new URL("…", import.meta.url)`.
 */
function importsOf(ast: ts.SourceFile): readonly Import[] {
  const found: Import[] = [];
  walkNodes(ast, (node) => {
    const name = importedName(node);
    if (name === undefined) return;
    const { line } = ast.getLineAndCharacterOfPosition(name.getStart(ast));
    found.push({ specifier: name.text, line: line + 1 });
  });
  return found;
}

function importedName(node: ts.Node): ts.StringLiteralLike | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
    return literal(node.moduleSpecifier);
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : undefined;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return literal(node.arguments[0]);
  if (ts.isNewExpression(node) && node.expression.getText() === "URL") {
    const [name, base] = node.arguments ?? [];
    const file = literal(name);
    const ours = base?.getText() === "import.meta.url";
    return ours && file !== undefined && /^\.{1,2}\/.*\.[jt]sx?$/.test(file.text)
      ? file
      : undefined;
  }
  return undefined;
}

function literal(node: ts.Node | undefined): ts.StringLiteralLike | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node : undefined;
}
