import ts from "typescript";
import type { Violation } from "./source.ts";
import { walkNodes } from "./source.ts";

/**
 * Statements that start something and let go of it: a call whose promise nobody awaits, returns
 * or keeps. Its failure is lost or ends the process, and what follows runs before it is done. The
 * linter sees this for our own functions; here the compiler's types show it for those of
 * libraries as well (`client.query(…)`). A wanted one is written `void call()`.
 */
export function lostPromises(
  program: ts.Program,
  isOurs: (path: string) => boolean,
): readonly Violation[] {
  const checker = program.getTypeChecker();
  const found: Violation[] = [];
  for (const ast of program.getSourceFiles()) {
    if (!isOurs(ast.fileName)) continue;
    walkNodes(ast, (node) => {
      if (!ts.isExpressionStatement(node) || !isPromise(checker, node.expression)) return;
      const { line } = ast.getLineAndCharacterOfPosition(node.getStart(ast));
      const message = "nobody waits for this promise; await it, return it, or write void";
      found.push({ path: ast.fileName, line: line + 1, message });
    });
  }
  return found;
}

function isPromise(checker: ts.TypeChecker, expression: ts.Expression): boolean {
  // `a.catch(handler)` and `a.then(f, handler)` have taken care of the failure.
  if (ts.isCallExpression(expression) && ts.isPropertyAccessExpression(expression.expression)) {
    const { name } = expression.expression;
    if (name.text === "catch") return false;
    if (name.text === "then" && expression.arguments.length > 1) return false;
  }
  // `this.#running = start()` has kept it.
  if (ts.isBinaryExpression(expression) && isAssignment(expression.operatorToken.kind))
    return false;
  const type = checker.getTypeAtLocation(expression);
  const parts = type.isUnion() ? type.types : [type];
  return parts.some((part) => checker.getPropertyOfType(part, "then") !== undefined);
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** The program that `tsc -p <config>` checks. */
export function programOf(config: string): ts.Program {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined };
  const parsed = ts.getParsedCommandLineOfConfigFile(config, {}, host);
  if (parsed === undefined) throw new Error(`cannot read ${config}`);
  return ts.createProgram(parsed.fileNames, { ...parsed.options, incremental: false });
}

/** A program of one file in memory, which may import installed packages. */
export function programOfText(path: string, text: string): ts.Program {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.readFile = (name) => (name === path ? text : readFile(name));
  host.getSourceFile = (name, version, ...rest) =>
    name === path
      ? ts.createSourceFile(name, text, version, true)
      : getSourceFile(name, version, ...rest);
  return ts.createProgram([path], options, host);
}
