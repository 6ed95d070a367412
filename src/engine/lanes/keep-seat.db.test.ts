import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
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
import { openPlain } from "../../../test/support/plain-target.ts";
import { systemClock } from "../../../test/support/system-clock.ts";
import type { BulkTarget, CallTarget, Guard } from "../../connectors/kit/target.ts";
import type { Pool } from "../../store/database.ts";
import { takeLane } from "../../store/take-lane.ts";
import type { LaneContext } from "./lane-context.ts";
import { makeLaneSignals } from "./lane-signals.ts";
import { runLane } from "./run-lane.ts";

let ledger: LaneLedger;
let pool: Pool;
let server: PlainServer;
let target: CallTarget;

async function open(guard: Guard): Promise<void> {
  ({ server, target } = await openPlain({ guard, timeoutMs: 400 }));
}

beforeEach(async () => {
  ledger = await openLaneLedger();
  pool = ledger.pool;
});

afterEach(async () => {
  await target.close?.();
  await server.close();
  await ledger.close();
});

const seat = { budget: "plain", seat: 0 };
const laneOf = (one: CallTarget | BulkTarget = target) => laneOn(pool, one, { hub: "h1" });
const states = () => statesOf(pool);

function gate(): { readonly end: Promise<void>; readonly letGo: () => void } {
  const waits = new EventEmitter();
  return { end: once(waits, "end").then(() => undefined), letGo: () => void waits.emit("end") };
}

/** Runs a call that is longer than what is left of its lease, while another hub wants the seat. */
async function outlast(lane: LaneContext, letGo: () => void): Promise<void> {
  const running = runLane(lane, makeLaneSignals(), seat, options);
  while ((await states())["sent"] !== 1) await sleep(20);
  await pool.query("update lane set lease_until = now() + interval '7 seconds'");
  await sleep(8000);
  expect(await takeLane(pool, seat, "h2")).toBeUndefined();
  letGo();
  await running;
}

describe("a seat while its calls last", () => {
  test("given a call that outlasts its lease, then the seat stays its holder's", async () => {
    await open("probe");
    const inner = target;
    const { end, letGo } = gate();
    target = { ...inner, send: (call, startBy) => end.then(() => inner.send(call, startBy)) };
    await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
    await outlast(laneOf(), letGo);
    expect(await states()).toEqual({ confirmed: 1 });
  });

  test("given a bulk call that outlasts its lease, then the seat stays its holder's", async () => {
    await open("external-id");
    const { end, letGo } = gate();
    const { system, connection, account, operations } = target;
    const bulk: BulkTarget = {
      ...{ kind: "bulk", system, connection, account, operations, maxItems: 10 },
      apply: (items) => end.then(() => items.map(() => ({ class: "done", externalId: "1" }))),
      async *documents() {},
    };
    await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
    await outlast(laneOf(bulk), letGo);
    expect(await states()).toEqual({ confirmed: 1 });
  });

  test("given a hub that stood still while it asked, then it asks nothing more on its seat", async () => {
    await open("external-id");
    server.mishaps.push("lost-after", "lost-after");
    const two = [1, 2].map((n) => ({ id: `e${n}`, invoice: `i${n}`, at: n }));
    await tell(pool, two);
    await runLane(laneOf(), makeLaneSignals(), seat, options);
    expect(await states()).toEqual({ unknown: 2 });
    await pool.query("update handoff set not_before = now()");
    const inner = target;
    let stoodStillMs = 0;
    const late: (boolean | undefined)[] = [];
    target = {
      ...inner,
      probe: (operation, reference, sent, tooLate) => {
        late.push(tooLate?.());
        stoodStillMs = 60_000;
        return inner.probe(operation, reference, sent, tooLate);
      },
    };
    const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + stoodStillMs };
    await runLane({ ...laneOf(), clock }, makeLaneSignals(), seat, options);
    expect(late).toEqual([false, true]);
    expect(server.effects).toHaveLength(2);
  });
});
