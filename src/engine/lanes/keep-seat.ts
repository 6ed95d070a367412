/** Keeps a seat while its call lasts, however long the target takes. */
import { keepLane } from "../../store/keep-lane.ts";
import type { Seat } from "../../store/take-lane.ts";
import type { LaneContext } from "./lane-context.ts";

/** A third of a lease: two renewals may fail before it ends. */
const KEEP_EVERY_MS = 5000;

/** A renewal that fails is told by the next exchange, which needs the seat. */
export async function keepSeat<T>(
  { pool }: Pick<LaneContext, "pool">,
  seat: Seat,
  work: () => Promise<T>,
): Promise<T> {
  const renew = (): void => void keepLane(pool, seat).catch(() => undefined);
  const timer = setInterval(renew, KEEP_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
