import type { Random } from "./random.ts";

export interface BackoffPolicy {
  /** Wait before the second try, milliseconds. */
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Exponential back-off with jitter over its upper half: many waiters spread out, and none comes
 * back at once. `attempt` counts from 1.
 */
export function backoffMs(policy: BackoffPolicy, attempt: number, random: Random): number {
  const full = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full / 2 + (full / 2) * random.unit());
}
