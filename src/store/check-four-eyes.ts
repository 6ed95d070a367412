/**
 * What two people must have decided: approvals, and what was done by them. Names are not enough:
 * two accounts of one person are one person. The hash of each content is made again by the caller.
 */
import type { LedgerFinding } from "./check-rows.ts";
import { checkRows } from "./check-rows.ts";
import type { Session } from "./database.ts";

const COUNTS = `
select (select count(*)::int from proposal where state = 'approved') as approvals,
  (select count(*)::int from exception_case
    where kind = 'drift' and resolution like 'accepted: %') as accepted,
  (select count(*)::int from link where chosen) as chosen,
  (count(*) filter (where state = 'excluded'))::int as excluded, count(*)::int as handoffs
from handoff`;

const BROKEN = `
select 'approved by its author' as what, array[id::text] as ids, subject as detail
from proposal where state = 'approved' and (decided_by is null or decided_by = author_id)
union all
select 'approved and not in the audit log', array[p.id::text], p.subject
from proposal p where p.state = 'approved' and not exists (
  select 1 from audit a where a.operation = p.operation and a.subject = p.subject
    and a.second_actor is not null and a.second_actor <> a.actor
    and a.before ->> 'proposal' = 'pro_' || replace(p.id::text, '-', ''))
union all
select 'excluded without an approval', array[h.id::text], h.target || ' ' || h.object
from handoff h where h.state = 'excluded' and not exists (
  select 1 from proposal p where p.state = 'approved'
    and p.content ->> 'handoff' = 'hof_' || replace(h.id::text, '-', ''))
union all
select 'accepted without an approval', array[x.id::text], x.target || ' ' || x.document
from exception_case x where x.kind = 'drift' and x.resolution like 'accepted: %' and not exists (
  select 1 from proposal p where p.state = 'approved' and p.operation = 'accept-difference'
    and p.subject = 'exc_' || replace(x.id::text, '-', ''))
union all
select 'a reference that nobody approved', array[l.reference], l.target || ' ' || l.object
from link l where l.chosen and not exists (
  select 1 from proposal p where p.state = 'approved' and p.operation = 'repair-reference'
    and p.content ->> 'target' = l.target and p.content ->> 'object' = l.object
    and p.content ->> 'to' = l.external_id)`;

export function checkFourEyes(session: Session): Promise<LedgerFinding> {
  return checkRows(session, { counts: COUNTS, broken: BROKEN });
}

export interface ApprovedContent {
  readonly id: string;
  readonly content: unknown;
  readonly content_hash: Buffer;
}

/** Newest first. */
export async function listApprovedContents(
  session: Session,
  limit: number,
): Promise<ApprovedContent[]> {
  const result = await session.query<ApprovedContent>(
    "select id, content, content_hash from proposal where state = 'approved' order by decided_at desc, id limit $1",
    [limit],
  );
  return result.rows;
}
