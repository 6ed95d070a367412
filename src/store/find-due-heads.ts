/**
 * Objects that the sweeper releases again: a retry whose time has come, and handoffs that have
 * waited 30 seconds without having been looked at, in case a release was lost with its process.
 */
import type { Session } from "./database.ts";
import type { HeadKey } from "./release-handoffs.ts";

const DUE = `
select distinct target, object from (
  select target, object from handoff
  where state = 'waiting' and ordered and not_before <= now() and budget = any($1::text[])
  order by not_before limit $2) due`;

export async function findDueHeads(
  session: Session,
  budgets: readonly string[],
  limit: number,
): Promise<HeadKey[]> {
  const result = await session.query<HeadKey>(DUE, [budgets, limit]);
  return result.rows;
}

/**
 * The rest of the waiting, by id in pages. Joined to free heads only: a waiting handoff behind one
 * that is out is released by the outcome of that one, one behind an exception by its repair; but a
 * newer state takes the place of an excepted one, and no repair is to be waited for.
 *
 * A page is so many rows looked at, not so many found: where a hundred thousand wait behind
 * exceptions, one look that goes on until it has found enough reads them all, every two seconds.
 */
const STALE = `
with page as (
  select id, target, object, version, changed_at, effect, flow, operation from handoff
  where state = 'waiting' and ordered and not_before is null and id > $1
  order by id limit $2
), stale as (
  select distinct w.target, w.object from page w
  left join object_head o on o.target = w.target and o.object = w.object
  where w.changed_at < now() - interval '30 seconds' and o.open_handoff is null
    and not exists (
      select 1 from handoff p
      where p.target = w.target and p.object = w.object and p.ordered
        and p.state = 'excepted' and p.version <= w.version
        and not (p.effect = 'state' and w.effect = 'state' and p.flow = w.flow
          and p.operation = w.operation and (w.version, w.id) > (p.version, p.id)))
)
select l.id as last_id, s.target, s.object
from (select id from page order by id desc limit 1) l left join stale s on true`;

interface StaleRow {
  readonly last_id: string;
  readonly target: string | null;
  readonly object: string | null;
}

/** `lastId`: where the next page begins; undefined when none is left. */
export async function findStaleHeads(
  session: Session,
  afterId: string,
  limit: number,
): Promise<{ keys: HeadKey[]; lastId: string | undefined }> {
  const { rows } = await session.query<StaleRow>(STALE, [afterId, limit]);
  const keys = rows.flatMap(({ target, object }) =>
    target === null || object === null ? [] : [{ target, object }],
  );
  return { keys, lastId: rows[0]?.last_id };
}
