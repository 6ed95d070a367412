/**
 * Inserts a group of facts with all that follows from them, in one statement: a round trip costs
 * more than the rows. Each table takes its rows from parallel arrays; a table without rows costs
 * next to nothing. Handoffs to unordered targets are born ready, for nothing can hold them.
 *
 * So is the first handoff that an object ever had, when all it needs is linked: nothing can be
 * before it. "First" is proved by the head row that each ordered handoff makes here: whoever
 * inserts it is alone, and a racing transaction with another handoff of the object waits for this
 * one and finds the head taken. All others are released after the commit, as ever. Only needs that
 * are not linked are written down; a link is for good, so what is left out here never lacks later.
 *
 * Two callers, one text. Facts that need nothing else claim their identities right here: what was
 * told before is left out by the join with what could be claimed, and the statement is its own
 * transaction. Facts whose identities the caller has claimed are named in $59.
 *
 * Bodies travel as one binary value with offsets: as an array they would be written in hexadecimal
 * and escaped, twice the bytes and a tenth of the hub's time. The other long columns travel in
 * binary for the same reason.
 */
import { byteaArray, textArray, uuidArray } from "../connectors/kit/binary-array.ts";
import type { Session } from "./database.ts";
import type { Fact, StoredFact } from "./fact-rows.ts";

const INSERT = `
with claimed as (
  insert into event_identity (identity, stable_hash, inbound_id, verdict, rule)
  select * from unnest($60::uuid[], $61::bytea[], $62::uuid[], $63::text[], $64::text[])
  on conflict (identity) do nothing
  returning inbound_id
), fresh as (
  select inbound_id from claimed union all select unnest($59::uuid[])
), i as (
  insert into inbound (id, connection, fact_id, kind, origin, received_at, body, key_id, row_hash)
  select x.id, x.connection, x.fact_id, x.kind, x.origin, x.received_at,
    substr($65::bytea, x.starts, x.bytes), x.key_id, x.row_hash
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[],
    $6::timestamptz[], $7::integer[], $66::integer[], $73::integer[], $8::bytea[])
    as x(id, connection, fact_id, kind, origin, received_at, starts, bytes, key_id, row_hash)
  join fresh on fresh.inbound_id = x.id
), e as (
  insert into event (id, type, contract_version, connection, subject, version, occurred_at,
    received_at, correlation_id, inbound_id, origin, legal_entity, amount_minor, currency, refs,
    data, key_id, row_hash)
  select x.id, x.type, x.contract_version, x.connection, x.subject, x.version, x.occurred_at,
    x.received_at, x.correlation_id, x.inbound_id, x.origin, x.legal_entity, x.amount_minor,
    x.currency, x.refs, substr($65::bytea, x.starts, x.bytes), x.key_id, x.row_hash
  from unnest($9::uuid[], $10::text[], $11::smallint[], $12::text[], $13::text[],
    $14::bigint[], $15::timestamptz[], $16::timestamptz[], $17::uuid[], $18::uuid[], $19::text[],
    $20::text[], $21::numeric[], $22::text[], $23::text[], $24::integer[], $67::integer[],
    $74::integer[], $25::bytea[])
    as x(id, type, contract_version, connection, subject, version, occurred_at, received_at,
      correlation_id, inbound_id, origin, legal_entity, amount_minor, currency, refs, starts,
      bytes, key_id, row_hash)
  join fresh on fresh.inbound_id = x.inbound_id
), needed as materialized (
  select x.target, x.object, x.handoff_id
  from unnest($44::text[], $45::text[], $46::uuid[], $69::uuid[])
    as x(target, object, handoff_id, inbound_id)
  join fresh on fresh.inbound_id = x.inbound_id
  where not exists (select 1 from link l where l.target = x.target and l.object = x.object)
), born as materialized (
  select x.id, x.event_id, x.correlation_id, x.target, x.budget, x.flow, x.flow_version,
    x.operation, x.effect, x.ordered, x.object, x.version, x.reference, x.class, x.deadline_at,
    x.legal_entity, x.amount_minor, x.currency,
    x.lone and x.id not in (select handoff_id from needed) as free
  from unnest($26::uuid[], $27::uuid[], $28::uuid[], $29::text[], $30::text[], $31::text[],
    $32::integer[], $33::text[], $34::text[], $35::boolean[], $36::text[], $37::bigint[],
    $38::text[], $39::smallint[], $40::timestamptz[], $41::text[], $42::numeric[], $43::text[],
    $68::uuid[], $72::boolean[])
    as x(id, event_id, correlation_id, target, budget, flow, flow_version, operation, effect,
      ordered, object, version, reference, class, deadline_at, legal_entity, amount_minor, currency,
      inbound_id, lone)
  join fresh on fresh.inbound_id = x.inbound_id
), heads as (
  insert into object_head (target, object, open_handoff)
  select target, object, case when free then id end
  from born where ordered order by target, object
  on conflict do nothing
  returning open_handoff
), first as (
  select open_handoff as id from heads where open_handoff is not null
), h as (
  insert into handoff (id, event_id, correlation_id, target, budget, flow, flow_version, operation,
    effect, ordered, object, version, reference, class, deadline_at, legal_entity, amount_minor,
    currency, state)
  select id, event_id, correlation_id, target, budget, flow, flow_version, operation, effect,
    ordered, object, version, reference, class, deadline_at, legal_entity, amount_minor, currency,
    case when not ordered or id in (select id from first) then 'ready' else 'waiting' end
  from born
), n as (
  insert into handoff_need (target, object, handoff_id)
  select target, object, handoff_id from needed on conflict do nothing
), m as (
  insert into mention (key, object)
  select distinct x.key, x.object from unnest($47::text[], $48::text[], $70::uuid[])
    as x(key, object, inbound_id)
  join fresh on fresh.inbound_id = x.inbound_id
  order by 1, 2 on conflict do nothing
), s as (
  insert into route_skip (event_id, flow, target, rule)
  select x.event_id, x.flow, x.target, x.rule
  from unnest($49::uuid[], $50::text[], $51::text[], $52::text[], $71::uuid[])
    as x(event_id, flow, target, rule, inbound_id)
  join fresh on fresh.inbound_id = x.inbound_id
  -- Two routes of one flow may be closed by one rule.
  on conflict do nothing
), d as (
  insert into dead_letter (inbound_id, identity, connection, kind, code, reason)
  select * from unnest($53::uuid[], $54::uuid[], $55::text[], $56::text[], $57::text[], $58::text[])
)
select inbound_id as id, 'claimed' as what from claimed
union all
select id, 'ready' from first`;

