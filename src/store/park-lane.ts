/**
 * Marks a seat asleep and gives its lease up. The caller claims once more afterwards: work that
 * became ready between its last empty claim and this commit saw an awake lane and woke nobody.
 */
import type { Session } from "./database.ts";
import type { Seat } from "./take-lane.ts";

const PARK = `
update lane set asleep = true, lease_until = null, holder = null
where budget = $1 and seat = $2 and fence = $3`;

export async function parkLane(session: Session, seat: Seat): Promise<void> {
  await session.query(PARK, [seat.budget, seat.seat, seat.fence]);
}
