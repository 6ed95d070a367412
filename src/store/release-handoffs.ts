/**
 * Release: lets the oldest open handoff of each object go, when its needs are linked and its time
 * has come. Runs in a new transaction after every commit that could make something ready, so of
 * two racing transactions the one that commits later sees the other.
 *
 * Exclusivity is a column: an object's head names the one handoff that is out. Heads are locked in
 * sorted order before anything is read; the statements after the lock take new snapshots and so
 * see what the previous holder of the lock committed.
 *
 * A state (customer, item) behind a newer one of the same object is superseded here, and so is a
 * state older than the one that is already there. Facts never are.
 */
import type { Pool, Session } from "./database.ts";
import { inRepeatedTransaction } from "./database.ts";
import { liftPredecessors } from "./lift-predecessors.ts";

export interface HeadKey {
  readonly target: string;
  readonly object: string;
}

const MAKE_HEADS = `
insert into object_head (target, object)
select target, object from unnest($1::text[], $2::text[]) as w(target, object)
on conflict do nothing`;

/** Only free heads: one that is out is released again by whoever records its outcome. */
const LOCK_HEADS = `
select h.target, h.object, h.confirmed_version
from unnest($1::text[], $2::text[]) as w(target, object)
join object_head h on h.target = w.target and h.object = w.object
where h.open_handoff is null
order by h.target, h.object
for update of h`;

const SUPERSEDE = `
with gone as (
  update handoff h set state = 'superseded', reason = 'newer state', changed_at = now()
  from unnest($1::text[], $2::text[], $3::bigint[]) as w(target, object, confirmed_version)
  where h.target = w.target and h.object = w.object and h.ordered and h.effect = 'state'
    and h.state in ('waiting', 'excepted')
    and (h.version < w.confirmed_version or exists (
      select 1 from handoff n
      where n.target = h.target and n.object = h.object and n.ordered and n.effect = 'state'
        and n.state in ('waiting', 'excepted') and n.flow = h.flow and n.operation = h.operation
        and (n.version, n.id) > (h.version, h.id)))
  returning h.id
), closed as (
  update exception_case x set state = 'resolved', resolution = 'superseded', resolved_at = now()
  from gone where x.handoff_id = gone.id and x.state = 'open'
)
delete from handoff_need n using gone where n.handoff_id = gone.id`;

/**
 * An older state asks again whether it is too old: one that was committed after the statement
 * before this one began was not seen there. It waits for its own release, which supersedes it.
 * What moves asks again whether it still waits: an overdue one may be excepted at this moment.
 */
const READY = `
with oldest as (
  select w.target, w.object, o.id, o.state, o.not_before,
    o.effect = 'state' and o.version < w.confirmed_version as too_old
  from unnest($1::text[], $2::text[], $3::bigint[]) as w(target, object, confirmed_version)
  cross join lateral (
    select h.id, h.state, h.not_before, h.effect, h.version from handoff h
    where h.target = w.target and h.object = w.object and h.ordered
      and h.state not in ('confirmed', 'excluded', 'superseded')
    order by h.version, h.id limit 1) o
), able as (
  select o.id, o.target, o.object from oldest o
  where o.state = 'waiting' and o.too_old is not true
    and (o.not_before is null or o.not_before <= now())
    and not exists (
      select 1 from handoff_need n
      where n.handoff_id = o.id and not exists (
        select 1 from link l where l.target = n.target and l.object = n.object))
), moved as (
  update handoff h set state = 'ready', reason = null, not_before = null, changed_at = now()
  from able where h.id = able.id and h.state = 'waiting'
  returning h.id, h.target, h.object, h.budget
), cleared as (
  delete from handoff_need n using moved where n.handoff_id = moved.id
), heads as (
  update object_head o set open_handoff = moved.id
  from moved where o.target = moved.target and o.object = moved.object
)
select budget, count(*)::int as ready from moved group by budget`;

/** Releases what can go among these objects; says how many handoffs became ready per budget. */
export async function releaseHandoffs(
  pool: Pool,
  keys: readonly HeadKey[],
): Promise<ReadonlyMap<string, number>> {
  if (keys.length === 0) return new Map();
  const sorted = uniqueSorted(keys);
  // A person who retries a case locks it before its handoff, and superseding does the other way.
  return inRepeatedTransaction(pool, (session) => releaseIn(session, sorted));
}

async function releaseIn(
  session: Session,
  keys: readonly HeadKey[],
): Promise<ReadonlyMap<string, number>> {
  const targets = keys.map((key) => key.target);
  const objects = keys.map((key) => key.object);
  await session.query({ name: "make-heads", text: MAKE_HEADS, values: [targets, objects] });
  const locked = await session.query<HeadKey & { confirmed_version: string | null }>({
    name: "lock-heads",
    text: LOCK_HEADS,
    values: [targets, objects],
  });
  if (locked.rows.length === 0) return new Map();
  const free = [
    locked.rows.map((row) => row.target),
    locked.rows.map((row) => row.object),
    locked.rows.map((row) => row.confirmed_version),
  ];
  await session.query({ name: "supersede-states", text: SUPERSEDE, values: free });
  const ready = await session.query<{ budget: string; ready: number }>({
    name: "ready-oldest",
    text: READY,
    values: free,
  });
  const moved = ready.rows.reduce((sum, row) => sum + row.ready, 0);
  // Whoever has to wait lends its urgency to what it waits for.
  if (moved < locked.rows.length) await liftPredecessors(session, locked.rows);
  return new Map(ready.rows.map((row) => [row.budget, row.ready]));
}

function uniqueSorted(keys: readonly HeadKey[]): HeadKey[] {
  const byText = new Map(keys.map((key) => [`${key.target}\n${key.object}`, key]));
  return [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
}
