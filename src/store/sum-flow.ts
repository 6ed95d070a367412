/**
 * The flow of a day, and all that is open from before: each business object counts once per target,
 * with the state and the amount of its newest handoff. Summing handoffs instead would count an
 * invoice at its finalisation and again at its payment. Handoff ids begin with the time they were
 * made, so a day is a range of the primary key.
 */
import type { Session } from "./database.ts";

export interface FlowRow {
  readonly source: string;
  readonly target: string;
  readonly entity: string;
  readonly state: string;
  readonly objects: number;
  readonly oldest_at: string;
  readonly minors: Readonly<Record<string, string>> | null;
  readonly open: boolean;
}

const FLOW = `
with chosen as (
  select target, object, version, id, state, amount_minor, currency, created_at from handoff
  where id >= $1::uuid or state not in ('confirmed', 'excluded', 'superseded')
), newest as (
  select distinct on (target, object) *,
    state not in ('confirmed', 'excluded', 'superseded') as open
  from chosen where state <> 'superseded' order by target, object, version desc, id desc
), told as (
  select split_part(object, '/', 1) as source, target, split_part(object, '/', 2) as entity, state,
    open, currency, count(*) as objects, min(created_at) as oldest_at, sum(amount_minor) as minor
  from newest group by 1, 2, 3, 4, 5, 6
)
select source, target, entity, state, open, sum(objects)::int as objects,
  min(oldest_at) as oldest_at,
  jsonb_object_agg(currency, minor::text) filter (where currency is not null and minor is not null)
    as minors
from told group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4`;

/** `since`: the smallest id that a handoff made in the time in question can have. */
export async function sumFlow(session: Session, since: string): Promise<FlowRow[]> {
  return (await session.query<FlowRow>(FLOW, [since])).rows;
}

export interface AgeRow {
  readonly bucket: number;
  readonly cases: number;
  readonly minors: Readonly<Record<string, string>> | null;
}

/** Buckets as controllers count them: 0 to 1, 2 to 3, 4 to 7, 8 to 30, more than 30 days. */
const AGES = `
with aged as (
  select width_bucket(extract(epoch from now() - opened_at) / 86400, array[2, 4, 8, 31]) as bucket,
    currency, count(*) as cases, sum(amount_minor) as minor
  from exception_case where state = 'open' group by 1, 2
)
select bucket, sum(cases)::int as cases,
  jsonb_object_agg(currency, minor::text) filter (where currency is not null and minor is not null)
    as minors
from aged group by 1 order by 1`;

export async function sumAges(session: Session): Promise<AgeRow[]> {
  return (await session.query<AgeRow>(AGES)).rows;
}

const DEAD = "select count(*)::int as letters from dead_letter where state = 'open'";

export async function countDeadLetters(session: Session): Promise<number> {
  return (await session.query<{ letters: number }>(DEAD)).rows[0]?.letters ?? 0;
}
