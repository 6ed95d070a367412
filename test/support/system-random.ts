import { randomBytes } from "node:crypto";
import type { Random } from "../../src/kernel/random.ts";

/** The system's own randomness, for tests that start real processes. */
export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  unit: () => Math.random(),
};