export interface Inserted {
  /** Inbound ids whose identities were claimed here; empty with identities claimed before. */
  readonly claimed: ReadonlySet<string>;
  /** Ordered handoffs that were born ready. */
  readonly ready: ReadonlySet<string>;
}

/** `claim`: the statement takes the identities itself. */
export async function insertFacts(
  session: Session,
  facts: readonly StoredFact[],
  claim: boolean,
): Promise<Inserted> {
  const events = facts.flatMap((fact) => fact.events);
  const handoffs = facts.flatMap((fact) => fact.handoffs);
  const skips = facts.flatMap((fact) => fact.skips.map((skip) => ({ skip, fact })));
  const needs = handoffs.flatMap((h) => h.needs.map((object) => ({ object, handoff: h })));
  const mentions = events.flatMap((e) => e.mentions.map((key) => ({ key, event: e })));
  const dead = facts.filter((fact) => fact.deadLetter !== undefined);
  const raws = facts.map((f) => f.bodies.inbound);
  const datas = facts.flatMap((f) => f.bodies.events);
  const blob = layOut([...raws, ...datas].map((one) => one.bytes));
  const claims = claim ? facts : [];
  const values: unknown[] = [
    uuidArray(facts.map((f) => f.inbound.id)),
    textArray(facts.map((f) => f.inbound.connection)),
    textArray(facts.map((f) => f.inbound.factId)),
    textArray(facts.map((f) => f.inbound.kind)),
    textArray(facts.map((f) => f.inbound.origin)),
    facts.map((f) => f.inbound.receivedAt),
    blob.starts.slice(0, facts.length),
    byteaArray(raws.map((one) => one.rowHash)),
    ...eventColumns(events, blob.starts.slice(facts.length)),
    byteaArray(datas.map((one) => one.rowHash)),
    ...handoffColumns(handoffs),
    textArray(needs.map((n) => n.handoff.target)),
    textArray(needs.map((n) => n.object)),
    uuidArray(needs.map((n) => n.handoff.id)),
    textArray(mentions.map((m) => m.key)),
    textArray(mentions.map((m) => m.event.subject)),
    uuidArray(skips.map(({ skip }) => skip.eventId)),
    textArray(skips.map(({ skip }) => skip.flow)),
    textArray(skips.map(({ skip }) => skip.target)),
    textArray(skips.map(({ skip }) => skip.rule)),
    uuidArray(dead.map((f) => f.inbound.id)),
    uuidArray(dead.map((f) => f.identity)),
    textArray(dead.map((f) => f.inbound.connection)),
    textArray(dead.map((f) => f.inbound.kind)),
    textArray(dead.map((f) => f.deadLetter?.code)),
    textArray(dead.map((f) => f.deadLetter?.reason)),
    uuidArray(claim ? [] : facts.map((f) => f.inbound.id)),
    uuidArray(claims.map((f) => f.identity)),
    byteaArray(claims.map((f) => f.stableHash)),
    uuidArray(claims.map((f) => f.inbound.id)),
    textArray(claims.map((f) => f.verdict)),
    textArray(claims.map((f) => f.rule)),
    blob.bytes,
    raws.map((one) => one.bytes.length),
    datas.map((one) => one.bytes.length),
    uuidArray(handoffs.map((h) => h.event.inboundId)),
    uuidArray(needs.map((n) => n.handoff.event.inboundId)),
    uuidArray(mentions.map((m) => m.event.inboundId)),
    uuidArray(skips.map(({ fact }) => fact.inbound.id)),
    loneAmong(handoffs),
    raws.map((one) => one.keyId),
    datas.map((one) => one.keyId),
  ];
  const query = { name: "insert-facts", text: INSERT, values };
  const result = await session.query<{ id: string; what: string }>(query);
  const ids = (what: string) =>
    new Set(result.rows.filter((row) => row.what === what).map((row) => row.id));
  return { claimed: ids("claimed"), ready: ids("ready") };
}

