/**
 * Conservation: what the source told = confirmed + open + excepted + excluded + superseded, and
 * what a rule skipped, in count and minor units, per currency.
 *
 * Amounts are taken from the events on one side and from the handoffs on the other, so that a
 * handoff that lost, doubled or changed its event's money shows. An event that no route of a flow
 * saw shows as well, from the moment on at which that flow began to route its type.
 */

import type { LedgerFinding } from "./check-rows.ts";
import { checkRows } from "./check-rows.ts";
import type { Session } from "./database.ts";

const COUNTS = `
select (select count(*)::int from handoff) as handoffs,
  (select count(*)::int from route_skip) as skips, (select count(*)::int from event) as events`;

const BROKEN = `
select 'event handed off twice' as what, array_agg(h.id::text order by h.id) as ids,
  h.operation || ' ' || min(h.object) || ' to ' || h.target || ' through ' || h.flow as detail
from handoff h group by h.event_id, h.target, h.flow, h.operation, h.reference having count(*) > 1
union all
select 'handoff with other money than its event', array[h.id::text, e.id::text],
  coalesce(h.amount_minor::text || ' ' || h.currency, 'none') || ' of '
    || coalesce(e.amount_minor::text || ' ' || e.currency, 'none') || ' (minor units)'
from handoff h join event e on e.id = h.event_id
where h.amount_minor is distinct from e.amount_minor or h.currency is distinct from e.currency
union all
select 'event that a flow neither handed off nor skipped', array[e.id::text],
  e.type || ' ' || e.subject || ' and flow ' || seen.flow
from (
  select flow, type, connection, min(recorded_at) as since from (
    select h.flow, e.type, e.connection, e.recorded_at
    from handoff h join event e on e.id = h.event_id
    union all
    select s.flow, e.type, e.connection, e.recorded_at
    from route_skip s join event e on e.id = s.event_id) routed
  group by flow, type, connection) seen
join event e on e.type = seen.type and e.connection = seen.connection
  and e.recorded_at >= seen.since
where not exists (select 1 from handoff h where h.event_id = e.id and h.flow = seen.flow)
  and not exists (select 1 from route_skip s where s.event_id = e.id and s.flow = seen.flow)`;

export function checkConservation(session: Session): Promise<LedgerFinding> {
  return checkRows(session, { counts: COUNTS, broken: BROKEN });
}

export interface ConservationFigure {
  readonly target: string;
  readonly entity: string;
  readonly currency: string | null;
  readonly source_count: number;
  readonly source_minor: string | null;
  readonly by_state: Readonly<Record<string, { count: number; minor: string | null }>>;
}

/** Both sides of the sum per target, entity and currency; rule skips are a state of their own. */
const FIGURES = `
with line as (
  select h.target, split_part(e.type, '.', 1) as entity, e.currency, h.state,
    e.amount_minor as told, h.amount_minor as handed
  from handoff h join event e on e.id = h.event_id
  union all
  select s.target, split_part(e.type, '.', 1), e.currency, 'skipped', e.amount_minor, e.amount_minor
  from route_skip s join event e on e.id = s.event_id
), per_state as (
  select target, entity, currency, state, count(*)::int as n, sum(told) as told,
    sum(handed) as handed
  from line group by 1, 2, 3, 4
)
select target, entity, currency, sum(n)::int as source_count, sum(told)::text as source_minor,
  jsonb_object_agg(state, jsonb_build_object('count', n, 'minor', handed::text)) as by_state
from per_state group by 1, 2, 3 order by 1, 2, 3`;

export async function listConservationFigures(session: Session): Promise<ConservationFigure[]> {
  return (await session.query<ConservationFigure>(FIGURES)).rows;
}

export interface ConfirmedEffect {
  readonly handoff_id: string;
  readonly operation: string;
  readonly reference: string;
  readonly amount_minor: string | null;
  readonly currency: string | null;
}

const CONFIRMED = `
select id as handoff_id, operation, reference, amount_minor, currency
from handoff where target = $1 and state = 'confirmed' and effect = 'fact'`;

/** Facts that a target is said to have, to be held against its own documents. */
export async function listConfirmedFacts(
  session: Session,
  target: string,
): Promise<ConfirmedEffect[]> {
  return (await session.query<ConfirmedEffect>(CONFIRMED, [target])).rows;
}
