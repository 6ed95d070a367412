import ts from "typescript";
import type { Rule, SourceFile, Violation } from "./source.ts";
import { at, eachSource, isTestPath, walkNodes } from "./source.ts";

/**
 * What must not be called, and what to do instead. The ways of naming it: `Date.now` (read or
 * called), `console.*` (anything of it), `*.toFixed` (of anything), `parseFloat()` (called),
 * `new Date()` (without an argument).
 */
interface Ban {
  readonly what: readonly string[];
  readonly instead: string;
  /** Prefixes of paths where it may stand, besides tests. */
  readonly allowed: readonly string[];
  /** A library whose method of the same name is exact; files that load it are left alone. */
  readonly unlessLoads?: string;
}

const app = ["src/app/"];

const bans: readonly Ban[] = [
  {
    what: ["Date.now", "new Date()", "Date()"],
    instead: "take a Clock and ask clock.now()",
    allowed: app,
  },
  {
    what: ["performance.now", "performance.timeOrigin", "process.hrtime", "process.uptime"],
    instead: "take a Clock and ask clock.monotonic()",
    allowed: app,
  },
  {
    what: [
      ...["Math.random", "crypto.getRandomValues", "crypto.randomUUID", "crypto.randomBytes"],
      ...["randomUUID()", "randomBytes()", "randomInt()", "getRandomValues()"],
    ],
    instead: "take a Random; ids come from kernel/ids.ts",
    allowed: app,
  },
  { what: ["console.*"], instead: "take a logger, or return what is to be said", allowed: app },
  { what: ["process.env"], instead: "take the setting as a parameter", allowed: app },
  { what: ["process.exit"], instead: "return the exit code or throw", allowed: app },
  {
    what: ["parseFloat()", "Number.parseFloat"],
    instead: "read amounts with parseMoney, quantities and rates with parseDecimal",
    allowed: [],
  },
  {
    what: ["*.toFixed", "*.toPrecision"],
    instead: "write amounts with amountText; round a duration with Math.round",
    allowed: [],
    unlessLoads: "big.js",
  },
  {
    what: ["Intl.NumberFormat"],
    instead: "minor digits come from kernel/currency.ts, never from the platform",
    allowed: ["src/cli/", "src/app/"],
  },
];

function bannedCalls(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  walkNodes(file.ast, (node) => {
    const names = namesOf(node);
    for (const ban of names.length === 0 ? [] : bans) {
      const name = ban.what.find((one) => names.includes(one));
      if (name !== undefined && !mayUse(file, ban))
        found.push(at(file, node, `${name} is banned here: ${ban.instead}`));
    }
  });
  return found;
}

function mayUse(file: SourceFile, { allowed, unlessLoads }: Ban): boolean {
  if (allowed.some((prefix) => file.path.startsWith(prefix))) return true;
  return file.imports.some(({ specifier }) => specifier === unlessLoads);
}

/** Every name in the table's writing by which this node could be banned. */
function namesOf(node: ts.Node): readonly string[] {
  if (ts.isPropertyAccessExpression(node)) return memberNames(node.expression, node.name.text);
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression))
    return memberNames(node.expression, node.argumentExpression.text);
  if (ts.isBindingElement(node)) return takenApart(node);
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression))
    return [`${node.expression.text}()`];
  if (ts.isNewExpression(node) && (node.arguments ?? []).length === 0)
    return [`new ${plain(node.expression)}()`];
  return [];
}

function memberNames(object: ts.Expression, member: string): readonly string[] {
  const owner = plain(object);
  return [`${owner}.${member}`, `${owner}.*`, `*.${member}`];
}

/** `const { env } = process` reads `process.env` as well. */
function takenApart(node: ts.BindingElement): readonly string[] {
  const declaration = node.parent.parent;
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return [];
  return memberNames(declaration.initializer, (node.propertyName ?? node.name).getText());
}

function plain(node: ts.Expression): string {
  return node.getText().replace(/^(globalThis|global)\./, "");
}

const moneyCode = /^src\/(kernel\/(money|currency|decimal)|accounting\/|reconciliation\/)/;

function floats(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  walkNodes(file.ast, (node) => {
    // `.text` is the value in its shortest writing: 1e3 and 1_000 are "1000" there.
    if (!ts.isNumericLiteral(node) || Number.isInteger(Number(node.text))) return;
    const message = `${node.text} is a float; money counts minor units, rates are Decimal`;
    found.push(at(file, node, message));
  });
  return found;
}

