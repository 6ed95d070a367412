/**
 * NoLoss: what we accepted has its events, or a dead letter that says why not. A fact understood
 * only at its second telling has its events under the second inbound of the same fact id.
 */

import type { LedgerFinding } from "./check-rows.ts";
import { checkRows } from "./check-rows.ts";
import type { Session } from "./database.ts";

const COUNTS = `
select (select count(*)::int from event_identity) as facts,
  (select count(*)::int from inbound) as inbound, (select count(*)::int from event) as events,
  (select count(*)::int from dead_letter) as dead_letters`;

const BROKEN = `
with eventless as (
  select d.identity, d.inbound_id from event_identity d
  where d.verdict = 'events' and not is_retired('inbound', d.inbound_id)
    and not exists (select 1 from event e where e.inbound_id = d.inbound_id)
), lost as (
  select l.identity, l.inbound_id from eventless l
  left join inbound i on i.id = l.inbound_id
  where not exists (
    select 1 from inbound again join event e on e.inbound_id = again.id
    where again.connection = i.connection and again.fact_id = i.fact_id)
)
select 'understood fact without an event' as what, array[identity::text, inbound_id::text] as ids,
  'its identity says "events" and none is stored' as detail from lost
union all
select 'fact without its raw message', array[d.identity::text, d.inbound_id::text],
  'the identity names an inbound that is not stored'
from event_identity d where not exists (select 1 from inbound i where i.id = d.inbound_id)
  and not is_retired('inbound', d.inbound_id)
union all
select 'dead fact without a dead letter', array[d.identity::text, d.inbound_id::text],
  'nothing says why it was not understood'
from event_identity d
where d.verdict = 'dead' and not exists (
  select 1 from dead_letter l where l.inbound_id = d.inbound_id and l.reason <> '')
union all
select 'ignored fact without a rule', array[d.identity::text, d.inbound_id::text],
  'nothing says by which rule it was ignored'
from event_identity d where d.verdict = 'ignored' and coalesce(d.rule, '') = ''
union all
select 'raw message that became nothing', array[i.id::text],
  i.connection || ' ' || i.kind || ' ' || i.fact_id
from inbound i
where not exists (select 1 from event_identity d where d.inbound_id = i.id)
  and not exists (select 1 from event e where e.inbound_id = i.id)
  and not exists (select 1 from dead_letter l where l.inbound_id = i.id)
  and not exists (select 1 from exception_case x where x.inbound_id = i.id)`;

export function checkNoLoss(session: Session): Promise<LedgerFinding> {
  return checkRows(session, { counts: COUNTS, broken: BROKEN });
}
