import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actors, Chooser } from "../../test/support/interleave.ts";
import { everySchedule, interleave, someSchedules } from "../../test/support/interleave.ts";
import type { LaneLedger } from "../../test/support/lane.ts";
import { laneOn, openLaneLedger } from "../../test/support/lane.ts";
import type { Happening } from "../../test/support/ledger-facts.ts";
import { tell } from "../../test/support/ledger-facts.ts";
import type { PlainServer } from "../../test/support/plain-target.ts";
import { plainTarget, startPlainServer } from "../../test/support/plain-target.ts";
import type { CallTarget } from "../connectors/kit/target.ts";
import { checkConservation } from "../store/check-conservation.ts";
import { checkReferences } from "../store/check-references.ts";
import {
  checkNoBlindRetry,
  checkOrder,
  checkPayloadBinding,
  checkWriteAhead,
} from "../store/check-sends.ts";
import { checkTerminal } from "../store/check-terminal.ts";
import type { Pool } from "../store/database.ts";
import { hasReady } from "../store/has-ready.ts";
import { releaseHandoffs } from "../store/release-handoffs.ts";
import { makeLaneSignals } from "./lanes/lane-signals.ts";
import { runLane } from "./lanes/run-lane.ts";

/** More than a sample: `npm run interleavings`. */
const MANY = Number(process.env["TIEOUT_INTERLEAVINGS"] ?? 0);
const SEED = Number(process.env["TIEOUT_SEED"] ?? Math.floor(Math.random() * 1e9));
const SAMPLE = 25;

let ledger: LaneLedger;
let server: PlainServer;
let target: CallTarget;

beforeAll(async () => {
  ledger = await openLaneLedger({ connections: 16 });
  server = await startPlainServer({ upsert: true });
  target = plainTarget({ url: server.url, guard: "external-id" });
});

afterAll(async () => {
  await target.close?.();
  await server.close();
  await ledger.close();
});

/** A hub's seat, from taking it to parking it, with the releases that it sets off. */
async function drain(pool: Pool, hub: string, seat = 0): Promise<void> {
  const releases: Promise<unknown>[] = [];
  const lane = {
    ...laneOn(pool, target, { hub }),
    release: (keys: Parameters<typeof releaseHandoffs>[1]) => {
      const release = releaseHandoffs(pool, keys);
      release.catch(() => undefined);
      releases.push(release);
    },
  };
  const options = { runMs: 20_000, lingerMs: 0, shouldStop: () => false };
  await runLane(lane, makeLaneSignals(), { budget: "plain", seat }, options);
  await Promise.all(releases);
}

interface Race {
  /** Before the race, one statement after the other. */
  readonly before?: (pool: Pool, name: string) => Promise<unknown>;
  readonly actors: (name: string) => Actors;
}

const told =
  (...happenings: Happening[]) =>
  (pool: Pool): Promise<unknown> =>
    tell(pool, happenings);

const customer = (name: string, at: number): Happening => ({
  id: `${name}-customer-${at}`,
  customer: name,
  at,
});
const invoice = (name: string, at: number): Happening => ({
  id: `${name}-invoice-${at}`,
  invoice: `${name}-${at}`,
  customer: name,
  at,
});

const races: Readonly<Record<string, Race>> = {
  "a newer state is sent while an older one and a still newer one come": {
    before: (pool, name) => tell(pool, [customer(name, 9)]),
    actors: (name) => ({
      lane: (pool) => drain(pool, "h1"),
      older: told(customer(name, 4)),
      newer: told(customer(name, 12)),
    }),
  },
  "two states of a new customer and its invoice come at once": {
    actors: (name) => ({
      first: told(customer(name, 4)),
      second: told(customer(name, 9), invoice(name, 10)),
      lane: (pool) => drain(pool, "h1"),
    }),
  },
  "an invoice comes while its customer is confirmed": {
    before: (pool, name) => tell(pool, [customer(name, 1)]),
    actors: (name) => ({
      lane: (pool) => drain(pool, "h1"),
      invoice: told(invoice(name, 2)),
      another: told(invoice(name, 3), customer(name, 4)),
    }),
  },
  "two hubs drain one budget": {
    before: (pool, name) => tell(pool, [customer(name, 1), invoice(name, 2), invoice(name, 3)]),
    actors: (name) => ({
      one: (pool) => drain(pool, "h1", 0),
      other: (pool) => drain(pool, "h2", 1),
      newer: told(customer(name, 4)),
    }),
  },
  "a fact is told twice at once": {
    actors: (name) => ({
      webhook: told(customer(name, 1), invoice(name, 2)),
      sweep: told(invoice(name, 2), customer(name, 1)),
      lane: (pool) => drain(pool, "h1"),
    }),
  },
};

/** What ran in which order, by the name in every object of that schedule. */
const schedules = new Map<string, string[]>();

async function explore(race: Race, next: () => Chooser | undefined): Promise<number> {
  const { pool } = ledger;
  let ran = 0;
  for (let choose = next(); choose !== undefined; choose = next()) {
    const name = `s${schedules.size}`;
    schedules.set(name, []);
    await race.before?.(pool, name);
    schedules.set(name, await interleave(pool, race.actors(name), choose));
    ran += 1;
    // Lanes alone: whatever should go has been let out by those who raced, not by a sweeper.
    // What a release lets out wakes a seat: here, another round.
    for (let round = 0; round < 9 && (await hasReady(pool, "plain")); round += 1) {
      await drain(pool, "h1");
    }
    const left = await pool.query(
      "select object || '@' || version || ' ' || state as what from handoff where state not in ('confirmed', 'superseded')",
    );
    expect(left.rows, told1(name)).toEqual([]);
  }
  return ran;
}

const told1 = (name: string): string => `in this order:\n  ${schedules.get(name)?.join("\n  ")}\n`;

async function broken(): Promise<string[]> {
  const checks = [
    checkOrder,
    checkTerminal,
    checkWriteAhead,
    checkNoBlindRetry,
    checkPayloadBinding,
    checkConservation,
  ];
  const found = [];
  for (const check of checks) {
    for (const { what, detail } of (await check(ledger.pool)).broken) {
      const name = /\bs\d+\b/.exec(detail)?.[0] ?? "";
      found.push(`${what}: ${detail}, ${told1(name)}`);
    }
  }
  return found;
}

describe("whatever the order of statements", () => {
  test.each(Object.entries(races))("when %s, then all of it arrives, in order and once", async (_, race) => {
    const next = MANY > 0 ? someSchedules(MANY, SEED, 3) : someSchedules(SAMPLE, SEED, 2);
    await explore(race, next);
    expect(await broken()).toEqual([]);
    expect([...server.documents.values()].filter((documents) => documents.length > 1)).toEqual([]);
  }, 600_000);
});
