/**
 * What a seat needs to build the requests of its claim: the events, the links of every object the
 * events speak of, and for handoffs sent before, the bytes of the last request.
 */
import type { Session } from "./database.ts";

export interface ClaimedEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly occurred_at: string;
  readonly version: string;
  readonly correlation_id: string;
  readonly legal_entity: string | null;
  readonly connection: string;
  readonly origin: string;
  readonly refs: string;
  readonly data: Buffer;
}

const EVENTS = `
select id, type, subject, occurred_at, version, correlation_id, legal_entity, connection, origin,
  refs, data
from event where id = any($1::uuid[])`;

export async function readClaimedEvents(
  session: Session,
  ids: readonly string[],
): Promise<Map<string, ClaimedEvent>> {
  const result = await session.query<ClaimedEvent>({
    name: "read-claimed-events",
    text: EVENTS,
    values: [ids],
  });
  return new Map(result.rows.map((row) => [row.id, row]));
}

const LINKS = `
select l.target, l.object, l.external_id
from unnest($1::text[], $2::text[]) as w(target, object)
join link l on l.target = w.target and l.object = w.object`;

/** Keyed by target and object, with a line break between. */
export async function readLinks(
  session: Session,
  targets: readonly string[],
  objects: readonly string[],
): Promise<Map<string, string>> {
  const result = await session.query<{ target: string; object: string; external_id: string }>({
    name: "read-links",
    text: LINKS,
    values: [targets, objects],
  });
  return new Map(result.rows.map((row) => [`${row.target}\n${row.object}`, row.external_id]));
}

/** `doubt_ms`: until the last send that nobody answered must have settled; negative when it has. */
const LAST_SENDS = `
select distinct on (a.handoff_id) a.handoff_id, a.send_key, a.request, a.request_hash,
  (extract(epoch from d.settles_at - now()) * 1000)::float8 as doubt_ms
from attempt a
left join lateral (
  select max(t.settles_at) as settles_at from attempt t
  where t.handoff_id = a.handoff_id and t.kind = 'send' and not exists (
    select 1 from outcome o
    where o.attempt_id = t.id and o.handoff_id = a.handoff_id
      and o.class in ('done', 'refused', 'later', 'not-started', 'kept-otherwise'))) d on true
where a.handoff_id = any($1::uuid[]) and a.kind = 'send'
order by a.handoff_id, a.id desc`;

export interface LastSend {
  readonly handoff_id: string;
  readonly send_key: string;
  readonly request: Buffer;
  readonly request_hash: Buffer;
  readonly doubt_ms: number | null;
}

/** What brought the same effect there for another handoff, found by their object's events. */
const TWIN_SENDS = `
select h.id as handoff_id, s.send_key, s.request, s.request_hash, null::float8 as doubt_ms
from handoff h cross join lateral (
  select a.send_key, a.request, a.request_hash
  from event e join handoff t on t.event_id = e.id and t.reference = h.reference and t.id <> h.id
  join attempt a on a.handoff_id = t.id and a.kind = 'send'
  where e.subject = h.object order by a.id desc limit 1) s
where h.id = any ($1::uuid[])`;

/** For handoffs that were never sent because their fact had been told before. */
export async function readTwinSends(
  session: Session,
  handoffs: readonly string[],
): Promise<Map<string, LastSend>> {
  if (handoffs.length === 0) return new Map();
  const result = await session.query<LastSend>({
    name: "read-twin-sends",
    text: TWIN_SENDS,
    values: [handoffs],
  });
  return new Map(result.rows.map((row) => [row.handoff_id, row]));
}

export async function readLastSends(
  session: Session,
  handoffs: readonly string[],
): Promise<Map<string, LastSend>> {
  if (handoffs.length === 0) return new Map();
  const result = await session.query<LastSend>({
    name: "read-last-sends",
    text: LAST_SENDS,
    values: [handoffs],
  });
  return new Map(result.rows.map((row) => [row.handoff_id, row]));
}
