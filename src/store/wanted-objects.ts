/**
 * Objects that handoffs wait for and that we never heard of. Noticed by the sweeper, fetched by
 * intake; the row is kept, so that an object that the source does not know is asked for once.
 */
import type { Session } from "./database.ts";

/** Half a minute of grace: most objects that are missing now are merely late. */
const NOTICE = `
insert into object_fetch (object)
select distinct n.object from handoff_need n
join handoff h on h.id = n.handoff_id
where h.state = 'waiting' and h.changed_at < now() - make_interval(secs => $1)
  and not exists (select 1 from link l where l.target = n.target and l.object = n.object)
  and not exists (select 1 from event e where e.subject = n.object)
on conflict do nothing`;

const CLAIM = `
update object_fetch f set tries = tries + 1,
  not_before = now() + make_interval(secs => least(600, 5 * 2 ^ least(tries, 8)))
from (
  select object from object_fetch where state = 'wanted' and not_before <= now()
  order by not_before limit $1 for update skip locked) w
where f.object = w.object
returning f.object`;

const FINISH = "update object_fetch set state = $2, message = $3 where object = $1";

export async function noticeWantedObjects(session: Session, graceSeconds: number): Promise<number> {
  const result = await session.query(NOTICE, [graceSeconds]);
  return result.rowCount ?? 0;
}

export async function claimWantedObjects(session: Session, most: number): Promise<string[]> {
  const result = await session.query<{ object: string }>(CLAIM, [most]);
  return result.rows.map((row) => row.object);
}

export async function finishWantedObject(
  session: Session,
  object: string,
  state: "wanted" | "done" | "gone",
  message: string | null,
): Promise<void> {
  await session.query(FINISH, [object, state, message]);
}
