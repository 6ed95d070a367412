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
 * that is out is released by the outcome of that one, one behind an exception by its repair.
 */
const STALE = `
select h.id, h.target, h.object from handoff h
left join object_head o on o.target = h.target and o.object = h.object
where h.state = 'waiting' and h.ordered and h.not_before is null and h.id > $1
  and h.changed_at < now() - interval '30 seconds' and o.open_handoff is null
  and not exists (
    select 1 from handoff p
    where p.target = h.target and p.object = h.object and p.ordered
      and p.state = 'excepted' and p.version <= h.version)
order by h.id limit $2`;

export async function findStaleHeads(
  session: Session,
  afterId: string,
  limit: number,
): Promise<{ keys: HeadKey[]; lastId: string | undefined }> {
  const result = await session.query<HeadKey & { id: string }>(STALE, [afterId, limit]);
  return { keys: result.rows, lastId: result.rows.at(-1)?.id };
}
