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
import { openPlain, plainTarget } from "../../../test/support/plain-target.ts";
import type { CallTarget, Guard } from "../../connectors/kit/target.ts";
import { checkNoBlindRetry } from "../../store/check-sends.ts";
import type { Pool } from "../../store/database.ts";
import { findDueHeads } from "../../store/find-due-heads.ts";
import { releaseHandoffs } from "../../store/release-handoffs.ts";
import { takeLane } from "../../store/take-lane.ts";
import type { LaneContext } from "./lane-context.ts";
import { makeLaneSignals } from "./lane-signals.ts";
import { runLane } from "./run-lane.ts";

let ledger: LaneLedger;
let pool: Pool;
let server: PlainServer;
let target: CallTarget;

async function open(guard: Guard, settleMs = 0): Promise<void> {
  ({ server, target } = await openPlain({ guard, settleMs, timeoutMs: 400 }));
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

const laneOf = (hub: string, crash?: (label: string) => void) =>
  laneOn(pool, target, { hub, crash });
const states = () => statesOf(pool);

/** Runs seat 0 and what the sweeper would release, until nothing moves and nothing is in doubt. */
async function settleAll(lane: LaneContext): Promise<void> {
  for (let quiet = 0; quiet < 6 || (await states())["unknown"] !== undefined; ) {
    const before = await states();
    await runLane(lane, makeLaneSignals(), { budget: "plain", seat: 0 }, options);
    await releaseHandoffs(pool, await findDueHeads(pool, ["plain"], 100));
    const after = await states();
    quiet = JSON.stringify(before) === JSON.stringify(after) ? quiet + 1 : 0;
  }
}

async function cases(): Promise<string[]> {
  const rows = await pool.query<{ code: string }>(
    "select code from exception_case where state = 'open' order by opened_at",
  );
  return rows.rows.map((row) => row.code);
}

describe("a lane", () => {
  test("given an invoice before its customer, then the customer goes first and both once", async () => {
    await open("external-id");
    await tell(pool, [{ id: "e2", invoice: "i1", customer: "c1", at: 2 }]);
    expect(await states()).toEqual({ waiting: 1 });
    await tell(pool, [{ id: "e1", customer: "c1", at: 1 }]);
    await settleAll(laneOf("h1"));
    expect(await states()).toEqual({ confirmed: 2 });
    expect(server.effects.map((e) => JSON.parse(e.body).data.id)).toEqual(["e1", "e2"]);
    expect(JSON.parse(server.effects[1]?.body ?? "{}").links).toEqual({
      "src/customer/c1": "DOC1",
    });
  });

  test("given answers lost after commit, then what is there is adopted and stands once", async () => {
    await open("external-id");
    server.mishaps.push("lost-after", "lost-after", "cut-before", "gibberish");
    await tell(
      pool,
      [1, 2, 3, 4, 5].map((n) => ({ id: `e${n}`, customer: `c${n}`, at: n })),
    );
    await settleAll(laneOf("h1"));
    expect(await states()).toEqual({ confirmed: 5 });
    expect([...server.documents.values()].every((docs) => docs.length === 1)).toBe(true);
    const adopted = await pool.query("select 1 from outcome where class = 'adopted'");
    expect(adopted.rowCount).toBeGreaterThan(0);
  });

  test("given a target without any guard, then nothing is sent again before it must have settled", async () => {
    await open("probe", 600);
    server.mishaps.push("lost-after", "cut-before");
    const two = [1, 2].map((n) => ({ id: `e${n}`, invoice: `i${n}`, at: n }));
    await tell(pool, two);
    const started = performance.now();
    const lane = laneOf("h1");
    while ((await states())["confirmed"] !== 2) {
      await runLane(lane, makeLaneSignals(), { budget: "plain", seat: 0 }, options);
      expect(performance.now() - started).toBeLessThan(10_000);
    }
    expect(performance.now() - started).toBeGreaterThan(600);
    expect(server.effects).toHaveLength(2);
    expect([...server.documents.values()].map((docs) => docs.length)).toEqual([1, 1]);
  });

  test("given a fact is told twice to a target without any guard, then it is looked for, not sent", async () => {
    await open("probe");
    const lane = laneOf("h1");
    await tell(pool, [{ id: "fetched", invoice: "i1", at: 1 }]);
    await settleAll(lane);
    await tell(pool, [{ id: "own-event", invoice: "i1", at: 1 }]);
    await settleAll(lane);
    expect(await states()).toEqual({ confirmed: 2 });
    expect(server.effects).toHaveLength(1);
    const calls = await pool.query<{ kind: string; class: string }>(
      "select a.kind, o.class from attempt a join outcome o on o.attempt_id = a.id order by a.id",
    );
    expect(calls.rows.map((row) => `${row.kind} ${row.class}`)).toEqual([
      "send done",
      "probe adopted",
    ]);
    expect((await checkNoBlindRetry(pool)).broken).toEqual([]);
  });

  test("given a fact told twice, and what was made is gone, then it is made once more", async () => {
    await open("probe");
    const lane = laneOf("h1");
    await tell(pool, [{ id: "fetched", invoice: "i1", at: 1 }]);
    await settleAll(lane);
    server.documents.clear();
    await tell(pool, [{ id: "own-event", invoice: "i1", at: 1 }]);
    await settleAll(lane);
    expect(await states()).toEqual({ confirmed: 2 });
    expect([...server.documents.values()].map((docs) => docs.length)).toEqual([1]);
  });

  test("given a draft that a lost call left, then completing it is no blind retry", async () => {
    await open("probe", 300);
    const [looked, absent] = [target, target.probe];
    target = {
      ...looked,
      async probe(...asked) {
        const found = await absent(...asked);
        if (found.kind !== "absent") return found;
        return { kind: "unfinished", externalId: "DRAFT1", differences: [] };
      },
    };
    server.mishaps.push("cut-before");
    await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
    await settleAll(laneOf("h1"));
    expect(await states()).toEqual({ confirmed: 1 });
    const classes = await pool.query<{ class: string }>("select class from outcome order by id");
    expect(classes.rows.map((row) => row.class)).toEqual(["unknown", "probe-unfinished", "done"]);
    expect((await checkNoBlindRetry(pool)).broken).toEqual([]);
  });

  test("given a refusal, then an exception, and only this object's later handoffs are parked", async () => {
    await open("external-id");
    server.mishaps.push("refused");
    await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
    await settleAll(laneOf("h1"));
    await tell(pool, [
      { id: "e2", invoice: "i1", at: 2 },
      { id: "e3", invoice: "i2", at: 3 },
    ]);
    await settleAll(laneOf("h1"));
    expect(await states()).toEqual({ confirmed: 1, excepted: 1, waiting: 1 });
    expect(await cases()).toEqual(["E_PLAIN_CLOSED"]);
  });

  test("given too many requests, then the budget rests and everything still arrives once", async () => {
    await open("external-id");
    server.mishaps.push("too-many", "too-many", "too-many");
    await tell(
      pool,
      [1, 2, 3, 4].map((n) => ({ id: `e${n}`, invoice: `i${n}`, at: n })),
    );
    await settleAll(laneOf("h1"));
    expect(await states()).toEqual({ confirmed: 4 });
    expect(server.effects).toHaveLength(4);
  });

  test("given a document of ours that says something else, then a person decides", async () => {
    await open("external-id");
    server.mishaps.push("other");
    await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
    await settleAll(laneOf("h1"));
    expect(await states()).toEqual({ excepted: 1 });
    expect(await cases()).toEqual(["E_LANE_DOCUMENT_DIFFERS"]);
  });

  test("given a mapping that is missing, then nothing leaves and the case says what lacks", async () => {
    await open("external-id");
    await tell(pool, [{ id: "e1", invoice: "i1", at: 1, unmapped: true }]);
    await settleAll(laneOf("h1"));
    expect(await states()).toEqual({ excepted: 1 });
    expect(await cases()).toEqual(["E_PLAIN_UNMAPPED"]);
    expect(server.effects).toHaveLength(0);
    expect((await pool.query("select 1 from attempt")).rowCount).toBe(0);
  });

  test.each([
    ["refused", (at: number) => ({ id: `e${at}`, customer: "c1", at })],
    ["unprepared", (at: number) => ({ id: `e${at}`, customer: "c1", at, unmapped: at === 1 })],
  ])(
    "given a state is %s while a newer one waits behind it, then the newer one goes",
    async (how, state) => {
      await open("external-id");
      if (how === "refused") server.mishaps.push("refused");
      await tell(pool, [state(1)]);
      await tell(pool, [state(2)]);
      const lane = laneOf("h1");
      for (let run = 0; run < 3; run += 1) {
        await runLane(lane, makeLaneSignals(), { budget: "plain", seat: 0 }, options);
        await sleep(30);
      }
      expect(await states()).toEqual({ confirmed: 1, superseded: 1 });
      expect(await cases()).toEqual([]);
    },
  );

  test("given a newer state, then the older waiting one is superseded, and an older late one too", async () => {
    await open("external-id");
    const three = [1, 2, 3].map((n) => ({ id: `e${n}`, customer: "c1", at: n }));
    await tell(pool, three);
    await settleAll(laneOf("h1"));
    await tell(pool, [{ id: "e0", customer: "c1", at: 2, note: "late" }]);
    await settleAll(laneOf("h1"));
    const last = JSON.parse(server.effects.at(-1)?.body ?? "{}");
    expect(last.data.id).toBe("e3");
    expect((await states())["superseded"]).toBeGreaterThanOrEqual(2);
  });

  test("given a hub that dies after the claim, then another takes over and nothing doubles", async () => {
    await open("probe", 100);
    await tell(
      pool,
      [1, 2, 3].map((n) => ({ id: `e${n}`, invoice: `i${n}`, at: n })),
    );
    const dead = laneOf("h1", (label) => {
      if (label === "after-send") throw new Error("killed");
    });
    const seat = { budget: "plain", seat: 0 };
    await expect(runLane(dead, makeLaneSignals(), seat, options)).rejects.toThrow("killed");
    expect(await takeLane(pool, seat, "h2")).toBeUndefined();
    await pool.query("update lane set lease_until = now() - interval '1 second'");
    await pool.query("alter table attempt disable trigger attempt_immutable");
    await pool.query("update attempt set settles_at = now()");
    const lane = laneOf("h2");
    for (let i = 0; i < 30 && (await states())["confirmed"] !== 3; i += 1) {
      await runLane(lane, makeLaneSignals(), seat, options);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await states()).toEqual({ confirmed: 3 });
    expect([...server.documents.values()].map((docs) => docs.length)).toEqual([1, 1, 1]);
  });

  test("given a document that comes while what it needs is being confirmed, then it is released at once", async () => {
    await open("external-id");
    server.mishaps.push("slow");
    await tell(pool, [{ id: "e1", customer: "c1", at: 1 }]);
    const running = runLane(laneOf("h1"), makeLaneSignals(), { budget: "plain", seat: 0 }, options);
    while ((await states())["sent"] !== 1) await sleep(10);
    // The seat records, finds nobody who waits, and stands still before its commit.
    const other = await pool.connect();
    await other.query("begin; lock table budget in access exclusive mode");
    const held = "select 1 from pg_locks where relation = 'budget'::regclass and not granted";
    while ((await pool.query(held)).rowCount === 0) await sleep(10);
    await tell(pool, [{ id: "e2", invoice: "i1", customer: "c1", at: 2 }]);
    expect(await states()).toEqual({ sent: 1, waiting: 1 });
    await other.query("commit").then(() => other.release());
    await running;
    await expect.poll(async () => (await states())["waiting"]).toBeUndefined();
  });

  test("given operations that line up for one thing, then one is in flight however many seats", async () => {
    await open("probe", 0);
    target = plainTarget({ url: server.url, guard: "probe", serial: "numbers" });
    server.mishaps.push(...Array.from({ length: 8 }, () => "slow" as const));
    const six = [1, 2, 3, 4, 5, 6].map((n) => ({ id: `e${n}`, invoice: `i${n}`, at: n }));
    await tell(pool, [...six, { id: "e9", customer: "c9", at: 9 }]);
    const lane = laneOf("h1");
    const run = (seat: number) =>
      runLane(lane, makeLaneSignals(), { budget: "plain", seat }, options);
    const watched = setInterval(() => void inFlight(), 20);
    let most = 0;
    const inFlight = async (): Promise<void> => {
      const sent = await pool.query(
        "select 1 from handoff where state = 'sent' and operation = 'invoice.post'",
      );
      most = Math.max(most, sent.rowCount ?? 0);
    };
    while ((await states())["confirmed"] !== 7) await Promise.all([run(0), run(1)]);
    clearInterval(watched);
    expect(most).toBe(1);
    // What lines up for nothing goes beside them.
    expect(server.peak).toBe(2);
  });

  test("given a hub that dies while it asks, then the next one asks at once", async () => {
    await open("external-id");
    server.mishaps.push("lost-after");
    await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
    const seat = { budget: "plain", seat: 0 };
    await runLane(laneOf("h1"), makeLaneSignals(), seat, options);
    expect(await states()).toEqual({ unknown: 1 });
    // What a hub leaves that was killed between asking and recording.
    await pool.query("update handoff set not_before = now() + interval '1 minute', probes = 1");
    await pool.query(
      `insert into attempt (id, handoff_id, kind, number, budget, lane_seat, fence, guard,
         request_hash, send_by, settles_at, row_hash)
       select gen_random_uuid(), id, 'probe', 1, 'plain', 0, 1, 'external-id', '', now(), now(), ''
       from handoff`,
    );
    await settleAll(laneOf("h1"));
    expect(await states()).toEqual({ confirmed: 1 });
  });

  test("given a zombie whose seat was taken over, then it can neither claim nor record", async () => {
    await open("external-id");
    server.mishaps.push("slow");
    const two = [1, 2].map((n) => ({ id: `e${n}`, invoice: `i${n}`, at: n }));
    await tell(pool, two);
    const run = runLane(laneOf("h1"), makeLaneSignals(), { budget: "plain", seat: 0 }, options);
    await sleep(120);
    await pool.query("update lane set fence = fence + 1, holder = 'h2' where seat = 0");
    expect(await run).toBe("taken");
    expect((await states())["confirmed"]).toBeUndefined();
    const late = await pool.query<{ class: string }>("select class from outcome");
    expect(late.rows.map((row) => row.class)).toContain("late-done");
  });
});
