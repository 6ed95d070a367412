/** The invariants of sending: WriteAhead, NoBlindRetry, PayloadBinding, Order. */

import type { LedgerFinding } from "./check-rows.ts";
import { checkRows } from "./check-rows.ts";
import type { Session } from "./database.ts";

const SENDS = `
select (count(*) filter (where kind = 'send'))::int as sends,
  (count(*) filter (where kind = 'probe'))::int as probes from attempt`;

/** An outcome may be recorded in the millisecond of its attempt, never before it. */
const WRITE_AHEAD = `
select 'answered before it was written' as what, array[a.id::text, o.id::text] as ids,
  'written ' || a.created_at::text || ', answered ' || o.recorded_at::text as detail
from outcome o join attempt a on a.id = o.attempt_id where o.recorded_at < a.created_at
union all
select 'confirmed without an attempt', array[h.id::text],
  h.operation || ' ' || h.object || ' in ' || h.target
from handoff h left join attempt a on a.id = h.last_attempt
where h.state = 'confirmed' and not is_retired('attempt', h.last_attempt) and (a.id is null
  or not (a.handoff_id is not distinct from h.id or a.handoff_id is null and h.id = any(a.batch)))
union all
select 'confirmed by a probe without being adopted', array[h.id::text, a.id::text],
  h.operation || ' ' || h.object || ' in ' || h.target
from handoff h join attempt a on a.id = h.last_attempt and a.kind = 'probe'
where h.state = 'confirmed' and not exists (
  select 1 from outcome o
  where o.handoff_id = h.id and o.attempt_id = a.id and o.class in ('adopted', 'late-adopted'))
union all
select 'sent without taking its reference', array[a.id::text, a.reference], a.send_key
from attempt a where a.kind = 'send' and a.reference is not null
  and not exists (select 1 from effect f where f.reference = a.reference)`;

export function checkWriteAhead(session: Session): Promise<LedgerFinding> {
  return checkRows(session, { counts: SENDS, broken: WRITE_AHEAD });
}

const REQUESTS_BEFORE = `
select a.reference, min(date_trunc('milliseconds', a.created_at)) as first_written_at
from attempt a where a.kind = 'send' and a.reference = any($1::text[]) group by a.reference`;

/** When each reference was first written as SENT; to be held against a target's own journal. */
export async function findFirstWritten(
  session: Session,
  references: readonly string[],
): Promise<Map<string, string>> {
  const result = await session.query<{ reference: string; first_written_at: string }>(
    REQUESTS_BEFORE,
    [references],
  );
  return new Map(result.rows.map((row) => [row.reference, row.first_written_at]));
}

/**
 * Every send is held against the send of the same reference before it. Sends that were never
 * begun are no sends and are left out first. A state may follow its older form where that is known
 * to be there, or where the target upserts by our reference; a fact may not follow itself.
 *
 * After an answer "unfinished" the same bytes may follow: it was complete, so nothing is running,
 * and such a request looks for its document before it makes one.
 *
 * A probe's "absent", and its "there, and a step lacks", count from the settle window on: after
 * `send_by` where nobody saw the call end, and after the beginning of the call (its outcome less
 * its duration) where its own lane did.
 */
const BLIND = `
with told as (
  select a.id, a.handoff_id, a.reference, a.guard, a.request_hash, a.created_at, o.class,
    least(a.settles_at, o.recorded_at - make_interval(secs => coalesce(o.duration_ms, 0) / 1000.0)
      + (a.settles_at - a.send_by)) as settles_at
  from attempt a
  left join outcome o on o.attempt_id = a.id and o.handoff_id = a.handoff_id
  where a.kind = 'send' and a.reference is not null
    and coalesce(o.class, '') not in ('not-started', 'late-not-started')
), pair as (
  select t.*, lag(t.id) over w as before_id, lag(t.class) over w as before_class,
    lag(t.settles_at) over w as before_settles, lag(t.request_hash) over w as before_hash,
    lag(t.created_at) over w as before_at
  from told t window w as (partition by t.reference order by t.created_at, t.id)
)
select 'sent again blindly' as what, array[p.before_id::text, p.id::text] as ids,
  p.reference || ' (' || h.operation || '): after ' || coalesce(p.before_class, 'no answer')
    || ', guard ' || p.guard
    || case when p.request_hash = p.before_hash then ', same bytes' else ', other bytes' end as detail
from pair p join handoff h on h.id = p.handoff_id
where p.before_id is not null
  and coalesce(p.before_class, '') not in ('refused', 'later', 'late-refused', 'late-later',
    'unfinished')
  and not (p.guard in ('key', 'external-id') and p.request_hash = p.before_hash)
  and not (h.effect = 'state' and (p.guard = 'external-id' or p.before_class = 'done'))
  and not exists (
    select 1 from attempt b join outcome o on o.attempt_id = b.id and o.handoff_id = b.handoff_id
    where b.kind = 'probe' and b.reference = p.reference and b.created_at < p.created_at
      and (o.class in ('probe-absent', 'probe-unfinished') and b.created_at >= p.before_settles
        or h.effect = 'state' and o.class in ('probe-older', 'adopted')
          and b.created_at >= p.before_at))`;

export function checkNoBlindRetry(session: Session): Promise<LedgerFinding> {
  return checkRows(session, { counts: SENDS, broken: BLIND });
}

const BINDING = `
select 'one send key with several requests' as what, array_agg(id::text order by id) as ids,
  send_key as detail
from attempt where kind = 'send' and send_key is not null
group by send_key having count(distinct request_hash) > 1
union all
select 'request that is not what its hash says', array[id::text], coalesce(send_key, 'bulk call')
from attempt where request is not null and key_id is null and sha256(request) <> request_hash`;

export function checkPayloadBinding(session: Session): Promise<LedgerFinding> {
  return checkRows(session, { counts: SENDS, broken: BINDING });
}

const CONFIRMED = `
select (count(*) filter (where effect = 'state'))::int as confirmed_states,
  count(*)::int as confirmed from handoff where state = 'confirmed' and ordered`;

/** By the call that confirmed each: of one object only one is out at a time. */
const ORDER = `
select 'older state over a newer one' as what, array[before_id::text, id::text] as ids,
  target || ' ' || object || ': version ' || version || ' after ' || before_version as detail
from (
  select h.id, h.target, h.object, h.version, lag(h.version) over w as before_version,
    lag(h.id) over w as before_id
  from handoff h join attempt a on a.id = h.last_attempt
  where h.state = 'confirmed' and h.effect = 'state' and h.ordered
  window w as (partition by h.target, h.object, h.operation order by a.created_at, a.id)) p
where version < before_version
union all
select 'head that forgot a confirmed version', array[c.newest::text],
  c.target || ' ' || c.object || ': head says ' || coalesce(o.confirmed_version::text, 'nothing')
from (
  select target, object, max(version) as newest from handoff
  where state = 'confirmed' and ordered group by target, object) c
left join object_head o on o.target = c.target and o.object = c.object
where coalesce(o.confirmed_version, -1) < c.newest`;

export function checkOrder(session: Session): Promise<LedgerFinding> {
  return checkRows(session, { counts: CONFIRMED, broken: ORDER });
}
