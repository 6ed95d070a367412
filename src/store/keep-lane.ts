/**
 * Renews the lease of a seat while its call is under way. A call may last longer than a lease (a
 * target's time-out is its own), and a holder that lives must not lose its seat for that: another
 * would make one call more than the budget has seats, and what the first brings would be too late.
 * A holder that stands still renews nothing.
 */
import type { Pool } from "./database.ts";
import type { Seat } from "./take-lane.ts";
import { LEASE_SECONDS } from "./take-lane.ts";

const KEEP = `
update lane set lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
where budget = $1 and seat = $2 and fence = $3 and holder is not null`;

/** False when the seat is another's by now. */
export async function keepLane(
  pool: Pool,
  seat: Pick<Seat, "budget" | "seat" | "fence">,
): Promise<boolean> {
  const kept = await pool.query({
    name: "keep-lane",
    text: KEEP,
    values: [seat.budget, seat.seat, seat.fence],
  });
  return kept.rowCount === 1;
}
