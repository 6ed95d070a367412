/**
 * Takes excepted handoffs back into doubt, so that a seat probes them: the way on where the target
 * cannot recognise a repeat, and a person has looked there (voided one of two documents, mended a
 * field). The head is taken first: an object has at most one handoff out, in doubt or not.
 *
 * Not before the last send must have settled, or "absent" would not be to be believed.
 */
import type { Session } from "./database.ts";

export interface AskRow {
  readonly handoffId: string;
  readonly from: string;
  readonly to: string;
  /** Undefined where the target needs no order. */
  readonly head: { readonly target: string; readonly object: string } | undefined;
}

const ASK = `
with asked as (
  select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
    as x(id, from_state, to_state, target, object)
), heads as (
  update object_head o set open_handoff = x.id from asked x
  where o.target = x.target and o.object = x.object and o.open_handoff is null
  returning o.open_handoff as id
), moved as (
  update handoff h set state = x.to_state, reason = 'asked again', attempts = 0, probes = 0,
    changed_at = now(), deadline_at = greatest(h.deadline_at, now() + interval '1 day'),
    not_before = (
      select greatest(now(), max(a.settles_at)) from attempt a
      where a.handoff_id = h.id and a.kind = 'send')
  from asked x
  where h.id = x.id and h.state = x.from_state
    and (x.object is null or x.id in (select id from heads))
  returning h.id, h.generation
), closed as (
  update exception_case c set state = 'resolved', resolution = $6, resolved_at = now()
  from moved where c.handoff_id = moved.id and c.state = 'open'
)
select id, generation from moved`;

/** The handoffs that moved, with their generation; a missing one's object has another one out. */
export async function askAgain(
  session: Session,
  rows: readonly AskRow[],
  resolution: string,
): Promise<Map<string, number>> {
  if (rows.length === 0) return new Map();
  const result = await session.query<{ id: string; generation: number }>(ASK, [
    rows.map((row) => row.handoffId),
    rows.map((row) => row.from),
    rows.map((row) => row.to),
    rows.map((row) => row.head?.target ?? null),
    rows.map((row) => row.head?.object ?? null),
    resolution,
  ]);
  return new Map(result.rows.map((row) => [row.id, row.generation]));
}
