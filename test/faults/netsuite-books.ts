/** Books in the NetSuite sandbox, which fails by a plan of its own and is judged by its journal. */
import type { TargetSetting } from "../../src/app/config.ts";
import { systemClock } from "../../src/app/system.ts";
import { instant } from "../../src/kernel/clock.ts";
import { seededRandom } from "../../src/kernel/random.ts";
import type { JournalEntry } from "../../src/operations/operation.ts";
import type { Call } from "../../src/sandbox/kit/calls.ts";
import {
  DEMO_ACCOUNT,
  DEMO_CREDENTIALS,
  startNetSuiteSandbox,
} from "../../src/sandbox/netsuite/sandbox.ts";
import { TOKEN_USER } from "../../src/sandbox/netsuite/system-notes.ts";
import { settingsFor } from "../connectors/netsuite-given.ts";
import type { NetSuiteJournal } from "./books.ts";
import { readNetSuiteJournal } from "./books.ts";
import type { BooksUnderFaults } from "./books-under-faults.ts";
import { evidenceOf, strikes, watchHangUps } from "./evidence.ts";
import { judgeBooks } from "./oracle.ts";
import { judgeCustomers } from "./order-oracle.ts";
import { BOOKS } from "./settings.ts";
import {
  BUDGET,
  FOREIGN,
  INDEX_LAG_MS,
  LONGEST_RUN_MS,
  SEATS,
  SERVICE_TIME,
  TARGET_FAULTS,
  TIMEOUT_MS,
  targetFaultPlan,
} from "./target-faults.ts";

export async function openNetSuiteBooks(
  sandboxDir: string,
  seed: number,
): Promise<BooksUnderFaults> {
  const hangUps = watchHangUps(({ headers }) => {
    const nonce = /oauth_nonce="([^"]+)"/.exec(headers.authorization ?? "")?.[1];
    return nonce === undefined ? undefined : decodeURIComponent(nonce);
  });
  const sandbox = await startNetSuiteSandbox({
    port: 0,
    clock: systemClock,
    random: seededRandom(seed),
    dataDir: sandboxDir,
    concurrency: SEATS,
    serviceTime: SERVICE_TIME,
    keepCalls: 2_000_000,
  });
  const { world, faults, calls } = sandbox;
  // The item of lines that name no product, as its settings call it.
  const accounts = { incomeAccount: { id: "151" }, deferredRevenueAccount: { id: "138" } };
  world.create("serviceSaleItem", { itemId: "unnamed", ...accounts }, "2000");
  return {
    name: "NetSuite",
    setting: settingOf(sandbox.url),
    seats: BUDGET,
    pace: 1,
    calls,
    currencies: ["usd", "usd", "eur", "jpy"],
    begin(schedule) {
      faults.replace(targetFaultPlan(schedule.seed));
      world.setSeats(SEATS, FOREIGN);
    },
    turnAway: (storm) => world.setSeats(storm?.seats ?? SEATS),
    calm() {
      faults.clear();
      world.setSeats(SEATS, { min: 0, max: 0, changeMs: 0 });
    },
    booked: async () => world.list("invoice").length,
    async judge(stripe) {
      const books = readNetSuiteJournal(sandboxDir);
      return [judgeBooks(stripe, books), judgeCustomers(stripe, books)];
    },
    shutPeriod: async (month, closed) => void world.lockPeriod(month, { closed }),
    periodRefusals: () =>
      calls.list().filter((call) => call.status === 400 && call.method === "PUT").length,
    watched: true,
    evidence(made, observers) {
      const journal = readNetSuiteJournal(sandboxDir);
      return evidenceOf(() => arrivals(journal, made), made, hangUps, observers);
    },
    strikes: (made) => strikes(made, TARGET_FAULTS, { 429: "429: no seat" }),
    close: () => sandbox.close(),
  };
}

function settingOf(url: string): TargetSetting {
  return {
    system: "netsuite",
    budget: BOOKS,
    settings: {
      ...settingsFor(url, DEMO_ACCOUNT, DEMO_CREDENTIALS),
      connection: BOOKS,
      timeoutMs: TIMEOUT_MS,
      connections: BUDGET + 1,
      observe: {
        timeZone: "America/Los_Angeles",
        owns: ["invoice", "creditMemo", "customerPayment"],
        ourUser: TOKEN_USER,
        lagMs: INDEX_LAG_MS,
      },
      limits: { longestRunMs: LONGEST_RUN_MS, indexLagMs: INDEX_LAG_MS },
    },
  };
}

/** The moment at which a request arrived, not at which it was applied, where the log has it. */
async function* arrivals(
  { lines }: NetSuiteJournal,
  calls: readonly Call[],
): AsyncGenerator<JournalEntry> {
  const arrived = new Map(calls.map((call) => [call.note ?? "", call.at]));
  for (const line of lines) {
    if (line.origin !== "rest") continue;
    const at = arrived.get(line.nonce ?? "") ?? line.at;
    yield { reference: line.externalId ?? undefined, arrivedAt: instant(at) };
  }
}
