/**
 * Inserts a group of new facts with all that follows from them, in one statement: a round trip
 * costs more than the rows. Each table takes its rows from parallel arrays; a table without rows
 * costs next to nothing. Handoffs to unordered targets are born ready, for nothing can hold them.
 */
import type { Session } from "./database.ts";
import type { Fact } from "./fact-rows.ts";

const INSERT = `
with i as (
  insert into inbound (id, connection, fact_id, kind, origin, received_at, body, row_hash)
  select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[],
    $6::timestamptz[], $7::bytea[], $8::bytea[])
), e as (
  insert into event (id, type, contract_version, connection, subject, version, occurred_at,
    received_at, correlation_id, inbound_id, origin, legal_entity, amount_minor, currency, refs,
    data, row_hash)
  select * from unnest($9::uuid[], $10::text[], $11::smallint[], $12::text[], $13::text[],
    $14::bigint[], $15::timestamptz[], $16::timestamptz[], $17::uuid[], $18::uuid[], $19::text[],
    $20::text[], $21::numeric[], $22::text[], $23::text[], $24::bytea[], $25::bytea[])
), h as (
  insert into handoff (id, event_id, correlation_id, target, budget, flow, flow_version, operation,
    effect, ordered, object, version, reference, class, deadline_at, legal_entity, amount_minor,
    currency, state)
  select x.*, case when x.ordered then 'waiting' else 'ready' end
  from unnest($26::uuid[], $27::uuid[], $28::uuid[], $29::text[], $30::text[], $31::text[],
    $32::integer[], $33::text[], $34::text[], $35::boolean[], $36::text[], $37::bigint[],
    $38::text[], $39::smallint[], $40::timestamptz[], $41::text[], $42::numeric[], $43::text[])
    as x(id, event_id, correlation_id, target, budget, flow, flow_version, operation, effect,
      ordered, object, version, reference, class, deadline_at, legal_entity, amount_minor, currency)
), n as (
  insert into handoff_need (target, object, handoff_id)
  select * from unnest($44::text[], $45::text[], $46::uuid[]) on conflict do nothing
), m as (
  insert into mention (key, object)
  select distinct * from unnest($47::text[], $48::text[]) order by 1, 2 on conflict do nothing
), s as (
  insert into route_skip (event_id, flow, target, rule)
  select * from unnest($49::uuid[], $50::text[], $51::text[], $52::text[])
)
insert into dead_letter (inbound_id, identity, connection, kind, code, reason)
select * from unnest($53::uuid[], $54::uuid[], $55::text[], $56::text[], $57::text[], $58::text[])`;

export async function insertFacts(session: Session, facts: readonly Fact[]): Promise<void> {
  const events = facts.flatMap((fact) => fact.events);
  const handoffs = facts.flatMap((fact) => fact.handoffs);
  const skips = facts.flatMap((fact) => fact.skips);
  const needs = handoffs.flatMap((h) => h.needs.map((object) => ({ object, handoff: h })));
  const mentions = events.flatMap((e) => e.mentions.map((key) => ({ key, object: e.subject })));
  const dead = facts.filter((fact) => fact.deadLetter !== undefined);
  const values: unknown[] = [
    facts.map((f) => f.inbound.id),
    facts.map((f) => f.inbound.connection),
    facts.map((f) => f.inbound.factId),
    facts.map((f) => f.inbound.kind),
    facts.map((f) => f.inbound.origin),
    facts.map((f) => f.inbound.receivedAt),
    facts.map((f) => f.inbound.body),
    facts.map((f) => f.inbound.rowHash),
    ...eventColumns(events),
    ...handoffColumns(handoffs),
    needs.map((n) => n.handoff.target),
    needs.map((n) => n.object),
    needs.map((n) => n.handoff.id),
    mentions.map((m) => m.key),
    mentions.map((m) => m.object),
    skips.map((s) => s.eventId),
    skips.map((s) => s.flow),
    skips.map((s) => s.target),
    skips.map((s) => s.rule),
    dead.map((f) => f.inbound.id),
    dead.map((f) => f.identity),
    dead.map((f) => f.inbound.connection),
    dead.map((f) => f.inbound.kind),
    dead.map((f) => f.deadLetter?.code),
    dead.map((f) => f.deadLetter?.reason),
  ];
  await session.query({ name: "insert-facts", text: INSERT, values });
}

type Events = Fact["events"];
type Handoffs = Fact["handoffs"];

function eventColumns(events: Events): unknown[][] {
  return [
    events.map((e) => e.id),
    events.map((e) => e.type),
    events.map((e) => e.contractVersion),
    events.map((e) => e.connection),
    events.map((e) => e.subject),
    events.map((e) => e.version),
    events.map((e) => e.occurredAt),
    events.map((e) => e.receivedAt),
    events.map((e) => e.correlationId),
    events.map((e) => e.inboundId),
    events.map((e) => e.origin),
    events.map((e) => e.legalEntity ?? null),
    events.map((e) => e.amountMinor ?? null),
    events.map((e) => e.currency ?? null),
    events.map((e) => e.refs),
    events.map((e) => e.data),
    events.map((e) => e.rowHash),
  ];
}

function handoffColumns(handoffs: Handoffs): unknown[][] {
  return [
    handoffs.map((h) => h.id),
    handoffs.map((h) => h.event.id),
    handoffs.map((h) => h.event.correlationId),
    handoffs.map((h) => h.target),
    handoffs.map((h) => h.budget),
    handoffs.map((h) => h.flow),
    handoffs.map((h) => h.flowVersion),
    handoffs.map((h) => h.operation),
    handoffs.map((h) => h.effect),
    handoffs.map((h) => h.ordered),
    handoffs.map((h) => h.event.subject),
    handoffs.map((h) => h.event.version),
    handoffs.map((h) => h.reference),
    handoffs.map((h) => h.classRank),
    handoffs.map((h) => h.deadlineAt),
    handoffs.map((h) => h.event.legalEntity ?? null),
    handoffs.map((h) => h.event.amountMinor ?? null),
    handoffs.map((h) => h.event.currency ?? null),
  ];
}
