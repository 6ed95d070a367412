/**
 * Proves that a seat is still ours and renews its lease, inside the caller's transaction: the row
 * stays locked until that transaction ends, so no take-over can come between the proof and the
 * commit. Every claim and every outcome goes through here.
 */
import type { Session } from "./database.ts";
import { storeErrors } from "./errors.ts";
import type { Seat } from "./take-lane.ts";
import { LEASE_SECONDS } from "./take-lane.ts";

const HOLD = `
update lane set asleep = false, lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
where budget = $1 and seat = $2 and fence = $3`;

/** Throws E_STORE_FENCE_LOST. */
export async function holdLane(session: Session, seat: Seat): Promise<void> {
  const held = await session.query({
    name: "hold-lane",
    text: HOLD,
    values: [seat.budget, seat.seat, seat.fence],
  });
  if (held.rowCount !== 1) {
    throw storeErrors.E_STORE_FENCE_LOST({ budget: seat.budget, seat: seat.seat });
  }
}
