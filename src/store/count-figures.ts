/**
 * The figures of a ledger for metrics: a handful of set-based statements, none per row. They read
 * the open work and the counts of the rest; the caller decides how often that is worth it.
 */
import type { Session } from "./database.ts";
import type { SealTail } from "./read-evidence.ts";
import { countTail } from "./read-evidence.ts";

export interface HandoffCount {
  readonly target: string;
  readonly state: string;
  readonly handoffs: number;
}

const HANDOFFS = `
select target, state, count(*)::int as handoffs from handoff group by 1, 2`;

export interface WaitFigure {
  readonly target: string;
  readonly wait: string;
  readonly handoffs: number;
  readonly oldest_seconds: number;
}

/**
 * Places in an object's queue come from one window over the open handoffs, lacking needs from one
 * join: the reasons of a hundred thousand waiting rows in a fraction of a second.
 */
const WAITS = `
with open as (
  select h.id, h.target, h.budget, h.state, h.not_before, h.created_at, h.ordered,
    row_number() over (partition by h.target, h.object, h.ordered order by h.version, h.id) as place
  from handoff h where h.state not in ('confirmed', 'excluded', 'superseded')
), lacking as (
  select distinct n.handoff_id from handoff_need n
  left join link l on l.target = n.target and l.object = n.object where l.object is null
), told as (
  select o.target, o.created_at, case o.state
    when 'ready' then case when not p.allowed then 'sending-off'
      when b.paused_until > now() then 'budget-paused' else 'queued' end
    when 'sent' then 'in-flight' when 'unknown' then 'in-doubt'
    when 'awaiting' then 'awaiting-target' when 'excepted' then 'exception'
    else case when o.not_before > now() then 'not-before'
      when o.ordered and o.place > 1 then 'parked'
      when k.handoff_id is not null then 'need' else 'due' end
  end as wait
  from open o left join lacking k on k.handoff_id = o.id left join budget b on b.name = o.budget
  cross join sending_permission p
)
select target, wait, count(*)::int as handoffs,
  extract(epoch from now() - min(created_at))::float8 as oldest_seconds
from told group by 1, 2`;

export interface PendingFigure {
  readonly target: string;
  readonly entity: string;
  readonly objects: number;
}

/** A subscription is pending where an open handoff is about it or its document names it. */
const PENDING = `
with open as (
  select h.target, h.object, h.event_id from handoff h
  where h.state not in ('confirmed', 'excluded', 'superseded')
)
select target, split_part(object, '/', 2) as entity, count(distinct object)::int as objects
from open where split_part(object, '/', 2) <> 'subscription' group by 1, 2
union all
select o.target, 'subscription', count(distinct s.key)::int
from open o join event e on e.id = o.event_id
cross join lateral (
  select o.object as key where split_part(o.object, '/', 2) = 'subscription'
  union all
  select substring(e.refs from '"key":"([^"]*/subscription/[^"]*)"')) s
where s.key is not null group by 1`;

export interface ExceptionFigure {
  readonly code: string;
  readonly cases: number;
  readonly oldest_seconds: number;
  readonly minors: Readonly<Record<string, string>> | null;
}

const EXCEPTIONS = `
select code, sum(n)::int as cases,
  max(extract(epoch from now() - oldest))::float8 as oldest_seconds,
  jsonb_object_agg(currency, minor) filter (where currency is not null and minor is not null)
    as minors
from (
  select code, currency, count(*) as n, min(opened_at) as oldest, sum(amount_minor)::text as minor
  from exception_case where state = 'open' group by code, currency) x
group by code`;

const DEAD = `
select connection, code, count(*)::int as letters from dead_letter where state = 'open'
group by 1, 2`;

/** The server's own statistics: counting the log would cost more than the figure is worth. */
const EVENTS = `
select coalesce(sum(s.n_live_tup), 0)::float8 as events
from pg_inherits i join pg_class p on p.oid = i.inhparent and p.relname = 'event'
join pg_stat_user_tables s on s.relid = i.inhrelid`;

export interface LedgerFigures {
  readonly handoffs: readonly HandoffCount[];
  readonly waits: readonly WaitFigure[];
  readonly pending: readonly PendingFigure[];
  readonly exceptions: readonly ExceptionFigure[];
  readonly deadLetters: readonly { connection: string; code: string; letters: number }[];
  readonly events: number;
  readonly unsealed: SealTail;
}

export async function countFigures(session: Session): Promise<LedgerFigures> {
  const handoffs = await session.query<HandoffCount>(HANDOFFS);
  const waits = await session.query<WaitFigure>(WAITS);
  const pending = await session.query<PendingFigure>(PENDING);
  const exceptions = await session.query<ExceptionFigure>(EXCEPTIONS);
  const dead = await session.query<LedgerFigures["deadLetters"][number]>(DEAD);
  const events = await session.query<{ events: number }>(EVENTS);
  const unsealed = await countTail(session);
  return {
    handoffs: handoffs.rows,
    waits: waits.rows,
    pending: pending.rows,
    exceptions: exceptions.rows,
    deadLetters: dead.rows,
    events: events.rows[0]?.events ?? 0,
    unsealed,
  };
}