/** Parts one after the other; a start counts from 1, as SQL does. */
function layOut(parts: readonly Uint8Array[]): { bytes: Buffer; starts: number[] } {
  const starts: number[] = [];
  let at = 1;
  for (const part of parts) {
    starts.push(at);
    at += part.length;
  }
  return { bytes: Buffer.concat(parts), starts };
}

/** True for each ordered handoff whose object has no other one in the group. */
function loneAmong(handoffs: Handoffs): boolean[] {
  const count = new Map<string, number>();
  const keyOf = (h: Handoffs[number]): string => `${h.target}\n${h.event.subject}`;
  for (const h of handoffs) if (h.ordered) count.set(keyOf(h), (count.get(keyOf(h)) ?? 0) + 1);
  return handoffs.map((h) => h.ordered && count.get(keyOf(h)) === 1);
}

type Events = Fact["events"];
type Handoffs = Fact["handoffs"];

function eventColumns(events: Events, starts: number[]): unknown[] {
  return [
    uuidArray(events.map((e) => e.id)),
    textArray(events.map((e) => e.type)),
    events.map((e) => e.contractVersion),
    textArray(events.map((e) => e.connection)),
    textArray(events.map((e) => e.subject)),
    events.map((e) => e.version),
    events.map((e) => e.occurredAt),
    events.map((e) => e.receivedAt),
    uuidArray(events.map((e) => e.correlationId)),
    uuidArray(events.map((e) => e.inboundId)),
    textArray(events.map((e) => e.origin)),
    textArray(events.map((e) => e.legalEntity)),
    events.map((e) => e.amountMinor ?? null),
    textArray(events.map((e) => e.currency)),
    textArray(events.map((e) => e.refs)),
    starts,
  ];
}

function handoffColumns(handoffs: Handoffs): unknown[] {
  return [
    uuidArray(handoffs.map((h) => h.id)),
    uuidArray(handoffs.map((h) => h.event.id)),
    uuidArray(handoffs.map((h) => h.event.correlationId)),
    textArray(handoffs.map((h) => h.target)),
    textArray(handoffs.map((h) => h.budget)),
    textArray(handoffs.map((h) => h.flow)),
    handoffs.map((h) => h.flowVersion),
    textArray(handoffs.map((h) => h.operation)),
    textArray(handoffs.map((h) => h.effect)),
    handoffs.map((h) => h.ordered),
    textArray(handoffs.map((h) => h.event.subject)),
    handoffs.map((h) => h.event.version),
    textArray(handoffs.map((h) => h.reference)),
    handoffs.map((h) => h.classRank),
    handoffs.map((h) => h.deadlineAt),
    textArray(handoffs.map((h) => h.event.legalEntity)),
    handoffs.map((h) => h.event.amountMinor ?? null),
    textArray(handoffs.map((h) => h.event.currency)),
  ];
}
