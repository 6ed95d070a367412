/**
 * Seats that should run and do not: their budget has work that is due (ready, or in doubt and to be
 * probed), and they have no live lease. A seat that a dead holder left with calls in flight counts
 * too, for only taking it over brings those to light; also one beyond a concurrency that was
 * lowered meanwhile, which does nothing else any more.
 */
import type { Session } from "./database.ts";

const FIND = `
select l.budget, l.seat from lane l join budget b on b.name = l.budget
cross join sending_permission p
where p.allowed and (l.lease_until is null or l.lease_until < now())
  and (b.paused_until is null or b.paused_until <= now())
  and (l.seat < b.concurrency and (
      exists (select 1 from handoff h where h.budget = l.budget and h.state = 'ready')
      or exists (select 1 from handoff h
        where h.budget = l.budget and h.state = 'unknown' and h.not_before <= now()))
    or exists (select 1 from handoff h
      where h.budget = l.budget and h.lane_seat = l.seat and h.state = 'sent'))
order by l.budget, l.seat`;

export async function findLanesToStart(
  session: Session,
): Promise<{ budget: string; seat: number }[]> {
  const result = await session.query<{ budget: string; seat: number }>(FIND);
  return result.rows;
}
