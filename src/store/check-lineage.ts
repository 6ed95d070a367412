/** Lineage: from a link back over effect, attempt, handoff and event to the raw bytes. */

import type { LedgerFinding } from "./check-rows.ts";
import { checkRows } from "./check-rows.ts";
import type { Session } from "./database.ts";

const COUNTS = `
select (select count(*)::int from event) as events, (select count(*)::int from handoff) as handoffs,
  (select count(*)::int from attempt) as attempts, (select count(*)::int from outcome) as outcomes,
  (select count(*)::int from link) as links`;

/** A link that two people made names their proposal, and FourEyes holds it. */
const NOT_CHOSEN = "not (l.chosen and starts_with(l.reference, 'pro_'))";

const BROKEN = `
select 'event without its raw message' as what, array[e.id::text, e.inbound_id::text] as ids,
  e.type || ' ' || e.subject as detail
from event e where not exists (select 1 from inbound i where i.id = e.inbound_id)
  and not is_retired('inbound', e.inbound_id)
union all
select 'handoff without its event', array[h.id::text, h.event_id::text],
  h.operation || ' ' || h.object
from handoff h where not exists (select 1 from event e where e.id = h.event_id)
union all
select 'handoff about another object than its event', array[h.id::text, h.event_id::text],
  h.object || ' is not ' || e.subject
from handoff h join event e on e.id = h.event_id where e.subject <> h.object
union all
select 'attempt without a handoff', array[a.id::text], coalesce(a.reference, 'bulk call')
from attempt a
where a.handoff_id is null and coalesce(cardinality(a.batch), 0) = 0
  or a.handoff_id is not null and not exists (select 1 from handoff h where h.id = a.handoff_id)
union all
select 'outcome without an attempt', array[o.id::text, o.attempt_id::text], o.class
from outcome o where not exists (select 1 from attempt a where a.id = o.attempt_id)
  and not is_retired('attempt', o.attempt_id)
union all
select 'link without an effect', array[l.reference],
  l.target || ' ' || l.object || ' as ' || l.external_id
from link l where ${NOT_CHOSEN} and not exists (
  select 1 from effect f where f.reference = l.reference)
union all
select 'link to a handoff that nobody made', array[l.reference],
  l.target || ' ' || l.object || ' as ' || l.external_id
from link l where ${NOT_CHOSEN} and not exists (
  select 1 from handoff h where h.reference = l.reference)`;

export function checkLineage(session: Session): Promise<LedgerFinding> {
  return checkRows(session, { counts: COUNTS, broken: BROKEN });
}

export interface WrittenContract {
  readonly type: string;
  readonly version: number;
  readonly events: number;
}

const CONTRACTS = `
select type, contract_version as version, count(*)::int as events from event group by 1, 2`;

/** Which contracts stored events were written by. */
export async function countContracts(session: Session): Promise<WrittenContract[]> {
  return (await session.query<WrittenContract>(CONTRACTS)).rows;
}
