/**
 * From any text to the objects and correlations it stands for. Every way in is an index: our own
 * ids by primary key, object keys as subjects, other ids as mentions, links by external id and by
 * number, effects by reference. An id as the source writes it becomes an object key with each
 * known connection and entity in front, which makes it a list of exact keys instead of a search.
 */
import type { IdKind } from "../kernel/ids.ts";
import type { Session } from "./database.ts";

export interface StoryEntrance {
  readonly how: string;
  readonly object: string | null;
  readonly correlation_id: string | null;
}

/**
 * What the text names must be seen by its events too, where row security is at work: links are
 * open to read, and knowing that a number exists is knowing something.
 */
const BY_TEXT = `
select n.how, n.object, n.correlation_id from (
select 'object' as how, w.key as object, null::uuid as correlation_id
from unnest($2::text[]) as w(key)
where exists (select 1 from event e where e.subject = w.key)
  or exists (select 1 from link l where l.object = w.key and l.target = any($3::text[]))
  or exists (select 1 from object_fetch f where f.object = w.key)
union
select 'mention', m.object, null from mention m where m.key = $1
union
select 'external id in ' || l.target, l.object, null from link l where l.external_id = $1
union
select 'number in ' || l.target, l.object, null from link l where l.number = $1
union
select 'reference in ' || f.target, f.object, null from effect f where f.reference = $1
) n
where not row_security_active('event')
  or (select coalesce(current_setting('tieout.unassigned', true), '') = 'on')
  or exists (select 1 from event e where e.subject = split_part(n.object, '#', 1))
order by 1, 2`;

/** `keys`: the text as an object key, and with each connection and entity in front of it. */
export async function findStoryByText(
  session: Session,
  text: string,
  keys: readonly string[],
  targets: readonly string[],
): Promise<StoryEntrance[]> {
  const result = await session.query<StoryEntrance>(BY_TEXT, [text, keys, targets]);
  return result.rows;
}

/**
 * By inbound, the events are read through: nothing
 * indexes that way back, for only a person at a terminal ever goes it.
 */
const BY_ID: Readonly<Partial<Record<IdKind, string>>> = {
  event: "select subject as object, correlation_id from event where id = $1",
  handoff: "select object, correlation_id from handoff where id = $1",
  inbound: "select subject as object, correlation_id from event where inbound_id = $1",
  correlation:
    "select subject as object, correlation_id from event where correlation_id = $1 limit 1",
  attempt: `select h.object, h.correlation_id from attempt a
    join handoff h on h.id = a.handoff_id or h.id = any(a.batch) where a.id = $1 limit 1`,
  outcome: `select h.object, h.correlation_id from outcome o
    join attempt a on a.id = o.attempt_id
    join handoff h on h.id = a.handoff_id or h.id = any(a.batch) where o.id = $1 limit 1`,
  exception: `select coalesce(h.object, x.object, e.subject) as object,
      coalesce(h.correlation_id, e.correlation_id) as correlation_id
    from exception_case x left join handoff h on h.id = x.handoff_id
    left join event e on e.inbound_id = x.inbound_id where x.id = $1`,
};

export async function findStoryById(
  session: Session,
  kind: IdKind,
  uuid: string,
): Promise<StoryEntrance[]> {
  const text = BY_ID[kind];
  if (text === undefined) return [];
  const result = await session.query<StoryEntrance>(text, [uuid]);
  return result.rows.map((row) => ({ ...row, how: kind }));
}

const CORRELATIONS = `
select correlation_id from event where subject = any($1::text[])
group by correlation_id order by max(id::text) desc limit $2`;

/** The stories that objects take part in, the newest first. */
export async function findCorrelations(
  session: Session,
  objects: readonly string[],
  limit: number,
): Promise<string[]> {
  const result = await session.query<{ correlation_id: string }>(CORRELATIONS, [objects, limit]);
  return result.rows.map((row) => row.correlation_id);
}

export interface StoryLink {
  readonly target: string;
  readonly object: string;
  readonly external_id: string;
  readonly number: string | null;
  readonly reference: string;
  readonly linked_at: string;
  readonly confirmed_version: string | null;
}

const LINKS = `
select l.target, l.object, l.external_id, l.number, l.reference, l.linked_at, o.confirmed_version
from link l left join object_head o on o.target = l.target and o.object = l.object
where l.object = any($1::text[]) and l.target = any($2::text[])
order by l.target, l.linked_at`;

export async function findLinks(
  session: Session,
  objects: readonly string[],
  targets: readonly string[],
): Promise<StoryLink[]> {
  const result = await session.query<StoryLink>(LINKS, [objects, targets]);
  return result.rows;
}

export interface StorySkip {
  readonly event_id: string;
  readonly flow: string;
  readonly target: string;
  readonly rule: string;
}

export async function findSkips(session: Session, events: readonly string[]): Promise<StorySkip[]> {
  const result = await session.query<StorySkip>(
    "select event_id, flow, target, rule from route_skip where event_id = any($1::uuid[])",
    [events],
  );
  return result.rows;
}

export interface StoryInbound {
  readonly id: string;
  readonly connection: string;
  readonly kind: string;
  readonly fact_id: string;
  readonly origin: string;
  readonly received_at: string;
  readonly dead_code: string | null;
  readonly dead_reason: string | null;
  readonly dead_state: string | null;
}

/** Through the events that came of them: whoever may see those may see how they came. */
const INBOUNDS = `
select distinct on (i.inbound_id) i.inbound_id as id, i.connection, i.kind, i.fact_id, i.origin,
  i.received_at, d.code as dead_code, d.reason as dead_reason, d.state as dead_state
from raw_of_event i left join dead_letter d on d.inbound_id = i.inbound_id
where i.event_id = any($1::uuid[]) order by i.inbound_id`;

export async function findInbounds(
  session: Session,
  events: readonly string[],
): Promise<StoryInbound[]> {
  const result = await session.query<StoryInbound>(INBOUNDS, [events]);
  return result.rows;
}

export interface DocumentFields {
  readonly event_id: string;
  readonly object: string;
  readonly number: string | null;
  readonly status: string | null;
  readonly date: string | null;
  readonly net: { readonly amount: string; readonly currency: string } | null;
  readonly tax: { readonly amount: string; readonly currency: string } | null;
}

/**
 * The few fields by which people recognise and compare a document, of each event. Read in the
 * database, so that the rest of the body (names, addresses) never leaves it; they are
 * never ciphered.
 */
const FIELDS = `
select id as event_id, subject as object, data ->> 'number' as number,
  data ->> 'status' as status, coalesce(data ->> 'issueDate', data ->> 'date') as date,
  case when data -> 'net' ? 'currency' then data -> 'net' end as net,
  case when data -> 'tax' ? 'currency' then data -> 'tax' end as tax
from (
  select id, subject, convert_from(data, 'UTF8')::jsonb as data
  from event where id = any($1::uuid[])) e`;

/** By event id. */
export async function findDocumentFields(
  session: Session,
  events: readonly string[],
): Promise<Map<string, DocumentFields>> {
  if (events.length === 0) return new Map();
  const result = await session.query<DocumentFields>(FIELDS, [events]);
  return new Map(result.rows.map((row) => [row.event_id, row]));
}
