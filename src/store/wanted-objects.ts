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
returning f.object, f.not_before::text as claim`;

/** One that was wanted again while it was read stays wanted: what was read may be older. */
const FINISH = `
update object_fetch set state = $2, message = $3
where object = $1 and not_before = $4::timestamptz`;

export async function noticeWantedObjects(session: Session, graceSeconds: number): Promise<number> {
  const result = await session.query(NOTICE, [graceSeconds]);
  return result.rowCount ?? 0;
}

export interface WantedObject {
  readonly object: string;
  /** Names this claim: the moment at which another may be made, to the microsecond. */
  readonly claim: string;
}

export async function claimWantedObjects(session: Session, most: number): Promise<WantedObject[]> {
  const result = await session.query<WantedObject>(CLAIM, [most]);
  return result.rows;
}

export async function finishWantedObject(
  session: Session,
  { object, claim }: WantedObject,
  state: "wanted" | "done" | "gone",
  message: string | null,
): Promise<void> {
  await session.query(FINISH, [object, state, message, claim]);
}
