/** Keeps a seat while its calls last, however long the target takes; says when it may be lost. */
import { keepLane } from "../../store/keep-lane.ts";
import type { Seat } from "../../store/take-lane.ts";
import { LEASE_SECONDS } from "../../store/take-lane.ts";
import type { LaneContext } from "./lane-context.ts";

/** A third of a lease: two renewals may fail before it ends. */
const KEEP_EVERY_MS = 5000;

/**
 * True when the seat may be another's by now: the lease was not renewed in its time. Asked in the
 * moment before a call begins, and by the clock: a process that stood still (stopped, starved) is
 * given its answers before any of its timers, and must not go on asking on a seat where somebody
 * else is asking already.
 */
export type SeatLost = () => boolean;

/**
 * `heldAt`: from before the seat was last proved ours, on the monotonic clock. A renewal that fails
 * is told by the next exchange, which needs the seat.
 */
export async function keepSeat<T>(
  { pool, clock }: Pick<LaneContext, "pool" | "clock">,
  seat: Seat,
  heldAt: number,
  work: (lost: SeatLost) => Promise<T>,
): Promise<T> {
  let until = heldAt + LEASE_SECONDS * 1000;
  const renew = async (): Promise<void> => {
    const asked = clock.monotonic();
    until = (await keepLane(pool, seat)) ? asked + LEASE_SECONDS * 1000 : Number.NEGATIVE_INFINITY;
  };
  const timer = setInterval(() => void renew().catch(() => undefined), KEEP_EVERY_MS);
  try {
    return await work(() => clock.monotonic() > until);
  } finally {
    clearInterval(timer);
  }
}
