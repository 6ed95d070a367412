/**
 * The demo as a person runs it, with its second company booked in a real Tryton: what it prints,
 * what hledger says of both books, what a change by hand does, and what is left running after it.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { DEMO_UK } from "../../src/demo/names.ts";
import { trytonBooksSchema } from "../../src/demo/tryton-books.ts";
import { cancelInvoice } from "../../src/sandbox/tryton/documents.ts";
import { listInvoices } from "../../src/sandbox/tryton/inspect.ts";
import { openTryton } from "../../src/sandbox/tryton/rpc.ts";
import { processesNaming } from "../support/processes.ts";
import { rootUrl } from "../support/root.ts";

const root = fileURLToPath(rootUrl);
const MINUTES = 60_000;

interface Run {
  readonly process: ChildProcess;
  /** Both streams, as a person sees them. */
  said(): string;
  /** Standard output alone. */
  data(): string;
  readonly ended: Promise<number | null>;
}

let dataDir: string;

beforeAll(() => {
  dataDir = realpathSync(mkdtempSync(path.join(os.tmpdir(), "tieout-demo-books-")));
});

const started: Run[] = [];

afterAll(async () => {
  // Of a test that failed half-way; twice, for the second signal ends everything at once.
  for (const { process: program, ended } of started) {
    program.kill("SIGINT");
    program.kill("SIGINT");
    await ended;
  }
  expect(processesNaming(dataDir)).toEqual([]);
  rmSync(dataDir, { recursive: true, force: true });
});

function run(file: string, args: readonly string[]): Run {
  const child = spawn(file, args, {
    cwd: root,
    env: { ...process.env, TIEOUT_DATA: dataDir, TIEOUT_CONFIG: "", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [text, data] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    data += part;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const program: Run = { process: child, said: () => text, data: () => data, ended };
  started.push(program);
  return program;
}

/** Tryton servers of this data folder. */
const trytons = () => processesNaming(path.join(dataDir, "tryton", "trytond.conf"));

const tieout = (...args: readonly string[]): Run =>
  run(process.execPath, [path.join(root, "dist", "app", "main.js"), ...args]);

async function checkLedger(): Promise<{ code: number | null; said: string }> {
  const jiti = path.join(root, "node_modules", ".bin", "jiti");
  const check = run(jiti, [path.join("scripts", "check-ledger.ts")]);
  return { code: await check.ended, said: check.said() };
}

/** Waits for words; a program that ends before it has said them fails with all that it said. */
async function until(program: Run, words: string): Promise<void> {
  const isOver = program.ended.then(() => true);
  while (!program.said().includes(words)) {
    if (await Promise.race([isOver, sleep(200, false)])) break;
  }
  expect(program.said()).toContain(words);
}

async function untilNothingRuns(): Promise<void> {
  await expect.poll(() => processesNaming(dataDir), { timeout: MINUTES }).toEqual([]);
}

/** Of a line `clearing  GBP  7985.26  7985.26`. */
function printedAccounts(said: string): string[][] {
  const [, after = ""] = said.split(`The books of ${DEMO_UK.company}`);
  const lines = after.split("\n").map((line) => line.trim().split(/\s+/));
  return lines.filter(([, currency]) => currency === "GBP");
}

async function cancelSomethingByHand(): Promise<string> {
  const file = path.join(dataDir, "tryton", "books.json");
  const books = trytonBooksSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const secret = path.join(dataDir, "tryton", "template", "admin-sqlite.password");
  const password = readFileSync(secret, "utf8").trim();
  const person = await openTryton({ ...books, user: "admin", password });
  const invoices = await listInvoices(person, books.company);
  const open = invoices.find(({ state, total }) => state === "posted" && Number(total) > 0);
  await cancelInvoice(person, open?.id ?? 0);
  return open?.total ?? "";
}

// The demo keeps its Tryton on SQLite whatever the run's own database is.
describe.runIf(inject("tryton").database.kind === "sqlite")("the demo's second company", () => {
  test("given a month of two companies, then both books are the event log's; one edit is found", {
    timeout: 30 * MINUTES,
  }, async () => {
    const demo = tieout("demo", "--keep-running", "--with", "tryton");
    await until(demo, "keeps running");
    expect(demo.said()).toContain("the books agree");
    expect(demo.said()).toMatch(/tryton-uk\s+handoffs: \d\d confirmed/);
    const accounts = printedAccounts(demo.said());
    expect(accounts.map(([account]) => account)).toEqual([
      "clearing",
      "contract-liability",
      "customers",
      "tax-payable",
    ]);
    for (const [, , log, book] of accounts) expect(book).toBe(log);

    const equal = await checkLedger();
    expect(equal.said).toMatch(/Tryton \(uk\) against the \d\d entries .*: 4 balances, equal/);
    expect(equal.said).toMatch(/NetSuite sandbox \(us\) against .* balances, equal/);
    expect(equal.code).toBe(0);

    const amount = await cancelSomethingByHand();
    expect(Number(amount)).toBeGreaterThan(0);
    const edited = await checkLedger();
    expect(edited.said).toMatch(/Tryton \(uk\) against .* differ/);
    expect(edited.said).toMatch(/uk customers: -?[\d.,]+ GBP against -?[\d.,]+ GBP/);
    expect(edited.said).toMatch(/NetSuite sandbox \(us\) against .* balances, equal/);
    expect(edited.code).toBe(3);

    // Killed: its node children and their server go along at once, PostgreSQL and Restate stay.
    expect(trytons()).toHaveLength(1);
    demo.process.kill("SIGKILL");
    await demo.ended;
    await expect.poll(trytons, { timeout: MINUTES }).toEqual([]);
  });

  test("given the edited books, then the next demo takes over what was left, says so and fails", {
    timeout: 20 * MINUTES,
  }, async () => {
    const demo = tieout("demo", "--json");
    expect(await demo.ended).toBe(1);
    const report = JSON.parse(demo.data()) as {
      ok: boolean;
      secondBooks: { equal: boolean; accounts: { account: string; equal: boolean }[] };
      books: { differences: unknown[] };
    };
    expect([report.ok, report.secondBooks.equal]).toEqual([false, false]);
    expect(report.books.differences).toEqual([]);
    const differing = report.secondBooks.accounts.filter((one) => !one.equal);
    expect(differing.map((one) => one.account)).toContain("customers");
    await untilNothingRuns();
  });

  test("given npm start, then Tryton runs with the rest, and Ctrl-C leaves no process", {
    timeout: 20 * MINUTES,
  }, async () => {
    const up = tieout("up");
    await until(up, "Ctrl-C stops everything");
    expect(up.said()).toMatch(/tryton\s+http\s+http:\/\/127\.0\.0\.1:\d+/);
    expect(trytons()).toHaveLength(1);
    // Whoever reads its words may end first, as `tee` does at the same Ctrl-C.
    up.process.stdout?.destroy();
    up.process.stderr?.destroy();
    up.process.kill("SIGINT");
    expect(await up.ended).toBe(0);
    expect(processesNaming(dataDir)).toEqual([]);
  });

  test("given it is left out, then no Tryton runs and nothing is said of it", {
    timeout: 20 * MINUTES,
  }, async () => {
    const up = tieout("up", "--reset", "--without", "tryton");
    await until(up, "Ctrl-C stops everything");
    expect(up.said()).not.toContain("Tryton");
    expect(trytons()).toEqual([]);
    up.process.kill("SIGINT");
    expect(await up.ended).toBe(0);
  });
});
