import { expect, test } from "vitest";
import type { SeatKey } from "../../store/take-lane.ts";
import { onceAtATime } from "./once-at-a-time.ts";

/** Runs that end when told, and how many were under way at most. */
function heldRuns() {
  const ends: ((again: boolean) => void)[] = [];
  const fails: ((cause: Error) => void)[] = [];
  const begun: SeatKey[] = [];
  const run = onceAtATime((seat) => {
    begun.push(seat);
    return new Promise<boolean>((resolve, reject) => {
      ends.push(resolve);
      fails.push(reject);
    });
  });
  return { run, ends, fails, begun };
}

const seat = { budget: "books", seat: 3 };

test("given a run that the engine asks for again, then both askings get the one result", async () => {
  const { run, ends, begun } = heldRuns();
  const first = run(seat);
  const second = run({ ...seat });
  expect(begun).toEqual([seat]);
  ends[0]?.(true);
  expect(await Promise.all([first, second])).toEqual([true, true]);
});

test("given a run that has ended, in order or not, then the seat can run again", async () => {
  const { run, ends, fails, begun } = heldRuns();
  const failed = run(seat);
  fails[0]?.(new Error("the ledger is gone"));
  await expect(failed).rejects.toThrow("the ledger is gone");
  const next = run(seat);
  ends[1]?.(false);
  expect(await next).toBe(false);
  expect(begun).toHaveLength(2);
});

test("given seats of other numbers or budgets, then each runs beside the others", async () => {
  const { run, ends, begun } = heldRuns();
  const all = [seat, { ...seat, seat: 4 }, { ...seat, budget: "warehouse" }].map(run);
  expect(begun).toHaveLength(3);
  for (const end of ends) end(false);
  await Promise.all(all);
});
