import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actors, Pause } from "../../test/support/interleave.ts";
import { exploreSchedules, interleavings } from "../../test/support/interleave.ts";
import type { LaneLedger } from "../../test/support/lane.ts";
import { laneOn, letAnHourPass, openLaneLedger } from "../../test/support/lane.ts";
import type { Happening } from "../../test/support/ledger-facts.ts";
import { factsOf, storeOnly, tell } from "../../test/support/ledger-facts.ts";
import type { PlainServer } from "../../test/support/plain-target.ts";
import { openPlain } from "../../test/support/plain-target.ts";
import type { CallTarget } from "../connectors/kit/target.ts";
import { checkConservation } from "../store/check-conservation.ts";
import {
  checkNoBlindRetry,
  checkOrder,
  checkPayloadBinding,
  checkWriteAhead,
} from "../store/check-sends.ts";
import { checkTerminal } from "../store/check-terminal.ts";
import type { Pool } from "../store/database.ts";
import { inTransaction } from "../store/database.ts";
import { exceptOverdue } from "../store/except-overdue.ts";
import { findDueHeads } from "../store/find-due-heads.ts";
import type { HeadKey } from "../store/release-handoffs.ts";
import { releaseHandoffs } from "../store/release-handoffs.ts";
import type { Seat } from "../store/take-lane.ts";
import { takeLane } from "../store/take-lane.ts";
import type { DrainState } from "./lanes/drain-calls.ts";
import { drainCycle } from "./lanes/drain-calls.ts";
import type { LaneBudget, LaneContext } from "./lanes/lane-context.ts";
import { makeLaneSignals } from "./lanes/lane-signals.ts";
import { runLane } from "./lanes/run-lane.ts";

/** What a target offers: our reference as its own, nothing but looking, and one call at a time. */
type Offer = "upserts" | "is only asked" | "is only asked, in line";

interface Outside {
  readonly server: PlainServer;
  readonly target: CallTarget;
  /** Calls under way. */
  now: number;
  peak: number;
}

let ledger: LaneLedger;
let outside: Record<Offer, Outside>;

async function openOutside(offer: Offer): Promise<Outside> {
  const guard = offer === "upserts" ? "external-id" : "probe";
  const serial = offer === "is only asked, in line" ? { serial: "numbers" } : {};
  return { ...(await openPlain({ guard, ...serial })), now: 0, peak: 0 };
}

/** The same target, whose answers come when it is their turn. */
function slowed(system: Outside, pause: Pause): CallTarget {
  return {
    ...system.target,
    async send(call, startBy) {
      system.now += 1;
      system.peak = Math.max(system.peak, system.now);
      const answer = await system.target.send(call, startBy);
      await pause("answered");
      system.now -= 1;
      return answer;
    },
  };
}

beforeAll(async () => {
  ledger = await openLaneLedger({ connections: 16 });
  outside = {
    upserts: await openOutside("upserts"),
    "is only asked": await openOutside("is only asked"),
    "is only asked, in line": await openOutside("is only asked, in line"),
  };
});

afterAll(async () => {
  for (const { server, target } of Object.values(outside)) {
    await target.close?.();
    await server.close();
  }
  await ledger.close();
});

/** A hub's lane on that ledger, and the end of the releases that it sets off. */
function hubOn(
  pool: Pool,
  hub: string,
  target: CallTarget,
): { lane: LaneContext; ended: () => unknown } {
  const releases: Promise<unknown>[] = [];
  const release = (keys: readonly HeadKey[]): void => {
    const task = releaseHandoffs(pool, keys);
    task.catch(() => undefined);
    releases.push(task);
  };
  const lane = { ...laneOn(pool, target, { hub }), release };
  return { lane, ended: () => Promise.all(releases) };
}

/** A seat from taking it to parking it. */
const drain =
  (hub: string, seat = 0, offer: Offer = "upserts") =>
  async (pool: Pool, pause: Pause): Promise<void> => {
    const { lane, ended } = hubOn(pool, hub, slowed(outside[offer], pause));
    const options = { runMs: 20_000, lingerMs: 0, shouldStop: () => false };
    await runLane(lane, makeLaneSignals(), { budget: "plain", seat }, options);
    await ended();
  };

/** Goes on with a seat as if no time had passed, whoever has it now. */
const wake =
  (seat: Seat) =>
  async (pool: Pool, pause: Pause): Promise<void> => {
    const { lane, ended } = hubOn(pool, "stopped", slowed(outside.upserts, pause));
    const budget = lane.budgets.get(seat.budget) as LaneBudget;
    const state: DrainState = { medianMs: undefined };
    let cycle = await drainCycle(lane, budget, seat, state, [], true);
    while (cycle.finished.length > 0) {
      cycle = await drainCycle(lane, budget, seat, state, cycle.finished, true);
    }
    await ended();
  };

/** Time passes, for those who hold a seat. */
const endLeases = (pool: Pool): Promise<unknown> =>
  pool.query("update lane set lease_until = now() - interval '1 second'");

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
const alone = (name: string, at: number): Happening => ({
  id: `${name}-invoice-${at}`,
  invoice: `${name}-${at}`,
  at,
});

/** What is there before, and what then happens at once. Objects bear the name of the schedule. */
type Race = (name: string, pool: Pool) => Promise<Actors>;

