/**
 * Gives up on waiting that has outlived its deadline with nothing to wait for but time: a retry
 * that never succeeded, an object that its source does not know. What waits behind an exception is
 * left alone: its cause carries the overdue count and money, and one fix releases it. What needs an
 * object that nothing brings any more is found in `except-stranded.ts`.
 */
import type { Session } from "./database.ts";

/** What waits, in the three ways that have an index each: asked in one, all handoffs are read. */
const WAITING = [
  "state = 'waiting' and ordered and not_before is null",
  "state = 'waiting' and not ordered",
  "state in ('unknown', 'waiting') and not_before is not null and state = 'waiting' and ordered",
];

const OVERDUE = WAITING.map(
  (waiting) => `(select id from handoff h
    where ${waiting} and deadline_at < now()
      and (attempts > 0 or exists (
        select 1 from handoff_need n join object_fetch f on f.object = n.object
        where n.handoff_id = h.id and f.state = 'gone'))
    limit 500)`,
);

const EXCEPT = `
with overdue as materialized (
  ${OVERDUE.join("\n  union all ")}
), late as (
  select h.id from handoff h
  where h.id = any (array(select id from overdue)) and h.state = 'waiting'
  order by h.id limit 500 for update skip locked
), moved as (
  update handoff h set state = 'excepted', reason = 'E_HANDOFF_OVERDUE', changed_at = now()
  from late where h.id = late.id
  returning h.id, h.target, h.object, h.legal_entity, h.amount_minor, h.currency, h.attempts
)
insert into exception_case (id, kind, cause, code, title, message, handoff_id, target, object,
  legal_entity, amount_minor, currency)
select gen_random_uuid(), 'handoff', target || ' E_HANDOFF_OVERDUE', 'E_HANDOFF_OVERDUE',
  target || ': past its deadline',
  case when attempts > 0 then 'Every attempt was put off by the target until the deadline passed.'
    else 'It needs an object that its source does not know.' end,
  id, target, object, legal_entity, amount_minor, currency
from moved`;

export async function exceptOverdue(session: Session): Promise<number> {
  const result = await session.query(EXCEPT);
  return result.rowCount ?? 0;
}
