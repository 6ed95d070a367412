import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LaneLedger } from "../../../test/support/lane.ts";
import {
  laneOn,
  letAnHourPass,
  openLaneLedger,
  runOptions as options,
  statesOf,
} from "../../../test/support/lane.ts";
import { tell } from "../../../test/support/ledger-facts.ts";
import type { PlainServer } from "../../../test/support/plain-target.ts";
import { openPlain } from "../../../test/support/plain-target.ts";
import type { CallTarget, Guard } from "../../connectors/kit/target.ts";
import { checkNoBlindRetry, checkPayloadBinding } from "../../store/check-sends.ts";
import { checkTerminal } from "../../store/check-terminal.ts";
import type { Pool } from "../../store/database.ts";
import { findDueHeads } from "../../store/find-due-heads.ts";
import { releaseHandoffs } from "../../store/release-handoffs.ts";
import { repairHandoffs } from "../../store/repair-handoffs.ts";
import { makeLaneSignals } from "./lane-signals.ts";
import { runLane } from "./run-lane.ts";
import { MOST_IN_VAIN } from "./settle.ts";

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

const run = (seat: number, on: CallTarget = target) =>
  runLane(laneOn(pool, on, { hub: "h1" }), makeLaneSignals(), { budget: "plain", seat }, options);

const wait = () => pool.query("update handoff set not_before = now() where not_before > now()");

async function codes(): Promise<string[]> {
  const { rows } = await pool.query<{ code: string }>(
    "select code from exception_case where state = 'open' order by opened_at, id",
  );
  return rows.map(({ code }) => code);
}

/** A question that stands open until it is let go; `asked` counts how many were put. */
function slowProbe(): { slow: CallTarget; answer: () => void } {
  let answer = (): void => {};
  const gate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const slow: CallTarget = {
    ...target,
    async probe(...asked) {
      const found = await target.probe(...asked);
      await gate;
      return found;
    },
  };
  return { slow, answer };
}

const probeWritten = () =>
  vi.waitUntil(async () => {
    const probes = await pool.query("select 1 from attempt where kind = 'probe'");
    return probes.rowCount === 1;
  });

describe("an answer that comes when the question is another seat's by now", () => {
  test("given it says absent, and the other has sent since, then nothing is sent on its word", async () => {
    await open("probe", 600_000);
    server.mishaps.push("cut-before", "lost-after");
    await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
    await run(0);
    await wait();
    const { slow, answer } = slowProbe();
    const first = run(0, slow);
    await probeWritten();
    // More than its minute later: the other asks, sends, and its answer is lost.
    await wait();
    await run(1);
    answer();
    await first;
    expect(await statesOf(pool)).toEqual({ unknown: 1 });
    expect([...server.documents.values()].map((made) => made.length)).toEqual([1]);
    const { rows } = await pool.query("select class from outcome order by id");
    expect(rows.map((row) => row.class)).toEqual([
      "unknown",
      "probe-absent",
      "unknown",
      "late-probe-absent",
    ]);
  });

  test("given it says found, and the other was told absent, then the handoff keeps its head", async () => {
    await open("external-id");
    server.mishaps.push("lost-after");
    await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
    await run(0);
    await wait();
    const { slow, answer } = slowProbe();
    const first = run(0, slow);
    await probeWritten();
    await wait();
    const lagging: CallTarget = {
      ...target,
      async probe() {
        await pool.query("update budget set paused_until = now() + interval '1 minute'");
        return { kind: "absent" };
      },
    };
    await run(1, lagging);
    answer();
    await first;
    expect((await checkTerminal(pool)).broken).toEqual([]);
    await pool.query("update budget set paused_until = null");
    await run(0);
    expect(await statesOf(pool)).toEqual({ confirmed: 1 });
  });
});

describe("an answer that nobody knows, and nothing is there, again and again", () => {
  const inVain = async (): Promise<void> => {
    for (let round = 0; round < 2 * MOST_IN_VAIN; round += 1) {
      await wait();
      await run(0);
      await releaseHandoffs(pool, await findDueHeads(pool, ["plain"], 100));
    }
  };

  test.each<Guard>(["external-id", "probe"])(
    "given a target guarded by %s, then a person is asked, with what it said",
    async (guard) => {
      await open(guard);
      server.mishaps.push(...Array.from({ length: 100 }, () => "gibberish" as const));
      await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
      await inVain();
      // While the last one may still take effect, nobody could say what to do.
      expect([await statesOf(pool), await codes()]).toEqual([{ unknown: 1 }, []]);
      await letAnHourPass(pool);
      await run(0);
      expect(await statesOf(pool)).toEqual({ excepted: 1 });
      const { rows } = await pool.query("select code, cause, message from exception_case");
      expect(rows).toMatchObject([
        { code: "E_LANE_SENT_IN_VAIN", cause: "plain E_LANE_SENT_IN_VAIN E_PLAIN_UNKNOWN" },
      ]);
      expect(rows[0].message).toContain(`${MOST_IN_VAIN} times`);
      expect(rows[0].message).toContain("E_PLAIN_UNKNOWN: unknown answer");
    },
  );

  test("given it takes it at last, then nobody is asked", async () => {
    await open("external-id");
    server.mishaps.push(...Array.from({ length: MOST_IN_VAIN - 2 }, () => "gibberish" as const));
    await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
    await inVain();
    expect(await statesOf(pool)).toEqual({ confirmed: 1 });
    expect(await codes()).toEqual([]);
  });
});

