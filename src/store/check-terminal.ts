/**
 * Terminal: every handoff is settled for a stated reason, waits for a stated reason, has an
 * exception with an owner, or is young and moving. A row that merely sits is the one that nobody
 * would find.
 *
 * The places in the queue of an object are counted once with a window, not per row. Limits are
 * generous: a lane's lease lasts seconds, the sweeper looks twice a minute.
 */

import type { LedgerFinding } from "./check-rows.ts";
import { checkRows } from "./check-rows.ts";
import type { Session } from "./database.ts";

const COUNTS = `
select count(*)::int as handoffs,
  (count(*) filter (where state not in ('confirmed', 'excluded', 'superseded')))::int as open,
  (count(*) filter (where state = 'excepted'))::int as exceptions
from handoff`;

const BROKEN = `
with open as (
  select h.*, row_number() over (partition by target, object, ordered order by version, id) as place
  from handoff h where state not in ('confirmed', 'excluded', 'superseded')
)
select 'exception without an open case and owner' as what, array[h.id::text] as ids,
  h.target || ' ' || h.object || ': ' || coalesce(h.reason, 'no reason') as detail
from open h where h.state = 'excepted' and not exists (
  select 1 from exception_case x
  where x.handoff_id = h.id and x.state = 'open' and x.owner_role <> '')
union all
select 'open case of a handoff that is no exception', array[x.id::text, h.id::text],
  x.code || ', handoff is ' || h.state
from exception_case x join handoff h on h.id = x.handoff_id
where x.state = 'open' and h.state <> 'excepted'
  and not (h.state = 'confirmed' and x.kind = 'drift')
union all
select 'fact that was superseded', array[h.id::text], h.target || ' ' || h.object
from handoff h where h.state = 'superseded' and h.effect <> 'state'
union all
select 'exclusion without two people, reason and expiry', array[h.id::text],
  h.target || ' ' || h.object
from handoff h where h.state = 'excluded' and not exists (
  select 1 from audit a
  join person p on p.name = a.actor join person q on q.name = a.second_actor and q.id <> p.id
  where a.after ->> 'handoff' = 'hof_' || replace(h.id::text, '-', '')
    and a.reason is not null and a.expires_at is not null)
union all
select 'waiting without a reason', array[h.id::text],
  h.target || ' ' || h.object || ' since ' || h.changed_at::text
from open h
where h.state = 'waiting' and h.changed_at < now() - interval '3 minutes'
  and (h.not_before is null or h.not_before < now() - interval '3 minutes')
  and (h.place = 1 or not h.ordered) and not exists (
    select 1 from handoff_need n where n.handoff_id = h.id and not exists (
      select 1 from link l where l.target = n.target and l.object = n.object))
union all
select 'not moving', array[h.id::text],
  h.state || ' in ' || h.budget || ' since ' || h.changed_at::text
from open h left join budget b on b.name = h.budget cross join sending_permission p
where p.allowed and coalesce(b.paused_until, '-infinity') < now() - interval '5 minutes'
  and (h.state = 'sent' and h.changed_at < now() - interval '5 minutes'
    or h.state = 'unknown' and h.changed_at < now() - interval '15 minutes'
      and coalesce(h.not_before, '-infinity') < now() - interval '15 minutes'
    or h.state in ('ready', 'awaiting') and h.deadline_at < now()
      and h.changed_at < now() - interval '15 minutes')
union all
select 'head that lets out what is not out', array[o.open_handoff::text],
  o.target || ' ' || o.object || ' names a handoff that is ' || coalesce(h.state, 'not there')
from object_head o left join handoff h on h.id = o.open_handoff
where o.open_handoff is not null
  and coalesce(h.state, '') not in ('ready', 'sent', 'unknown', 'awaiting')
union all
select 'out without being let out', array[h.id::text], h.state || ' ' || h.target || ' ' || h.object
from open h where h.ordered and h.state in ('ready', 'sent', 'unknown', 'awaiting')
  and not exists (
    select 1 from object_head o
    where o.target = h.target and o.object = h.object and o.open_handoff = h.id)`;

export function checkTerminal(session: Session): Promise<LedgerFinding> {
  return checkRows(session, { counts: COUNTS, broken: BROKEN });
}