const races: Readonly<Record<string, readonly [Offer, Race]>> = {
  "a newer state is sent while an older one and a still newer one come": [
    "upserts",
    async (name, pool) => {
      await tell(pool, [customer(name, 9)]);
      return {
        lane: drain("h1"),
        older: told(customer(name, 4)),
        newer: told(customer(name, 12)),
      };
    },
  ],
  "an answer is lost while other states come": [
    "upserts",
    async (name, pool) => {
      await tell(pool, [customer(name, 9)]);
      outside.upserts.server.mishaps.push("lost-after");
      return {
        lane: drain("h1"),
        older: told(customer(name, 4)),
        newer: told(customer(name, 12), invoice(name, 13)),
      };
    },
  ],
  "two states of a new customer and its invoice come at once": [
    "upserts",
    async (name) => ({
      first: told(customer(name, 4)),
      second: told(customer(name, 9), invoice(name, 10)),
      lane: drain("h1"),
    }),
  ],
  "an invoice comes while its customer is confirmed": [
    "upserts",
    async (name, pool) => {
      await tell(pool, [customer(name, 1)]);
      return {
        lane: drain("h1"),
        invoice: told(invoice(name, 2)),
        another: told(invoice(name, 3), customer(name, 4)),
      };
    },
  ],
  "two hubs drain one budget": [
    "upserts",
    async (name, pool) => {
      await tell(pool, [customer(name, 1), invoice(name, 2), invoice(name, 3)]);
      return {
        one: drain("h1", 0),
        other: drain("h2", 1),
        newer: told(customer(name, 4)),
      };
    },
  ],
  "a stopped hub wakes on a seat that another has taken": [
    "upserts",
    async (name, pool) => {
      await tell(pool, [customer(name, 1), invoice(name, 2), alone(name, 3)]);
      const seat = (await takeLane(pool, { budget: "plain", seat: 0 }, "stopped")) as Seat;
      return {
        stopped: wake(seat),
        heir: async (own, pause) => {
          await endLeases(own);
          await drain("h1")(own, pause);
        },
        newer: told(customer(name, 4)),
      };
    },
  ],
  "calls of one serial group are claimed on two seats": [
    "is only asked, in line",
    async (name, pool) => {
      await tell(pool, [alone(name, 1), alone(name, 2), alone(name, 3)]);
      return {
        one: drain("h1", 0, "is only asked, in line"),
        other: drain("h2", 1, "is only asked, in line"),
        again: told(alone(name, 4)),
      };
    },
  ],
  "what is sent is refused while a newer state comes": [
    "upserts",
    async (name, pool) => {
      await tell(pool, [customer(name, 1)]);
      outside.upserts.server.mishaps.push("refused");
      return {
        lane: drain("h1"),
        newer: told(customer(name, 4)),
        invoice: told(invoice(name, 5)),
      };
    },
  ],
  "what is overdue is excepted while it is released": [
    "upserts",
    async (name, pool) => {
      await storeOnly(pool, factsOf([alone(name, 1), alone(name, 2)]));
      await pool.query(
        `update handoff set attempts = 1, state = 'waiting', not_before = now(),
         deadline_at = now() - interval '1 minute' where state = 'ready'`,
      );
      await pool.query("update object_head set open_handoff = null");
      return {
        clock: (own) => inTransaction(own, exceptOverdue),
        sweeper: async (own) =>
          void (await releaseHandoffs(own, await findDueHeads(own, ["plain"], 9))),
        lane: drain("h1"),
      };
    },
  ],
  "a fact is told twice at once": [
    "upserts",
    async (name) => ({
      webhook: told(customer(name, 1), invoice(name, 2)),
      sweep: told(invoice(name, 2), customer(name, 1)),
      lane: drain("h1"),
    }),
  ],
  "a target that can only be asked loses its answers": [
    "is only asked",
    async (name, pool) => {
      await tell(pool, [alone(name, 1), alone(name, 2)]);
      outside["is only asked"].server.mishaps.push("lost-after", "cut-before");
      return {
        one: drain("h1", 0, "is only asked"),
        other: drain("h2", 1, "is only asked"),
        again: told(alone(name, 3)),
      };
    },
  ],
};

/** Lanes alone: what should go has been let out by those who raced, not by a sweeper. */
async function settle(pool: Pool, offer: Offer): Promise<string[]> {
  const open = "select 1 from handoff where state not in ('confirmed', 'superseded', 'excepted')";
  for (let round = 0; round < 12 && (await pool.query(open)).rowCount !== 0; round += 1) {
    await letAnHourPass(pool);
    await releaseHandoffs(pool, await findDueHeads(pool, ["plain"], 100));
    await drain("h1", 0, offer)(pool, async () => {});
  }
  const { rows } = await pool.query<{ what: string }>(
    `select object || '@' || version || ' ' || state as what from handoff
     where state not in ('confirmed', 'superseded') and not (state = 'excepted' and exists (
       select 1 from exception_case x where x.handoff_id = handoff.id and x.state = 'open'))
     order by 1`,
  );
  return rows.map(({ what }) => what);
}

async function findBroken(pool: Pool): Promise<string[]> {
  const checks = [
    checkOrder,
    checkTerminal,
    checkWriteAhead,
    checkNoBlindRetry,
    checkPayloadBinding,
    checkConservation,
  ];
  const found: string[] = [];
  for (const check of checks) {
    found.push(...(await check(pool)).broken.map(({ what, detail }) => `${what}: ${detail}`));
  }
  return found;
}

describe("whatever the order of statements", () => {
  test.each(Object.entries(races))(
    "when %s, then all arrives, in order and once",
    async (_, [offer, race]) => {
      const system = outside[offer];
      await exploreSchedules(ledger.pool, race, async () => {
        const twice = [...system.server.documents.values()].filter((made) => made.length > 1);
        expect(twice).toEqual([]);
        expect(await settle(ledger.pool, offer)).toEqual([]);
        expect(await findBroken(ledger.pool)).toEqual([]);
        if (system.target.operations["invoice.post"]?.serial) expect(system.peak).toBe(1);
      });
    },
    interleavings.timeoutMs,
  );
});
