/**
 * How many handoffs one seat takes at a time. A seat sends one call after the other, so a claim
 * that takes longer than a fifth of a second only hides work from idle seats.
 */
const TARGET_MS = 200;
const MOST = 50;

export function claimSize(
  medianAnswerMs: number | undefined,
  guard: "key" | "external-id" | "probe",
): number {
  if (guard === "probe") return 1;
  // Nothing measured yet: begin small, the first answers will tell.
  if (medianAnswerMs === undefined) return 4;
  return Math.max(1, Math.min(MOST, Math.floor(TARGET_MS / Math.max(medianAnswerMs, 0.1))));
}

/** A running estimate of the median: moves towards each sample by a step that follows its size. */
export function nextMedian(estimate: number | undefined, sampleMs: number): number {
  if (estimate === undefined) return sampleMs;
  const step = Math.max(0.05, estimate * 0.1);
  return sampleMs > estimate ? estimate + step : Math.max(0.1, estimate - step);
}
