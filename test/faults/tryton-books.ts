/**
 * Books in a real Tryton server, which outlives the hubs, is killed by its own schedule, and is
 * judged by what it says itself, asked by a driver that the connector does not know.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock, systemRandom } from "../../src/app/system.ts";
import { startEmbeddedPostgres } from "../../src/engine/embedded/postgres.ts";
import type { ServerLog } from "../../src/engine/embedded/types.ts";
import { instant } from "../../src/kernel/clock.ts";
import type { JournalEntry } from "../../src/operations/operation.ts";
import type { CompanySpec, SeededCompany } from "../../src/sandbox/tryton/company-spec.ts";
import { EURO_COMPANY } from "../../src/sandbox/tryton/company-spec.ts";
import { closePeriod, openJournals, reopenPeriod } from "../../src/sandbox/tryton/documents.ts";
import { findTryton } from "../../src/sandbox/tryton/find-tryton.ts";
import type { TrytonRpc } from "../../src/sandbox/tryton/rpc.ts";
import { openTryton } from "../../src/sandbox/tryton/rpc.ts";
import { seedCompany } from "../../src/sandbox/tryton/seed-company.ts";
import type { StartTrytonOptions } from "../../src/sandbox/tryton/start-tryton.ts";
import { startTryton } from "../../src/sandbox/tryton/start-tryton.ts";
import type { TrytonAccess, TrytonDatabase } from "../../src/sandbox/tryton/types.ts";
import { addAccountant } from "../../src/sandbox/tryton/users.ts";
import type { BooksUnderFaults } from "./books-under-faults.ts";
import { evidenceOf, strikes } from "./evidence.ts";
import type { Options, TrytonDatabaseKind } from "./options.ts";
import { judgeBooks } from "./oracle.ts";
import { judgeCustomers } from "./order-oracle.ts";
import { trytonSetting } from "./settings.ts";
import { judgeTrialBalance } from "./trial-balance-oracle.ts";
import { TRYTON_FAULTS, TRYTON_SEATS, trytonFaultPlan, trytonTimes } from "./tryton-faults.ts";
import { judgeStanding } from "./tryton-oracle.ts";
import { readTrytonBooks } from "./tryton-picture.ts";
import type { Written } from "./tryton-wire.ts";
import { startTrytonWire } from "./tryton-wire.ts";

const year = new Date(systemClock.now()).getUTCFullYear();

/** The company sells in dollars and keeps its books in them. */
const COMPANY: CompanySpec = {
  ...EURO_COMPANY,
  name: "Tieout Faults Inc",
  currency: { code: "USD", name: "US Dollar", digits: 2 },
  // A sale is of today in one zone or another.
  years: [year - 1, year, year + 1],
};

/** A machine slower than this is too busy for a run that should end. */
const MOST_PACE = 8;

/** From here on, unless taken. */
const DATABASE_PORT = 30_050;

/** Of a person who closes a month while postings are under way. */
const MOST_TRIES = 300;

/** What the seeding takes on an idle machine. */
const SEEDING_MS = 3000;

export class TrytonAbsent extends Error {}

/** Throws TrytonAbsent, with the command that installs it, where there is no server. */
export async function openTrytonBooks(
  folder: string,
  options: Options,
  log: ServerLog,
): Promise<BooksUnderFaults> {
  const server = await openServer(folder, options, log);
  const { access, seeded, pace } = server;
  const times = trytonTimes(pace);
  const wire = await startTrytonWire(access.url);
  // A session of ours is as mortal as any, so each look begins with a login.
  const look = () => openTryton(access);
  return {
    name: `Tryton on ${options.database === "sqlite" ? "SQLite" : "PostgreSQL"}`,
    setting: trytonSetting({ ...server, url: wire.url, times }),
    seats: TRYTON_SEATS,
    pace,
    calls: wire.calls,
    currencies: ["usd"],
    begin: (schedule) => wire.faults.replace(trytonFaultPlan(schedule, times.timeoutMs)),
    turnAway: (storm) => wire.turnAway(storm),
    calm() {
      wire.faults.clear();
      wire.turnAway(undefined);
    },
    outage: () => server.killAndStart(),
    signOut: () => endSessions(access, wire.sessions),
    booked: async () => countInvoices(await look()),
    async judge(world, pool) {
      const own = await look();
      const books = await readTrytonBooks(own, seeded, world, wire.written);
      return [
        judgeBooks(world, books),
        judgeCustomers(world, books),
        await judgeStanding(own, seeded, world),
        await judgeTrialBalance(own, seeded, pool),
      ];
    },
    shutPeriod: (month, shut) => shutPeriod(look, seeded.company, month, shut),
    periodRefusals: () => wire.periodRefusals(),
    // Its observer knows our own changes by the user, and a look shares the hubs' sessions.
    watched: false,
    evidence: (calls, observers) =>
      evidenceOf(() => arrivals(wire.written), calls, wire.hangUps, observers),
    strikes: (calls) => strikes(calls, TRYTON_FAULTS, { 429: "turned away", 503: "turned away" }),
    async close() {
      await wire.close();
      await server.stop();
    },
  };
}

