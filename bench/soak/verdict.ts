/**
 * Is a series flat? Pure.
 *
 * slope    Theil–Sen: the median of the slopes between all pairs of samples. A collection of
 *          garbage, a checkpoint, a vacuum move single samples far and the median hardly
 * half     only the second half of a run counts: caches fill and code is compiled in the first
 * growth   the slope over that half, in the series' own unit
 * allowed  what a series may grow in that half and still be called flat: a share of its median, or
 *          an amount below which growth is noise, whichever is larger
 */
export interface Sample {
  /** Seconds since the run began. */
  readonly at: number;
  readonly value: number;
}

export interface Tolerance {
  readonly share: number;
  readonly atLeast: number;
}

export interface Verdict {
  readonly samples: number;
  readonly early: number;
  readonly late: number;
  readonly median: number;
  readonly growth: number;
  readonly perHour: number;
  readonly allowed: number;
  /** Falling is flat: what matters here never gets worse by falling. */
  readonly flat: boolean;
}

/** Fewer samples of the second half say nothing. */
export const FEWEST = 8;

/** Undefined when there are too few samples to say anything. */
export function judge(series: readonly Sample[], tolerance: Tolerance): Verdict | undefined {
  const end = series.at(-1)?.at ?? 0;
  const start = series[0]?.at ?? 0;
  const half = series.filter((one) => one.at >= start + (end - start) / 2);
  if (half.length < FEWEST) return undefined;
  const span = (half.at(-1)?.at ?? 0) - (half[0]?.at ?? 0);
  const slope = slopeOf(half);
  const middle = medianOf(half.map((one) => one.value));
  const growth = slope * span;
  const allowed = Math.max(Math.abs(middle) * tolerance.share, tolerance.atLeast);
  const quarter = Math.max(1, Math.floor(half.length / 2));
  return {
    samples: half.length,
    early: medianOf(half.slice(0, quarter).map((one) => one.value)),
    late: medianOf(half.slice(-quarter).map((one) => one.value)),
    median: middle,
    growth,
    perHour: slope * 3600,
    allowed,
    flat: growth <= allowed,
  };
}

/** Units a second. */
export function slopeOf(series: readonly Sample[]): number {
  const slopes: number[] = [];
  for (const [index, from] of series.entries()) {
    for (const to of series.slice(index + 1)) {
      if (to.at > from.at) slopes.push((to.value - from.value) / (to.at - from.at));
    }
  }
  return medianOf(slopes);
}

export function medianOf(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
