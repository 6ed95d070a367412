/**
 * Proves that a seat is still ours and renews its lease, inside the caller's transaction: the row
 * stays locked until that transaction ends, so no take-over can come between the proof and the
 * commit. Every claim and every outcome goes through here. Says besides what a restored ledger must
 * ask before it sends; null for one that never was restored.
 */
import type { RestoredLedger } from "../handoffs/epoch.ts";
import type { Session } from "./database.ts";
import { storeErrors } from "./errors.ts";
import type { Seat } from "./take-lane.ts";
import { LEASE_SECONDS } from "./take-lane.ts";

const HOLD = `
update lane set asleep = false, lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
where budget = $1 and seat = $2 and fence = $3
returning (select case when ask_before is null then null else json_build_object('epoch', epoch,
  'askBeforeMs', extract(epoch from ask_before) * 1000,
  'confirmedForMs', extract(epoch from now() - confirmed_at) * 1000) end
  from sending_permission) as restored`;

/** Throws E_STORE_FENCE_LOST. */
export async function holdLane(session: Session, seat: Seat): Promise<RestoredLedger | null> {
  const held = await session.query<{ restored: RestoredLedger | null }>({
    name: "hold-lane",
    text: HOLD,
    values: [seat.budget, seat.seat, seat.fence],
  });
  const row = held.rows[0];
  if (row === undefined) {
    throw storeErrors.E_STORE_FENCE_LOST({ budget: seat.budget, seat: seat.seat });
  }
  return row.restored;
}
