import type { Clock } from "../../src/kernel/clock.ts";

/** The machine's own clocks, for tests that start real processes. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
