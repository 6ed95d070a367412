/**
 * Takes a seat: raises its fence, so that whoever held it can no longer claim or record, and turns
 * what the last holder left in flight into `unknown`, to be probed once it must have settled.
 *
 * A seat with a live lease of another hub is left alone: two hubs asked to run one lane would
 * otherwise throw each other out for ever. Taken back by the same hub at once, for a hub that
 * restarts holds nothing.
 */
import type { Pool } from "./database.ts";
import { inTransaction } from "./database.ts";

export interface SeatKey {
  readonly budget: string;
  readonly seat: number;
}

/** How long a seat stays its holder's without a sign of life. */
export const LEASE_SECONDS = 15;

const TAKE = `
update lane set fence = fence + 1, holder = $3, asleep = false,
  lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
where budget = $1 and seat = $2
  and (holder is null or holder = $3 or lease_until is null or lease_until < now())
returning fence`;

/**
 * When to ask: a fact that the target recognises by reference or key as soon as its last holder can
 * no longer begin to send it; anything else once it must have settled.
 */
const LEFT_BEHIND = `
with left_behind as (
  select h.id, a.ask_at from handoff h left join lateral (
    select max(case when h.effect = 'fact' and t.guard <> 'probe' then t.send_by
      else t.settles_at end) as ask_at
    from attempt t where t.handoff_id = h.id) a on true
  where h.budget = $1 and h.lane_seat = $2 and h.state = 'sent'
)
update handoff h set state = 'unknown', reason = 'fence lost', changed_at = now(),
  not_before = coalesce(l.ask_at, now())
from left_behind l where h.id = l.id`;

/**
 * A doubt that the last holder was asking about when it went away is held by its `not_before` for a
 * minute, for nobody else to ask meanwhile; without that holder there is nothing to wait for.
 */
const FREE_PROBES = `
update handoff h set not_before = now(), changed_at = now()
where h.budget = $1 and h.state = 'unknown' and h.not_before > now() and h.lane_seat = $2
  and exists (
    select 1 from attempt a
    where a.handoff_id = h.id and a.kind = 'probe' and a.number = h.probes
      and not exists (select 1 from outcome o where o.attempt_id = a.id and o.handoff_id = h.id))`;

export interface Seat extends SeatKey {
  readonly fence: string;
  readonly leftBehind: number;
}

/** Undefined when the seat is another's, or does not exist. */
export async function takeLane(
  pool: Pool,
  key: SeatKey,
  holder: string,
): Promise<Seat | undefined> {
  return inTransaction(pool, async (session) => {
    const taken = await session.query<{ fence: string }>(TAKE, [key.budget, key.seat, holder]);
    const fence = taken.rows[0]?.fence;
    if (fence === undefined) return undefined;
    const left = await session.query(LEFT_BEHIND, [key.budget, key.seat]);
    await session.query(FREE_PROBES, [key.budget, key.seat]);
    return { ...key, fence, leftBehind: left.rowCount ?? 0 };
  });
}
