/** The platform's clock, randomness and hashing: the only place where the process reads them. */
import { hash, randomBytes } from "node:crypto";
import type { Clock } from "../kernel/clock.ts";
import type { Hasher } from "../kernel/hashing.ts";
import type { Random } from "../kernel/random.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

export const systemHasher: Hasher = {
  // One call instead of an object per hash: intake makes a dozen a fact.
  sha256: (data) => hash("sha256", data, "buffer"),
};

/** Random bytes are drawn in blocks: ids need ten at a time, thousands of times a second. */
const BLOCK = 4096;

function bufferedRandom(): Random {
  let block = randomBytes(BLOCK);
  let at = 0;
  const bytes = (count: number): Uint8Array => {
    if (count > BLOCK) return randomBytes(count);
    if (at + count > BLOCK) {
      block = randomBytes(BLOCK);
      at = 0;
    }
    at += count;
    return block.subarray(at - count, at);
  };
  return { bytes, unit: () => Buffer.from(bytes(6)).readUIntBE(0, 6) / 2 ** 48 };
}

export const systemRandom: Random = bufferedRandom();
