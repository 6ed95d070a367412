/**
 * The process `tieout tryton`: a real Tryton server with the demo's second company in it. The
 * server belongs to this process and dies with it; what the connector must know of the database is
 * left in a file for the hubs.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TrytonBooks } from "../demo/tryton-books.ts";
import { prepareTrytonBooks, trytonBooksSchema } from "../demo/tryton-books.ts";
import { findTryton } from "../sandbox/tryton/find-tryton.ts";
import type { RunningTryton } from "../sandbox/tryton/start-tryton.ts";
import { startTryton, stopLeftoverTryton } from "../sandbox/tryton/start-tryton.ts";
import { readEnvironment } from "./environment.ts";
import { openLog } from "./log.ts";
import { holdLifeline } from "./supervisor/lifeline.ts";
import { systemClock, systemRandom } from "./system.ts";

/** What the server writes, under the data folder. */
export function trytonFolderOf(dataDir: string): string {
  return path.join(dataDir, "tryton");
}

/** Modules and an administrator, no business: what a reset may keep, for it takes long to make. */
export function trytonTemplateOf(dataDir: string): string {
  return path.join(trytonFolderOf(dataDir), "template");
}

/** True when this machine has the server with its modules. Takes about a second. */
export function trytonIsInstalled(): boolean {
  return findTryton()?.missingModules.length === 0;
}

function booksFile(dataDir: string): string {
  return path.join(trytonFolderOf(dataDir), "books.json");
}

/** The second company's books of this data folder; undefined where there are none yet. */
export function readTrytonBooks(dataDir: string): TrytonBooks | undefined {
  try {
    return trytonBooksSchema.parse(JSON.parse(readFileSync(booksFile(dataDir), "utf8")));
  } catch {
    return undefined;
  }
}

/** Holds a password: for this user alone. */
function writeTrytonBooks(dataDir: string, books: TrytonBooks): void {
  const file = booksFile(dataDir);
  writeFileSync(`${file}.new`, `${JSON.stringify(books, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** What the demo's documents need; every module more makes the first start longer. */
const MODULES = ["account_invoice", "account_product"];

export async function runTrytonProcess(): Promise<void> {
  const { dataDir, logLevel, variables } = readEnvironment();
  const log = openLog(logLevel, "tryton");
  let server: RunningTryton | undefined;
  let leaving = false;
  const close = async (): Promise<void> => {
    leaving = true;
    await server?.stop();
  };
  // Before the long first start: a supervisor that ends meanwhile takes the server along.
  const lifeline = holdLifeline(close);
  const folder = trytonFolderOf(dataDir);
  await stopLeftoverTryton(folder, systemClock);
  const system = { clock: systemClock, random: systemRandom };
  const port = Number(variables["TIEOUT_TRYTON_PORT"] ?? 0);
  const database = { kind: "sqlite" } as const;
  server = await startTryton({ folder, port, database, modules: MODULES, ...system, log });
  const leave = (): void => void close().then(() => process.exit(0));
  process.once("SIGTERM", leave);
  process.once("SIGINT", leave);
  void server.exited().then(() => {
    if (!leaving) process.exit(1);
  });
  const known = readTrytonBooks(dataDir);
  const books = await prepareTrytonBooks(server.access, known, {
    nowMs: systemClock.now(),
    random: systemRandom,
  });
  writeTrytonBooks(dataDir, books);
  lifeline.ready({ http: books.url });
}
