/**
 * A claimed handoff whose request cannot be made (a mapping is missing, a document does not tie).
 * Nothing left us: within the claiming transaction the claim is taken back and an exception says
 * what is lacking. The head is freed; the handoff is still its object's oldest, so later ones park.
 */
import type { Session } from "./database.ts";

export interface Unprepared {
  readonly handoffId: string;
  readonly caseId: string;
  readonly cause: string;
  readonly code: string;
  readonly title: string;
  readonly message: string;
}

const EXCEPT = `
with x as (
  select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
    as x(handoff_id, case_id, cause, code, title, message)
), moved as (
  update handoff h set state = 'excepted', reason = x.code,
    attempts = h.attempts - case when h.state = 'sent' then 1 else 0 end,
    lane_seat = null, fence = null, changed_at = now()
  from x where h.id = x.handoff_id
  returning h.id, h.target, h.object, h.legal_entity, h.amount_minor, h.currency
), heads as (
  update object_head o set open_handoff = null
  from moved where o.target = moved.target and o.object = moved.object
    and o.open_handoff = moved.id
)
insert into exception_case (id, kind, cause, code, title, message, handoff_id, target, object,
  legal_entity, amount_minor, currency)
select x.case_id, 'handoff', x.cause, x.code, x.title, x.message, x.handoff_id, m.target, m.object,
  m.legal_entity, m.amount_minor, m.currency
from x join moved m on m.id = x.handoff_id`;

export async function exceptUnprepared(
  session: Session,
  rows: readonly Unprepared[],
): Promise<void> {
  if (rows.length === 0) return;
  await session.query(EXCEPT, [
    rows.map((r) => r.handoffId),
    rows.map((r) => r.caseId),
    rows.map((r) => r.cause),
    rows.map((r) => r.code),
    rows.map((r) => r.title),
    rows.map((r) => r.message),
  ]);
}
