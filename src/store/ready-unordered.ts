/**
 * Handoffs of unordered targets have no head to be released by: after a retry's wait or a repair
 * they turn ready here, by time alone.
 */
import type { Session } from "./database.ts";

const READY = `
with due as (
  select id from handoff
  where state = 'waiting' and not ordered and (not_before is null or not_before <= now())
  order by id limit $1 for update skip locked
), moved as (
  update handoff h set state = 'ready', reason = null, not_before = null, changed_at = now()
  from due where h.id = due.id returning h.budget
)
select distinct budget from moved`;

/** The budgets for which something became ready. */
export async function readyUnordered(session: Session, limit: number): Promise<string[]> {
  const result = await session.query<{ budget: string }>(READY, [limit]);
  return result.rows.map((row) => row.budget);
}
