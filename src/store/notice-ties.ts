/**
 * Two states of one object with the same version (a source that counts in seconds, two updates
 * within one): neither is known to be the later. The object is asked for anew, and what its source
 * says then is later than both: it is asked when their second is surely over, by two clocks that
 * may differ by one more, for a read has no finer version either.
 *
 * Two transactions that each insert one of the two do not see the other's. So the objects are
 * locked from here to the commit: whichever comes second looks when the first has committed. In
 * order of the locks' numbers, so that two groups never wait for each other.
 */
import type { Session } from "./database.ts";
import type { EventRow } from "./fact-rows.ts";

const LOCK = `
select pg_advisory_xact_lock(k)
from (
  select distinct hashtextextended(s, 0) as k from unnest($1::text[]) as t(s) order by k) as locks`;

const NOTICE = `
insert into object_fetch (object, not_before)
select distinct n.subject, now() + interval '2 seconds'
from unnest($1::uuid[], $2::text[], $3::bigint[]) as n(id, subject, version)
where exists (
  select 1 from event e where e.subject = n.subject and e.version = n.version and e.id <> n.id)
on conflict (object) do update set state = 'wanted', not_before = excluded.not_before`;

/** Says how many objects are to be read again. */
export async function noticeTies(session: Session, events: readonly EventRow[]): Promise<number> {
  if (events.length === 0) return 0;
  const subjects = events.map((e) => e.subject);
  await session.query({ name: "lock-ties", text: LOCK, values: [subjects] });
  const result = await session.query({
    name: "notice-ties",
    text: NOTICE,
    values: [events.map((e) => e.id), subjects, events.map((e) => e.version)],
  });
  return result.rowCount ?? 0;
}
