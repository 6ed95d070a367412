/**
 * Exclusion: two people decided that a handoff shall not be sent. What needed its object, and can
 * now get it from nobody else, becomes an exception of its own; it would wait for ever otherwise.
 */
import type { Session } from "./database.ts";

const EXCLUDE = `
with moved as (
  update handoff set state = $3, reason = $4, not_before = null, changed_at = now()
  where id = $1 and state = $2
  returning id
), closed as (
  update exception_case c set state = 'excluded', resolution = $4, resolved_at = now()
  from moved where c.handoff_id = moved.id and c.state = 'open'
), unneeded as (
  delete from handoff_need n using moved where n.handoff_id = moved.id
)
select id from moved`;

export async function excludeHandoff(
  session: Session,
  row: { readonly id: string; readonly from: string; readonly to: string; readonly reason: string },
): Promise<boolean> {
  const result = await session.query(EXCLUDE, [row.id, row.from, row.to, row.reason]);
  return result.rowCount === 1;
}

export interface Dependant {
  readonly id: string;
  readonly object: string;
  readonly target: string;
}

/**
 * Waiting handoffs that need the object in that target. None while the object is linked, or while
 * another open handoff of the object may still bring it there.
 */
const STRANDED = `
select h.id, h.object, h.target from handoff_need n
join handoff h on h.id = n.handoff_id and h.state = 'waiting'
where n.target = $1 and n.object = $2
  and not exists (select 1 from link l where l.target = n.target and l.object = n.object)
  and not exists (
    select 1 from handoff o
    where o.target = n.target and o.object = n.object and o.ordered
      and o.state not in ('confirmed', 'excluded', 'superseded') and o.id <> $3)
order by h.id`;

/** `leaving`: the handoff that is being excluded and counts no more. */
export async function findStrandedDependants(
  session: Session,
  target: string,
  object: string,
  leaving: string,
): Promise<Dependant[]> {
  const result = await session.query<Dependant>(STRANDED, [target, object, leaving]);
  return result.rows;
}

const STRAND = `
with moved as (
  update handoff h set state = x.to_state, reason = 'need excluded', changed_at = now()
  from unnest($1::uuid[], $2::uuid[], $3::text[]) as x(id, case_id, to_state)
  where h.id = x.id and h.state = 'waiting'
  returning h.*, x.case_id
)
insert into exception_case (id, kind, cause, code, title, message, handoff_id, target, object,
  legal_entity, amount_minor, currency, owner_role)
select case_id, 'handoff', 'need excluded ' || target || ' ' || $4, $5,
  $4 || ' will not reach ' || target, $6, id, target, object, legal_entity, amount_minor, currency,
  'analyst'
from moved returning handoff_id`;

export async function exceptDependants(
  session: Session,
  rows: readonly { readonly id: string; readonly caseId: string; readonly to: string }[],
  why: { readonly need: string; readonly code: string; readonly message: string },
): Promise<number> {
  if (rows.length === 0) return 0;
  const result = await session.query(STRAND, [
    rows.map((row) => row.id),
    rows.map((row) => row.caseId),
    rows.map((row) => row.to),
    why.need,
    why.code,
    why.message,
  ]);
  return result.rowCount ?? 0;
}
