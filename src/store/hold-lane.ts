/**
 * Proves that a seat is still ours and renews its lease, inside the caller's transaction: the row
 * stays locked until that transaction ends, so no take-over can come between the proof and the
 * commit. Every claim and every outcome goes through here.
 *
 * Says besides for how long nothing can be claimed, so that a seat that is told "ready" with every
 * group of events does not look for it each time; and what a restored ledger must ask before it
 * sends.
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
  from sending_permission) as restored,
  (select case when p.allowed then extract(epoch from b.paused_until - now())::float8 * 1000
    else 'infinity' end
  from budget b, sending_permission p where b.name = lane.budget) as closed_ms`;

export interface HeldLane {
  /** Null for a ledger that never was restored. */
  readonly restored: RestoredLedger | null;
  /** Milliseconds; without end while sending is off, 0 when something may be claimed now. */
  readonly closedMs: number;
}

/** Throws E_STORE_FENCE_LOST. */
export async function holdLane(session: Session, seat: Seat): Promise<HeldLane> {
  const held = await session.query<{ restored: RestoredLedger | null; closed_ms: number | null }>({
    name: "hold-lane",
    text: HOLD,
    values: [seat.budget, seat.seat, seat.fence],
  });
  const row = held.rows[0];
  if (row === undefined) {
    throw storeErrors.E_STORE_FENCE_LOST({ budget: seat.budget, seat: seat.seat });
  }
  return { restored: row.restored, closedMs: Math.max(0, row.closed_ms ?? 0) };
}
