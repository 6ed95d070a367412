/**
 * What a seat needs to build the requests of its claim: the events, the links of every object the
 * events speak of, and for handoffs sent before, the bytes of the last request.
 */
import { textArray, uuidArray } from "../connectors/kit/binary-array.ts";
import { canonicalJson } from "../kernel/canonical-json.ts";
import type { Hasher } from "../kernel/hashing.ts";
import type { Json } from "../kernel/strict-json.ts";
import type { DataRow, StoredRow } from "./bodies.ts";
import { dataReaders, openBodies } from "./bodies.ts";
import type { Session } from "./database.ts";
import type { Keyring } from "./keyring.ts";

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
  /** Whole, blank where the party is erased; read anew at each call (dataReaders in bodies.ts). */
  readonly content: () => Json;
  /** SHA-256 of the content, for what hangs on it; computed when asked, for few ask. */
  readonly contentHash: () => Uint8Array;
}

type EventRow = Omit<ClaimedEvent, "content" | "contentHash"> & DataRow;

const EVENTS = `
select id, type, subject, occurred_at, version, correlation_id, legal_entity, connection, origin,
  refs, convert_from(data, 'UTF8') as data, key_id
from event where id = any($1::uuid[])`;

export async function readClaimedEvents(
  session: Session,
  keyring: Keyring,
  hasher: Hasher,
  ids: readonly string[],
): Promise<Map<string, ClaimedEvent>> {
  const { rows } = await session.query<EventRow>({
    name: "read-claimed-events",
    text: EVENTS,
    values: [uuidArray(ids)],
  });
  const readers = await dataReaders(keyring, rows);
  const { digest } = await keyring.secrets();
  return new Map(
    rows.map((row, index) => {
      const content = (): Json => readers[index]?.().data ?? null;
      // Of the content, however its text is ordered; what is ciphered anew must keep its hash.
      const contentHash = (): Uint8Array => {
        const hash = hasher.sha256(canonicalJson(content()));
        return row.key_id === null ? hash : digest(hash);
      };
      // Told by name: to take a row apart and spread the rest costs fifteen times that.
      const event: ClaimedEvent = {
        id: row.id,
        type: row.type,
        subject: row.subject,
        occurred_at: row.occurred_at,
        version: row.version,
        correlation_id: row.correlation_id,
        legal_entity: row.legal_entity,
        connection: row.connection,
        origin: row.origin,
        refs: row.refs,
        content,
        contentHash,
      };
      return [row.id, event];
    }),
  );
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
    values: [textArray(targets), textArray(objects)],
  });
  return new Map(result.rows.map((row) => [`${row.target}\n${row.object}`, row.external_id]));
}

/**
 * `doubt_ms`: until the last send that nobody answered must have settled; negative when it has.
 * `doubt_code`, `doubt_message`: what was made of its answer, where one came.
 */
const LAST_SENDS = `
select distinct on (a.handoff_id) a.handoff_id, a.id, a.send_key, a.key_id, a.request as bytes,
  (extract(epoch from d.settles_at - now()) * 1000)::float8 as doubt_ms, u.code as doubt_code,
  u.message as doubt_message
from attempt a
left join lateral (
  select max(t.settles_at) as settles_at from attempt t
  where t.handoff_id = a.handoff_id and t.kind = 'send' and not exists (
    select 1 from outcome o
    where o.attempt_id = t.id and o.handoff_id = a.handoff_id
      and o.class in ('done', 'refused', 'later', 'not-started', 'kept-otherwise',
        'unfinished'))) d on true
left join lateral (
  select o.code, o.message from outcome o
  where o.handoff_id = a.handoff_id and o.class = 'unknown' order by o.id desc limit 1) u on true
where a.handoff_id = any($1::uuid[]) and a.kind = 'send'
order by a.handoff_id, a.id desc`;

export interface LastSend {
  readonly handoff_id: string;
  readonly send_key: string;
  /** Undefined where it is kept no longer. */
  readonly request: Uint8Array | undefined;
  readonly doubt_ms: number | null;
  readonly doubt_code: string | null;
  readonly doubt_message: string | null;
}

/** What brought the same effect there for another handoff, found by their object's events. */
const TWIN_SENDS = `
select h.id as handoff_id, s.id, s.send_key, s.key_id, s.bytes, null::float8 as doubt_ms,
  null::text as doubt_code, null::text as doubt_message
from handoff h cross join lateral (
  select a.id, a.send_key, a.key_id, a.request as bytes
  from event e join handoff t on t.event_id = e.id and t.reference = h.reference and t.id <> h.id
  join attempt a on a.handoff_id = t.id and a.kind = 'send'
  where e.subject = h.object order by a.id desc limit 1) s
where h.id = any ($1::uuid[])`;

/** For handoffs that were never sent because their fact had been told before. */
export function readTwinSends(
  session: Session,
  keyring: Keyring,
  handoffs: readonly string[],
): Promise<Map<string, LastSend>> {
  return readSends(session, keyring, { name: "read-twin-sends", text: TWIN_SENDS }, handoffs);
}

type SendRow = Omit<LastSend, "request"> & StoredRow;

export function readLastSends(
  session: Session,
  keyring: Keyring,
  handoffs: readonly string[],
): Promise<Map<string, LastSend>> {
  return readSends(session, keyring, { name: "read-last-sends", text: LAST_SENDS }, handoffs);
}

async function readSends(
  session: Session,
  keyring: Keyring,
  query: { readonly name: string; readonly text: string },
  handoffs: readonly string[],
): Promise<Map<string, LastSend>> {
  if (handoffs.length === 0) return new Map();
  const { rows } = await session.query<SendRow>({ ...query, values: [uuidArray(handoffs)] });
  const opened = await openBodies(keyring, "attempt", rows);
  return new Map(
    rows.map(({ bytes: _, id: __, key_id: ___, ...row }, index) => [
      row.handoff_id,
      { ...row, request: opened[index] },
    ]),
  );
}