function anyType(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  walkNodes(file.ast, (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword)
      found.push(at(file, node, "any hides what it is; write unknown and narrow it"));
  });
  return found;
}

const testWords = new Set(["bench", "describe", "it", "suite", "test"]);
const leftOut = new Set(["only", "skip", "todo"]);

function focus(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  walkNodes(file.ast, (node) => {
    if (ts.isIdentifier(node) && /^(xit|xtest|xdescribe|fit|fdescribe)$/.test(node.text))
      found.push(at(file, node, `${node.text} leaves tests out; mend the test or delete it`));
    if (!ts.isPropertyAccessExpression(node) || !leftOut.has(node.name.text)) return;
    const word = /^\w+/.exec(node.expression.getText())?.[0] ?? "";
    if (!testWords.has(word)) return;
    const message = `${word}.${node.name.text} leaves tests out; mend it or ctx.skip("reason")`;
    found.push(at(file, node, message));
  });
  return found;
}

const inProduct = (path: string): boolean => !isTestPath(path);

export const bannedRules: readonly Rule[] = [
  {
    name: "banned-call",
    check: eachSource(bannedCalls, inProduct),
    caught: [
      {
        when: "time, chance, output and environment are taken instead of passed",
        files: {
          "src/engine/a.ts": [
            "const a = Date.now();",
            "const b = new Date();",
            "const c = globalThis.performance.now;",
            "const d = Math['random']();",
            "console.error('x');",
            "const { env } = process;",
            "process.env['X'];",
            "const id = randomUUID();",
            "process.exit(1);",
          ].join("\n"),
        },
        at: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((line) => `src/engine/a.ts:${line}`),
      },
      {
        when: "amounts pass through floats, even in the app",
        files: { "src/app/a.ts": "parseFloat(x);\nNumber.parseFloat(x);\n(a / b).toFixed(2);\n" },
        at: ["src/app/a.ts:1", "src/app/a.ts:2", "src/app/a.ts:3"],
      },
    ],
    clean: {
      "src/app/a.ts": "Date.now();\nconsole.log(process.env['X']);\n",
      "src/engine/a.ts": "new Date(ms);\nclock.now();\n// Date.now() would differ in a replay\n",
      "src/engine/a.test.ts": "Date.now();\n",
      "src/kernel/decimal.ts": 'import Big from "big.js";\nBig(x).toFixed();\n',
      "test/e2e/a.ts": "console.log(Math.random());\n",
    },
  },
  {
    name: "float-for-money",
    check: eachSource(floats, (path) => moneyCode.test(path) && inProduct(path)),
    caught: [
      {
        when: "a fraction is written in money code",
        files: { "src/kernel/money.ts": "a * 0.01;\n", "src/accounting/a/b.ts": "x;\n1.5e-3;\n" },
        at: ["src/accounting/a/b.ts:2", "src/kernel/money.ts:1"],
      },
    ],
    clean: {
      "src/kernel/money.ts": '10n;\n1_000;\n1e3;\n"0.01";\n',
      "src/kernel/backoff.ts": "0.5;\n",
    },
  },
  {
    name: "no-any",
    check: eachSource(anyType),
    caught: [
      {
        when: "a type is given up",
        files: { "test/e2e/a.ts": "let a: any;\nconst b = c as any;\nlet d: Array<any>;\n" },
        at: ["test/e2e/a.ts:1", "test/e2e/a.ts:2", "test/e2e/a.ts:3"],
      },
    ],
    clean: { "src/app/a.ts": "// any of these\nconst any = 1;\nlet a: unknown;\n" },
  },
  {
    name: "no-test-left-out",
    check: eachSource(focus),
    caught: [
      {
        when: "tests are focused, skipped or only planned",
        files: {
          "src/app/a.test.ts":
            'it.only("x", f);\ndescribe.skip("y", f);\n' +
            'test.todo("z");\nit.each([1]).skip;\nxit();\n',
        },
        at: [1, 2, 3, 4, 5].map((line) => `src/app/a.test.ts:${line}`),
      },
    ],
    clean: {
      "src/app/a.test.ts": 'it("x", (ctx) => {\n  ctx.skip("the data is absent");\n});\n',
    },
  },
];