describe("what was in doubt and is repaired", () => {
  test("given a link has changed meanwhile, then the bytes that may be there go again", async () => {
    await open("external-id");
    await tell(pool, [{ id: "c", customer: "c1", at: 1 }]);
    await run(0);
    server.mishaps.push("gibberish");
    await tell(pool, [{ id: "e1", invoice: "i1", customer: "c1", at: 2 }]);
    await run(0);
    // Questions that told nothing, until they were given up.
    await pool.query("update handoff set state = 'excepted' where state = 'unknown'");
    await pool.query("update object_head set open_handoff = null");
    await pool.query("update link set external_id = 'OTHER'");
    const { rows } = await pool.query("select id from handoff where state = 'excepted'");
    const again = { from: "excepted", to: "waiting", raiseGeneration: false };
    await repairHandoffs(pool, [{ handoffId: rows[0].id, ...again }], "retried");
    await releaseHandoffs(pool, [{ target: "plain", object: "src/invoice/i1" }]);
    await run(0);
    expect(await statesOf(pool)).toEqual({ confirmed: 2 });
    expect((await checkPayloadBinding(pool)).broken).toEqual([]);
    expect((await checkNoBlindRetry(pool)).broken).toEqual([]);
  });
});

describe("a connector that throws", () => {
  const bug = (): never => {
    throw new TypeError("no such field");
  };
  const fails = (what: "send" | "classify" | "probe"): CallTarget => ({
    ...target,
    async send(call, startBy) {
      if (what === "send" && JSON.stringify(call.body).includes('"e2"')) bug();
      return target.send(call, startBy);
    },
    classify(operation, answer) {
      if (what === "classify" && JSON.stringify(answer).includes("DOC2")) bug();
      return target.classify(operation, answer);
    },
    async probe(operation, reference, call, tooLate) {
      if (JSON.stringify(call.body).includes('"e2"')) bug();
      return target.probe(operation, reference, call, tooLate);
    },
  });
  const three = [1, 2, 3].map((n) => ({ id: `e${n}`, invoice: `i${n}`, at: n }));

  test.each(["send", "classify", "probe"] as const)(
    "given it throws at %s, then its neighbours go, and a person is asked",
    async (what) => {
      await open("external-id");
      const bad = fails(what);
      if (what === "probe") server.mishaps.push("gibberish", "gibberish", "gibberish");
      await tell(pool, three);
      for (let round = 0; round < 40; round += 1) {
        await wait();
        await run(0, bad);
      }
      expect(await statesOf(pool)).toEqual({ confirmed: 2, excepted: 1 });
      expect(await codes()).toEqual(["E_LANE_STILL_UNKNOWN"]);
    },
  );

  test("given the data of one event was spoiled, then its neighbours go, and a person is asked", async () => {
    await open("external-id");
    await tell(pool, [...three, { id: "e4", customer: "c4", at: 4 }]);
    await pool.query("alter table event disable trigger event_immutable");
    await pool.query(
      "update event set data = '{' where subject in ('src/invoice/i2', 'src/customer/c4')",
    );
    await run(0);
    expect(await statesOf(pool)).toEqual({ confirmed: 2, excepted: 2 });
    expect(await codes()).toEqual(["E_LANE_PREPARE_FAILED", "E_LANE_PREPARE_FAILED"]);
  });

  test("given a target's words hold a NUL, then the refusal is kept all the same", async () => {
    await open("external-id");
    await tell(pool, three);
    const message = "bad \u0000 byte";
    const bad: CallTarget = {
      ...target,
      classify: () => ({ class: "refused", code: "E_PLAIN_X", cause: "c", message }),
    };
    await run(0, bad);
    expect(await statesOf(pool)).toEqual({ excepted: 3 });
    const { rows } = await pool.query("select distinct message from exception_case");
    expect(rows).toEqual([{ message: "bad \uFFFD byte" }]);
  });
});