interface Server {
  /** The administrator's sign-in, and the address it keeps. */
  readonly access: TrytonAccess;
  /** The hubs' sign-in, with an accountant's rights. */
  readonly user: TrytonAccess;
  readonly seeded: SeededCompany;
  readonly unit: number;
  readonly pace: number;
  /** SIGKILL, then a start on the same data and the same port. */
  killAndStart(): Promise<void>;
  stop(): Promise<void>;
}

async function openServer(
  folder: string,
  { database: kind, template }: Options,
  log: ServerLog,
): Promise<Server> {
  if (findTryton()?.complete !== true) {
    throw new TrytonAbsent("There is no Tryton server here. npm run test:tryton installs it.");
  }
  mkdirSync(folder, { recursive: true });
  const database = await openDatabase(folder, kind, log);
  const options: StartTrytonOptions = {
    folder: path.join(folder, "tryton"),
    ...(template === undefined ? {} : { templateFolder: path.resolve(template) }),
    port: 0,
    database: database.settings,
    clock: systemClock,
    random: systemRandom,
    log,
  };
  let running = await startTryton(options);
  const { access } = running;
  const rpc = await openTryton(access);
  const began = systemClock.monotonic();
  const seeded = await seedCompany(rpc, COMPANY);
  const slower = (systemClock.monotonic() - began) / SEEDING_MS;
  const pace = Math.min(MOST_PACE, Math.max(1, slower));
  return {
    access,
    user: await addAccountant(rpc, access, seeded.company, "hub", systemRandom),
    seeded,
    unit: (await rpc.find("product.uom", [["name", "=", "Unit"]])) ?? 0,
    pace,
    async killAndStart() {
      process.kill(running.pid(), "SIGKILL");
      await running.exited();
      running = await startTryton({ ...options, port: Number(new URL(access.url).port) });
    },
    async stop() {
      await running.stop();
      await database.stop();
    },
  };
}

/**
 * Tryton refuses to close a month while an entry in it is a draft, and on PostgreSQL while another
 * holds its tables; and it may be down in this moment: a person tries again.
 */
async function shutPeriod(
  look: () => Promise<TrytonRpc>,
  company: number,
  month: string,
  shut: boolean,
): Promise<void> {
  const act = async (): Promise<void> => {
    const rpc = await look();
    if (shut) return closePeriod(rpc, company, month);
    await reopenPeriod(rpc, company, month);
    await openJournals(rpc, company, month);
  };
  for (let tries = 0; ; tries += 1) {
    try {
      return await act();
    } catch (thrown) {
      if (tries === MOST_TRIES) throw thrown;
      await sleep(100);
    }
  }
}

function countInvoices(rpc: TrytonRpc): Promise<number> {
  return rpc.call<number>("model.account.invoice.search_count", [
    ["type", "=", "out"],
    ["state", "in", ["posted", "paid"]],
    ["total_amount", ">", { __class__: "Decimal", decimal: "0" }],
  ]);
}

async function openDatabase(
  folder: string,
  kind: TrytonDatabaseKind,
  log: ServerLog,
): Promise<{ settings: TrytonDatabase; stop: () => Promise<void> }> {
  if (kind === "sqlite") return { settings: { kind }, stop: async () => undefined };
  // Its own server, for the ledger's is killed, and the books must not suffer by that.
  const dataDir = path.join(folder, "tryton-database");
  const common = { clock: systemClock, random: systemRandom, log, durable: false };
  const postgres = await startEmbeddedPostgres({ dataDir, port: DATABASE_PORT, ...common });
  return { settings: { kind, url: postgres.url }, stop: () => postgres.stop() };
}

/** What the hubs signed in with is worth nothing from now on; they must find out by themselves. */
async function endSessions(access: TrytonAccess, sessions: ReadonlySet<string>): Promise<void> {
  for (const authorization of sessions) {
    const headers = { "content-type": "application/json", authorization };
    const body = JSON.stringify({ id: 1, method: "common.db.logout", params: [] });
    // One that has ended already is answered with 401; a server that is down has none.
    await fetch(`${access.url}/${access.database}/`, { method: "POST", headers, body }).catch(
      () => undefined,
    );
  }
}

/** What was sent to be made, under the reference it bore; changes of a record bear none. */
async function* arrivals(written: readonly Written[]): AsyncGenerator<JournalEntry> {
  for (const one of written) {
    if (!one.method.endsWith(".create")) continue;
    yield { reference: referenceOf(one), arrivedAt: instant(one.arrivedAt) };
  }
}

function referenceOf({ method, values }: Written): string | undefined {
  const { reference, description, code } = values;
  if (method.includes(".account.invoice.")) return textOf(reference);
  if (method.includes(".account.move.create")) return textOf(description)?.split(" ")[0];
  return textOf(code);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
