import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const reporter = fileURLToPath(new URL("plain-line.ts", import.meta.url));
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "plain-line-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the test file in a process of its own, as a person would, and returns its last line. */
function lastLineOf(name: string, text: string): string | undefined {
  const root = join(folder, name);
  mkdirSync(root);
  writeFileSync(join(root, "a.test.js"), text);
  const options = ["--root", root, "--globals", "--reporter=default", `--reporter=${reporter}`];
  const run = spawnSync(process.execPath, [vitest, "run", ...options], { encoding: "utf8" });
  return run.stdout.trimEnd().split("\n").at(-1);
}

it.each([
  [
    "all is well",
    'test("a", () => {}); test("b", (ctx) => ctx.skip("absent"));',
    "1 passed, 0 failed, 1 skipped",
  ],
  [
    "a test fails",
    'test("a", () => expect(1).toBe(2)); test("b", () => {});',
    "1 passed, 1 failed, 0 skipped",
  ],
  ["the file does not load", 'throw new Error("at load");', "0 passed, 1 failed, 0 skipped"],
  [
    "a hook throws before its tests",
    'describe("x", () => { beforeAll(() => { throw new Error("hook"); }); test("a", () => {}); });',
    "0 passed, 1 failed, 1 skipped",
  ],
  [
    "an error escapes after its test passed",
    'test("a", () => { setTimeout(() => { throw new Error("late"); }, 1); });' +
      'test("b", () => new Promise((done) => setTimeout(done, 50)));',
    "2 passed, 1 failed, 0 skipped",
  ],
])("when %s, the run ends with the line that says so", (name, text, line) => {
  expect(lastLineOf(name.replaceAll(" ", "-"), text)).toBe(line);
});
