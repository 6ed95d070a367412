/** How long a request takes inside: uniform, with a slow tail where asked. */
import type { Random } from "../../kernel/random.ts";

export interface ServiceTime {
  readonly minMs: number;
  readonly maxMs: number;
  /** This share of requests takes `tailMs` instead. */
  readonly tailShare?: number | undefined;
  readonly tailMs?: number | undefined;
}

export const NO_TIME: ServiceTime = { minMs: 0, maxMs: 0 };

/** Milliseconds that the next request takes. */
export function drawServiceTime(time: ServiceTime, random: Random): number {
  if (time.maxMs === 0 && time.tailShare === undefined) return 0;
  if (time.tailShare !== undefined && random.unit() < time.tailShare) return time.tailMs ?? 0;
  return time.minMs + random.unit() * (time.maxMs - time.minMs);
}
