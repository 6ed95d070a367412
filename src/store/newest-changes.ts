/**
 * A figure per list that is another one as soon as something of the list changed. Read once a
 * second while somebody looks, so it must cost nothing: every change of a handoff leaves an
 * attempt, an outcome, an inbound message or an act of a person, whose ids begin with the time, so
 * the newest of each is the last entry of an index.
 */
import type { Session } from "./database.ts";

const newest = (table: string): string => `(select id from ${table} order by id desc limit 1)`;

const FIGURES = `
select concat_ws(' ', ${newest("inbound")}, ${newest("attempt")}, ${newest("outcome")},
    ${newest("audit")}) as handoffs,
  concat_ws(' ', ${newest("inbound")}) as events,
  concat_ws(' ', (select count(*) from exception_case where state = 'open'),
    (select max(opened_at) from exception_case where state = 'open'), ${newest("audit")},
    (select count(*) from proposal where state = 'open')) as exceptions,
  concat_ws(' ', (select string_agg(concat_ws(':', name, paused_until), ' ' order by name)
      from budget),
    (select string_agg(concat_ws(':', name, seen_at > now() - interval '10 seconds'), ' '
      order by name) from hub),
    (select allowed from sending_permission)) as connections`;

export const liveLists = ["handoffs", "events", "exceptions", "connections"] as const;
export type LiveList = (typeof liveLists)[number];

export async function newestChanges(session: Session): Promise<Readonly<Record<LiveList, string>>> {
  const row = (await session.query<Record<LiveList, string>>(FIGURES)).rows[0];
  return row ?? { handoffs: "", events: "", exceptions: "", connections: "" };
}
