/** Randomness, passed in: the system's where nobody may guess it, seeded where a run repeats. */
export interface Random {
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
  /** A number in [0, 1). */
  unit(): number;
}

/**
 * A reproducible source (xoshiro128** seeded through splitmix32; both published in the public
 * domain by Blackman and Vigna). Same seed, same sequence, on every platform. Not for secrets.
 */
export function seededRandom(seed: number): Random {
  let mix = seed >>> 0;
  const splitmix = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()];
  const rotate = (x: number, k: number): number => ((x << k) | (x >>> (32 - k))) >>> 0;
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
    const t = (b << 9) >>> 0;
    c = (c ^ a) >>> 0;
    d = (d ^ b) >>> 0;
    b = (b ^ c) >>> 0;
    a = (a ^ d) >>> 0;
    c = (c ^ t) >>> 0;
    d = rotate(d, 11);
    return result;
  };
  return {
    bytes(count) {
      const out = new Uint8Array(count);
      for (let i = 0; i < count; i += 1) out[i] = next() & 0xff;
      return out;
    },
    unit: () => next() / 4_294_967_296,
  };
}

/** An integer in [low, high], both included. */
export function integerBetween(random: Random, low: number, high: number): number {
  return low + Math.floor(random.unit() * (high - low + 1));
}

/** One element of a non-empty list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random.unit() * list.length)] as T;
}
