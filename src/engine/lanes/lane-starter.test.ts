import { expect, test } from "vitest";
import { systemHasher } from "../../../test/support/system-hasher.ts";
import type { SeatKey } from "../../store/take-lane.ts";
import { makeLaneSignals } from "./lane-signals.ts";
import { makeLaneStarter } from "./lane-starter.ts";

/** A budget of one seat in a hub that is alone, at a time that the test sets. */
function oneSeat() {
  let now = 0;
  const asked: SeatKey[] = [];
  const clock = { now: () => now, monotonic: () => now };
  const budget = { name: "erp", concurrency: 1, ratePerSecond: undefined, targets: new Map() };
  const starter = makeLaneStarter({
    hub: "h1",
    clock,
    hasher: systemHasher,
    budgets: new Map([["erp", budget]]),
    signals: makeLaneSignals(),
    requestRun: async (seat) => void asked.push(seat),
    later: () => undefined,
  });
  const ended = (closed: boolean): void => {
    if (closed) starter.closed("erp");
    starter.running({ budget: "erp", seat: 0 }, false);
  };
  const pass = (ms: number): void => {
    now += ms;
  };
  return { starter, asked, ended, pass };
}

test("given a seat found its budget closed, then what is ready starts none until the sweeper does", () => {
  const { starter, asked, ended, pass } = oneSeat();
  starter.ready(["erp"]);
  ended(true);
  for (let group = 0; group < 10; group += 1) {
    pass(100);
    starter.ready(["erp"]);
  }
  expect(asked).toHaveLength(1);
  starter.start({ budget: "erp", seat: 0 });
  ended(false);
  pass(100);
  starter.ready(["erp"]);
  expect(asked).toHaveLength(3);
});

test("given nobody sweeps, then a closed budget is tried again after two seconds", () => {
  const { starter, asked, ended, pass } = oneSeat();
  starter.ready(["erp"]);
  ended(true);
  pass(2000);
  starter.ready(["erp"]);
  expect(asked).toHaveLength(2);
});
