import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LaneLedger } from "../../../test/support/lane.ts";
import {
  laneOn,
  openLaneLedger,
  runOptions as options,
  statesOf,
} from "../../../test/support/lane.ts";
import { tell } from "../../../test/support/ledger-facts.ts";
import type { PlainServer } from "../../../test/support/plain-target.ts";
import { plainTarget, startPlainServer } from "../../../test/support/plain-target.ts";
import type { BulkTarget, CallTarget } from "../../connectors/kit/target.ts";
import type { Pool } from "../../store/database.ts";
import { declareBudgets } from "../../store/declare-budgets.ts";
import { findLanesToStart } from "../../store/find-lanes-to-start.ts";
import type { LaneContext } from "./lane-context.ts";
import { makeLaneSignals } from "./lane-signals.ts";
import { runLane } from "./run-lane.ts";

let ledger: LaneLedger;
let pool: Pool;
let server: PlainServer;
let target: CallTarget;

beforeEach(async () => {
  ledger = await openLaneLedger();
  pool = ledger.pool;
  server = await startPlainServer({ upsert: true });
  target = plainTarget({ url: server.url, guard: "external-id", timeoutMs: 400 });
});
afterEach(async () => {
  await target.close?.();
  await server.close();
  await ledger.close();
});

const run = (lane: LaneContext, seat: number) =>
  runLane(lane, makeLaneSignals(), { budget: "plain", seat }, options);

/** The same lane after its hub was started with one seat instead of two. */
async function withOneSeat(lane: LaneContext): Promise<LaneContext> {
  const one = { name: "plain", concurrency: 1, ratePerSecond: undefined };
  await declareBudgets(pool, [one]);
  const targets = new Map([[target.connection, target]]);
  return { ...lane, budgets: new Map([["plain", { ...one, targets }]]) };
}

describe("a seat beyond a lowered concurrency", () => {
  test("given a hub died with a call on it, then it is taken once, and a seat that is left asks", async () => {
    await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
    const dying = laneOn(pool, target, {
      hub: "h1",
      crash: (label) => {
        if (label === "before-record") throw new Error("killed");
      },
    });
    await expect(run(dying, 1)).rejects.toThrow("killed");
    expect(await statesOf(pool)).toEqual({ sent: 1 });
    const lane = await withOneSeat(laneOn(pool, target, { hub: "h2" }));
    expect(await run(lane, 1)).toBe("taken");
    await pool.query("update lane set lease_until = now() - interval '1 second' where seat = 1");
    expect(await findLanesToStart(pool)).toEqual([{ budget: "plain", seat: 1 }]);
    expect(await run(lane, 1)).toBe("idle");
    expect(await statesOf(pool)).toEqual({ unknown: 1 });
    await pool.query("update handoff set not_before = now()");
    expect(await findLanesToStart(pool)).toEqual([{ budget: "plain", seat: 0 }]);
    await expect
      .poll(async () => {
        await run(lane, 0);
        return statesOf(pool);
      })
      .toEqual({ confirmed: 1 });
    expect(server.effects).toHaveLength(1);
  });

  test("given work that is ready, then the seat does none of it and is not asked for", async () => {
    const lane = await withOneSeat(laneOn(pool, target, { hub: "h1" }));
    await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
    expect(await findLanesToStart(pool)).toEqual([{ budget: "plain", seat: 0 }]);
    expect(await run(lane, 1)).toBe("idle");
    expect(await statesOf(pool)).toEqual({ ready: 1 });
    const { rows } = await pool.query("select holder from lane where seat = 1");
    expect(rows).toEqual([{ holder: null }]);
  });
});

describe("a budget from which nothing may be claimed", () => {
  /** Something becomes ready all the time. */
  const busySignals = () => ({ ...makeLaneSignals(), wait: async () => true });
  const holders = async () => (await pool.query("select distinct holder from lane")).rows;

  for (const [what, close, open] of [
    ["sending is off", "update sending_permission set allowed = false", "set allowed = true"],
    [
      "the target asked for a pause",
      "update budget set paused_until = now() + interval '1 minute'",
      "set paused_until = null",
    ],
  ] as const) {
    test(`given ${what}, then the seat is given up whatever is ready, and works again later`, async () => {
      await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
      const lane = laneOn(pool, target, { hub: "h1" });
      const seat = { budget: "plain", seat: 0 };
      await pool.query(close);
      expect(await runLane(lane, busySignals(), seat, options)).toBe("closed");
      expect(await holders()).toEqual([{ holder: null }]);
      expect(await statesOf(pool)).toEqual({ ready: 1 });
      await pool.query(`${close.split(" set ")[0]} ${open}`);
      expect(await run(lane, 0)).toBe("idle");
      expect(await statesOf(pool)).toEqual({ confirmed: 1 });
    });
  }

  test("given a bulk target while sending is off, then its seat is given up as well", async () => {
    await pool.query("update sending_permission set allowed = false");
    const bulk = laneOn(pool, bulkTarget(), { hub: "h1" });
    const seat = { budget: "plain", seat: 0 };
    expect(await runLane(bulk, busySignals(), seat, options)).toBe("closed");
  });
});

/** Nothing ever reaches it. */
function bulkTarget(): BulkTarget {
  return {
    ...{ kind: "bulk", system: "plain", connection: "plain", account: "acct", maxItems: 10 },
    operations: {},
    apply: () => Promise.reject(new Error("sending is off")),
    documents: async function* () {},
  };
}
