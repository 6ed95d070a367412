import { describe, expect, it } from "vitest";
import { timeScale } from "./time-scale.ts";

const START = Date.UTC(2026, 10, 1);
const DAY = 86_400_000;

describe("the scale of a story", () => {
  it("given moments milliseconds and weeks apart, then each later one stands further right", () => {
    const moments = [0, 80, 1_000, 20 * DAY, 20 * DAY + 60, 20 * DAY + 5_000].map(
      (ms) => START + ms,
    );
    const scale = timeScale(moments, 900, 20);
    const xs = moments.map((at) => scale.x(at));
    for (const [index, x] of xs.slice(1).entries()) expect(x).toBeGreaterThan(xs[index] ?? 0);
    expect(xs.at(-1)).toBeLessThanOrEqual(scale.width - 20);
  });

  it("given a gap of weeks, then it is cut once and says how long it was", () => {
    const scale = timeScale([START, START + 1_000, START + 20 * DAY], 900, 20);
    expect(scale.cuts.map((cut) => cut.ms)).toEqual([20 * DAY - 1_000]);
  });

  it("given a moment between two points, then it stands between them", () => {
    const scale = timeScale([START, START + 10_000], 900, 20);
    const [left, right] = [scale.x(START), scale.x(START + 10_000)];
    expect(scale.x(START + 5_000)).toBeCloseTo((left + right) / 2);
  });

  it("given more points than have room, then the drawing is wider instead of tighter", () => {
    const many = Array.from({ length: 80 }, (_, index) => START + index * 1_000);
    expect(timeScale(many, 390, 20).width).toBeGreaterThan(1_500);
  });
});
