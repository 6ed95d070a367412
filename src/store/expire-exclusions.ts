/**
 * Exclusions whose time is over become exceptions again, each with a new case: what two people
 * agreed on was a delay, not a deletion. The latest exclusion of a handoff counts.
 */
import type { Session } from "./database.ts";

const DUE = `
select h.id, a.expires_at from (
  select distinct on (after ->> 'handoff')
    substr(after ->> 'handoff', 5)::uuid as handoff, expires_at
  from audit where operation = 'exclude-exception' order by after ->> 'handoff', at desc) a
join handoff h on h.id = a.handoff and h.state = 'excluded'
where a.expires_at <= now() order by a.expires_at limit $1`;

export async function findExpiredExclusions(
  session: Session,
  limit: number,
): Promise<{ id: string; expires_at: string }[]> {
  return (await session.query<{ id: string; expires_at: string }>(DUE, [limit])).rows;
}

const EXPIRE = `
with moved as (
  update handoff h set state = x.to_state, reason = 'exclusion expired', changed_at = now()
  from unnest($1::uuid[], $2::uuid[], $3::text[]) as x(id, case_id, to_state)
  where h.id = x.id and h.state = 'excluded'
  returning h.*, x.case_id
)
insert into exception_case (id, kind, cause, code, title, message, handoff_id, target, object,
  legal_entity, amount_minor, currency, owner_role)
select case_id, 'handoff', target || ' ' || $4, $4, target || ': exclusion expired', $5, id, target,
  object, legal_entity, amount_minor, currency, 'controller'
from moved`;

export async function expireExclusions(
  session: Session,
  rows: readonly { readonly id: string; readonly caseId: string; readonly to: string }[],
  why: { readonly code: string; readonly message: string },
): Promise<number> {
  const result = await session.query(EXPIRE, [
    rows.map((row) => row.id),
    rows.map((row) => row.caseId),
    rows.map((row) => row.to),
    why.code,
    why.message,
  ]);
  return result.rowCount ?? 0;
}
