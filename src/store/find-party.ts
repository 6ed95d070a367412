/**
 * What the ledger holds of one party: the events that are its own or name it as their customer, and
 * what hangs on them. Read whole, for a party has some thousand events at most.
 */
import type { DataRow } from "./bodies.ts";
import type { Session } from "./database.ts";

export interface PartyEvent extends DataRow {
  readonly type: string;
  readonly contract_version: number;
  readonly subject: string;
  readonly occurred_at: string;
  readonly inbound_id: string;
}

/**
 * The reference is found by the index event_customer_id, which reads the customer's id by the same
 * expression; ids of two sources may be the same, so the whole key is compared as well.
 */
const EVENTS = `
select id, type, contract_version, subject, occurred_at, inbound_id, key_id, data
from event where subject = $1
union all
select id, type, contract_version, subject, occurred_at, inbound_id, key_id, data
from event where refs like '%/customer/%'
  and split_part(split_part(refs, '/customer/', 2), '"', 1) = split_part($1, '/customer/', 2)
  and substring(refs from '"key":"([^"]*/customer/[^"]*)"') = $1 and subject <> $1
order by id`;

export async function findPartyEvents(session: Session, party: string): Promise<PartyEvent[]> {
  return (await session.query<PartyEvent>(EVENTS, [party])).rows;
}

export interface PartyHandoff {
  readonly id: string;
  readonly target: string;
  readonly object: string;
  readonly state: string;
}

const HANDOFFS = `
select id, target, object, state from handoff where event_id = any($1::uuid[]) order by id`;

export async function findHandoffsOf(
  session: Session,
  events: readonly string[],
): Promise<PartyHandoff[]> {
  return (await session.query<PartyHandoff>(HANDOFFS, [events])).rows;
}

const ATTEMPTS = `
select a.id, a.handoff_id, a.kind, a.created_at, a.key_id, a.request as bytes, o.id as outcome_id,
  o.message, o.answer
from attempt a left join outcome o on o.attempt_id = a.id and o.handoff_id = a.handoff_id
where a.handoff_id = any($1::uuid[]) order by a.id, o.id`;

export interface PartyAttempt {
  readonly id: string;
  readonly handoff_id: string;
  readonly kind: string;
  readonly created_at: string;
  readonly key_id: number | null;
  readonly bytes: Buffer | null;
  readonly outcome_id: string | null;
  readonly message: string | null;
  readonly answer: string | null;
}

/** A row for each outcome, and one for an attempt without. */
export async function findAttemptsOf(
  session: Session,
  handoffs: readonly string[],
): Promise<PartyAttempt[]> {
  return (await session.query<PartyAttempt>(ATTEMPTS, [handoffs])).rows;
}

export interface InboundBody {
  readonly id: string;
  readonly key_id: number | null;
  readonly bytes: Buffer;
}

export async function findInboundBodies(
  session: Session,
  ids: readonly string[],
): Promise<InboundBody[]> {
  const text =
    "select id, key_id, body as bytes from inbound where id = any($1::uuid[]) order by id";
  return (await session.query<InboundBody>(text, [ids])).rows;
}

/** Messages that became no event: ignored, not understood, or a contradiction. By their ids. */
const LOOSE = `
select i.id, i.key_id, i.body as bytes from inbound i
where i.id > $1 and not exists (
  select from event_identity t where t.inbound_id = i.id and t.verdict = 'events')
order by i.id limit $2`;

export async function* eachLooseBody(session: Session): AsyncIterable<InboundBody[]> {
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const { rows } = await session.query<InboundBody>(LOOSE, [after, 500]);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.id;
  }
}

export interface PartyPlace {
  readonly target: string;
  readonly documents: number;
}

/** Where effects of ours about these objects are, by target. */
const PLACES = `
select target, count(*)::integer as documents from link
where object = any($1::text[]) group by target order by target`;

export async function findPlaces(
  session: Session,
  objects: readonly string[],
): Promise<PartyPlace[]> {
  return (await session.query<PartyPlace>(PLACES, [objects])).rows;
}
