/** A copy of the repository's sources in a folder of its own, where new connectors are tried. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";
import type { Wiring } from "../../src/connectors/kit/scaffold.ts";
import { rootUrl } from "../support/root.ts";

const root = fileURLToPath(rootUrl);
const COPIED = ["src", "docs", "test/tidy", "test/support", "fixtures/connector-template"];
const FILES = ["package.json", "tsconfig.base.json"];

export interface TestRun {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
}

export interface Room {
  readonly root: string;
  read(path: string): string;
  write(path: string, text: string): void;
  /** Runs one test file by a vitest of its own. */
  run(test: string): Promise<TestRun>;
  /** What the compiler says of these files, under the repository's own settings. */
  compile(paths: readonly string[]): readonly string[];
  /** What the formatter and linter leave after mending what they can; empty when nothing. */
  lint(paths: readonly string[]): Promise<string>;
  /** The law with the exceptions that were added in the room. */
  law(): Promise<typeof import("../tidy/rules.ts")>;
  close(): void;
}

export function openRoom(): Room {
  const room = mkdtempSync(join(tmpdir(), "tieout-scaffold-"));
  for (const path of [...COPIED, ...FILES])
    cpSync(join(root, path), join(room, path), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(room, "node_modules"), "junction");
  const biome = JSON.parse(readFileSync(join(root, "biome.json"), "utf8")) as { vcs?: unknown };
  biome.vcs = { enabled: false };
  writeFileSync(join(room, "biome.json"), JSON.stringify(biome));
  const host = compilerHost(room);
  return {
    root: room,
    read: (path) => readFileSync(join(room, path), "utf8"),
    write: (path, text) => writeFileSync(join(room, path), text),
    run: (test) => runTests(room, test),
    compile: (paths) => diagnosticsOf(programOf(room, paths, host), room, paths),
    async lint(paths) {
      const biomeBin = join(root, "node_modules/@biomejs/biome/bin/biome");
      const flags = ["check", "--write", "--error-on-warnings", "--colors=off"];
      const { code, said } = await runNode(room, [biomeBin, ...flags, ...paths]);
      return code === 0 ? "" : said;
    },
    law: () => import(pathToFileURL(join(room, "test/tidy/rules.ts")).href),
    close: () => rmSync(room, { recursive: true, force: true }),
  };
}

function programOf(room: string, paths: readonly string[], host: ts.CompilerHost) {
  const names = paths.map((path) => join(room, path));
  return ts.createProgram(names, optionsOf(room), host);
}

function optionsOf(room: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const settings = { ...(config as object), extends: "./tsconfig.base.json", include: [] };
  const { options } = ts.parseJsonConfigFileContent({ ...settings, files: [] }, ts.sys, room);
  return { ...options, incremental: false, noEmit: true };
}

/** Reads the declarations of the libraries once, for they cost more than all of ours. */
function compilerHost(room: string): ts.CompilerHost {
  const host = ts.createCompilerHost(optionsOf(room));
  const kept = new Map<string, ts.SourceFile | undefined>();
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => {
    if (!name.endsWith(".d.ts")) return read(name, ...rest);
    if (!kept.has(name)) kept.set(name, read(name, ...rest));
    return kept.get(name);
  };
  return host;
}

function diagnosticsOf(program: ts.Program, room: string, paths: readonly string[]) {
  return paths.flatMap((path) => {
    const file = program.getSourceFile(join(room, path));
    if (file === undefined) return [`${path} is not there`];
    const found = [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ];
    return found.map(({ messageText, start = 0 }) => {
      const { line } = file.getLineAndCharacterOfPosition(start);
      return `${path}:${line + 1} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
  });
}

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { fullName: string; title: string; status: string }[];
  }[];
}

async function runTests(room: string, test: string): Promise<TestRun> {
  const bin = join(root, "node_modules/vitest/vitest.mjs");
  const flags = ["run", test, "--root", room, "--reporter=json", "--outputFile=out/report.json"];
  const { said } = await runNode(room, [bin, ...flags]);
  const report = readFileSync(join(room, "out/report.json"), "utf8");
  const [file] = (JSON.parse(report) as Report).testResults;
  if (file === undefined || file.assertionResults.length === 0)
    throw new Error(`no test ran: ${file?.message ?? ""} ${said}`);
  const names = (status: string) =>
    file.assertionResults.filter((one) => one.status === status).map((one) => one.title);
  return { passed: names("passed"), failed: names("failed") };
}

/** Without the variables by which this run's own vitest speaks to its processes. */
function runNode(cwd: string, args: readonly string[]): Promise<{ code: number; said: string }> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|VITE_|NODE_ENV)/.test(name),
  );
  const child = spawn(process.execPath, args, { cwd, env: Object.fromEntries(own) });
  let said = "";
  child.stdout.on("data", (chunk) => (said += String(chunk)));
  child.stderr.on("data", (chunk) => (said += String(chunk)));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, said }));
  });
}

/** Adds what the command tells the author to add. */
export function wire(room: Room, wiring: readonly Wiring[]): void {
  for (const { path, after, lines } of wiring) {
    const parts = room.read(path).split(after);
    if (parts.length !== 2) throw new Error(`${path} must say once: ${after}`);
    room.write(path, parts.join(`${after}\n${lines.join("\n")}\n`));
  }
}

/** Carries out a page's ```diff blocks, each on the file that is named last before it. */
export function applyPage(room: Room, page: string): readonly string[] {
  const edited = new Set<string>();
  const steps = page.matchAll(/^`([\w./-]+)`\n|^```diff\n([\s\S]*?)^```$/gm);
  let path = "";
  for (const [, named, diff] of steps) {
    path = named ?? path;
    if (diff === undefined) continue;
    const lines = diff.split("\n").slice(0, -1);
    const side = (sign: string) =>
      lines
        .filter((line) => !line.startsWith(sign))
        .map((line) => `${line.slice(1)}\n`)
        .join("");
    const parts = room.read(path).split(side("+"));
    if (parts.length !== 2) throw new Error(`${path} must say once:\n${side("+")}`);
    room.write(path, parts.join(side("-")));
    edited.add(path);
  }
  return [...edited];
}
