import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Sample } from "./verdict.ts";
import { FEWEST, judge, slopeOf } from "./verdict.ts";

const series = (values: readonly number[]): Sample[] =>
  values.map((value, index) => ({ at: index * 10, value }));
const times = (count: number, value: (index: number) => number): number[] =>
  Array.from({ length: count }, (_, index) => value(index));

const tolerance = { share: 0.05, atLeast: 2 };

describe("flat or not", () => {
  test("given a leak of a tenth in the second half, then it is not flat", () => {
    const leak = judge(series(times(60, (index) => 100 + index / 3)), tolerance);
    expect(leak).toMatchObject({ flat: false });
    expect(leak?.perHour).toBeCloseTo(120, 0);
  });

  test("given growth that ends in the first half, then it is flat", () => {
    const warmed = judge(series(times(60, (index) => Math.min(200, 10 + index * 8))), tolerance);
    expect(warmed).toMatchObject({ flat: true, growth: 0, median: 200 });
  });

  test("given a sawtooth and a few wild samples, then neither moves the verdict", () => {
    const saw = times(80, (index) => 100 + (index % 7) * 3 + (index % 31 === 5 ? 900 : 0));
    expect(judge(series(saw), tolerance)?.flat).toBe(true);
  });

  test("given growth below the noise, then it is flat however small the series is", () => {
    expect(judge(series(times(40, (index) => index * 0.05)), tolerance)?.flat).toBe(true);
    expect(judge(series(times(40, (index) => index * 0.5)), tolerance)?.flat).toBe(false);
  });

  test("given too few samples, then nothing is said", () => {
    expect(judge(series(times(FEWEST, () => 1)), tolerance)).toBeUndefined();
  });

  test("given any line and up to a fifth of samples that lie, then the slope is the line's", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -50, max: 50 }),
        fc.array(fc.nat(49), { maxLength: 8 }),
        (rise, wild) => {
          const values = times(50, (index) => 1000 + rise * index);
          for (const index of wild) values[index] = 1_000_000;
          const slope = slopeOf(series(values));
          expect(Math.abs(slope - rise / 10)).toBeLessThanOrEqual(Math.abs(rise) / 10 + 1e-9);
          if (rise > 0) expect(slope).toBeGreaterThan(0);
        },
      ),
    );
  });
});
