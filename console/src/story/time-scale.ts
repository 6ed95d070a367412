/**
 * A scale on which milliseconds and days of one story are both seen. Every moment is a point; the
 * way between two neighbours grows with the logarithm of the time between them, so order is exact
 * and length only says more or less. A long gap is cut and says how long it was.
 *
 * point  a moment at which something changes; moments closer than `SAME_MS` are one point
 * cut    a gap longer than a minute, drawn with a break mark
 */
export interface Cut {
  readonly x: number;
  readonly ms: number;
}

export interface Tick {
  readonly x: number;
  readonly at: number;
  readonly newDay: boolean;
}

export interface TimeScale {
  readonly width: number;
  x(at: number): number;
  readonly cuts: readonly Cut[];
  readonly ticks: readonly Tick[];
}

const SAME_MS = 25;
const CUT_MS = 60_000;
const TICK_SPACE = 92;

/** Pixels for a gap: 23 for 50 ms, 39 for a second, 67 for a minute; a cut has one length. */
function lengthOf(gap: number): number {
  return gap > CUT_MS ? 74 : 18 + 16 * Math.log10(1 + gap / 50);
}

/** `width`: what there is to fill; the scale is wider when its points need more. */
export function timeScale(moments: readonly number[], width: number, margin: number): TimeScale {
  const points = distinct(moments);
  const lengths = points.slice(1).map((point, index) => lengthOf(point - (points[index] ?? point)));
  const natural = lengths.reduce((sum, length) => sum + length, 0);
  const room = width - 2 * margin;
  // A short story is not blown up beyond what is good to look at.
  const factor = natural === 0 ? 1 : Math.max(1, Math.min(room / natural, 2.6));
  const xs: number[] = [margin];
  for (const length of lengths) xs.push((xs.at(-1) ?? margin) + length * factor);
  const x = (at: number): number => interpolate(points, xs, at);
  return {
    width: Math.max(width, (xs.at(-1) ?? 0) + margin),
    x,
    cuts: cutsOf(points, xs),
    ticks: ticksOf(points, xs),
  };
}

function distinct(moments: readonly number[]): number[] {
  const points: number[] = [];
  for (const at of [...moments].sort((a, b) => a - b)) {
    const last = points.at(-1);
    if (last === undefined || at - last > SAME_MS) points.push(at);
  }
  return points;
}

function interpolate(points: readonly number[], xs: readonly number[], at: number): number {
  const after = points.findIndex((point) => point > at);
  if (after === 0) return xs[0] ?? 0;
  const index = (after < 0 ? points.length : after) - 1;
  const [from = 0, to] = [points[index], points[index + 1]];
  const [left = 0, right] = [xs[index], xs[index + 1]];
  if (to === undefined || right === undefined) return left;
  // Moments that are one point stand together, at that point.
  if (at - from <= SAME_MS) return left;
  return left + ((at - from) / (to - from)) * (right - left);
}

function cutsOf(points: readonly number[], xs: readonly number[]): Cut[] {
  return points.slice(1).flatMap((point, index) => {
    const ms = point - (points[index] ?? point);
    const x = ((xs[index] ?? 0) + (xs[index + 1] ?? 0)) / 2;
    return ms > CUT_MS ? [{ x, ms }] : [];
  });
}

function ticksOf(points: readonly number[], xs: readonly number[]): Tick[] {
  const ticks: Tick[] = [];
  for (const [index, at] of points.entries()) {
    const x = xs[index] ?? 0;
    const last = ticks.at(-1);
    if (last !== undefined && x - last.x < TICK_SPACE) continue;
    const newDay = last === undefined || dayOf(last.at) !== dayOf(at);
    ticks.push({ x, at, newDay });
  }
  return ticks;
}

function dayOf(at: number): string {
  return new Date(at).toDateString();
}
