/**
 * Gives up, at its deadline, on what needs an object that nothing brings to the target any more: it
 * was excluded there before this one came, or it was seen and no flow sent it there. What waits for
 * an object that is on its way, in doubt or an exception itself is left alone: that one's fix
 * releases it. So is what waits for an object that is being fetched.
 *
 * Walked need by need and not handoff by handoff: where a hundred thousand wait for one customer
 * that is an exception, that customer is looked at once. A page is so many needs looked at; the
 * next one begins behind it. Events are asked for with a limit, so that the planner cannot choose
 * to read them all once instead.
 */
import type { Session } from "./database.ts";

const EXCEPT = `
with recursive page as (
  (select target, object, 1 as place from handoff_need
   where (target, object) > ($1, $2) order by target, object limit 1)
  union all
  select next.target, next.object, page.place + 1 from page cross join lateral (
    select n.target, n.object from handoff_need n
    where (n.target, n.object) > (page.target, page.object)
    order by n.target, n.object limit 1) next
  where page.place < $3
), stranded as materialized (
  select p.target, p.object from page p left join object_fetch f on f.object = p.object
  where not exists (select 1 from link l where l.target = p.target and l.object = p.object)
    and not exists (
      select 1 from handoff o
      where o.target = p.target and o.object = p.object and o.ordered
        and o.state not in ('confirmed', 'excluded', 'superseded'))
    and (f.state = 'done'
      or f.state is null and (select true from event e where e.subject = p.object limit 1))
), told as materialized (
  select s.target, s.object, exists (
    select 1 from event e join handoff x on x.event_id = e.id
    where e.subject = s.object and x.target = s.target and x.object = s.object
      and x.state = 'excluded') as excluded
  from stranded s
), late as (
  select h.id, t.object as need, t.excluded
  from told t join handoff_need n on n.target = t.target and n.object = t.object
  join handoff h on h.id = n.handoff_id
  where h.state = 'waiting' and h.deadline_at < now()
  limit $4 for update of h skip locked
), moved as (
  update handoff h set state = 'excepted', reason = 'E_HANDOFF_OVERDUE', changed_at = now()
  from late where h.id = late.id
  returning h.id, h.target, h.object, h.legal_entity, h.amount_minor, h.currency, late.need,
    late.excluded
), cases as (
  insert into exception_case (id, kind, cause, code, title, message, handoff_id, target, object,
    legal_entity, amount_minor, currency)
  select gen_random_uuid(), 'handoff', 'need lacks ' || target || ' ' || need, 'E_HANDOFF_OVERDUE',
    need || ' will not reach ' || target,
    case when excluded then 'It needs ' || need || ', which was excluded from ' || target || '.'
      else 'It needs ' || need || ', which was seen, but nothing brings it to ' || target || '.' end,
    id, target, object, legal_entity, amount_minor, currency
  from moved returning 1
)
select p.target, p.object, p.place, (select count(*)::int from cases) as excepted
from page p order by p.place desc limit 1`;

export interface Need {
  readonly target: string;
  readonly object: string;
}

export interface StrandedPage {
  readonly excepted: number;
  /** Where the next page begins; undefined when none is left. */
  readonly after: Need | undefined;
}

/** Needs that one page looks at, and handoffs that it gives up on at most. */
export interface PageSize {
  readonly needs: number;
  readonly handoffs: number;
}

export async function exceptStranded(
  session: Session,
  after: Need | undefined,
  { needs, handoffs }: PageSize,
): Promise<StrandedPage> {
  const begin = [after?.target ?? "", after?.object ?? ""];
  const { rows } = await session.query<Need & { place: number; excepted: number }>(EXCEPT, [
    ...begin,
    needs,
    handoffs,
  ]);
  const last = rows[0];
  if (last === undefined) return { excepted: 0, after: undefined };
  const { target, object, place, excepted } = last;
  // A full catch may have left some of this page: it is looked at again.
  if (excepted === handoffs) return { excepted, after };
  return { excepted, after: place === needs ? { target, object } : undefined };
}
