/**
 * Class inheritance: who waits lends its class and deadline to what it waits for, the handoffs of
 * the objects it needs and the older ones of its own object, and so on down the chain. Without it
 * an urgent invoice would wait behind a whole backfill for its customer.
 *
 * Set-based from the lifted rows down; only rows that gain something are written.
 */
import type { Session } from "./database.ts";

const LIFT = `
with recursive chain as (
  select h.id, h.target, h.object, h.version, h.class, h.deadline_at
  from unnest($1::text[], $2::text[]) as w(target, object)
  join handoff h on h.target = w.target and h.object = w.object and h.ordered
    and h.state = 'waiting'
  union
  select p.id, p.target, p.object, p.version, least(p.class, c.class),
    case when c.class < p.class then least(p.deadline_at, c.deadline_at) else p.deadline_at end
  from chain c
  left join lateral (
    select n.object from handoff_need n where n.handoff_id = c.id
    union all select c.object) needed on true
  join handoff p on p.target = c.target and p.object = needed.object and p.ordered
    and p.state in ('waiting', 'ready') and p.id <> c.id
    and (p.object <> c.object or p.version <= c.version)
    and p.class > c.class
)
update handoff h set class = g.class, deadline_at = least(h.deadline_at, g.deadline_at)
from (select id, min(class) as class, min(deadline_at) as deadline_at from chain group by id) g
where h.id = g.id and h.class > g.class`;

/** Lifts what the waiting handoffs of these objects wait for; says how many it lifted. */
export async function liftPredecessors(
  session: Session,
  keys: readonly { readonly target: string; readonly object: string }[],
): Promise<number> {
  if (keys.length === 0) return 0;
  const result = await session.query({
    name: "lift-predecessors",
    text: LIFT,
    values: [keys.map((key) => key.target), keys.map((key) => key.object)],
  });
  return result.rowCount ?? 0;
}
