/**
 * Open exceptions, grouped by cause: one remedy, many cases. Money is kept apart per currency.
 *
 * The dependants of a cause are the waiting handoffs that cannot go before it is settled: parked
 * behind one of its objects, or in need of one, or of an object that is itself held so. The
 * recursion runs over (target, object), a few per case, and not over the handoffs.
 */
import type { Session } from "./database.ts";

export interface CauseGroup {
  readonly cause: string;
  readonly code: string;
  readonly title: string;
  readonly kind: string;
  readonly owner_role: string;
  readonly target: string | null;
  readonly cases: number;
  readonly minors: Readonly<Record<string, string>> | null;
  readonly without_amount: number;
  readonly oldest_at: string;
  readonly newest_at: string;
  readonly example: string;
  readonly dependants: number;
  readonly unassigned: number;
  readonly snoozed: number;
  /** Names of those who work on it. */
  readonly assignees: readonly string[];
}

/** Whose cases, and whether those that somebody put off; `asker`: the person of `mine`. */
export interface QueueFilter {
  readonly whose?: "all" | "mine" | "unassigned";
  readonly snoozed?: "with" | "without" | "only";
  readonly asker?: string | undefined;
}

/** Over $1 to $3 of a statement on `exception_case x`. */
const OF_QUEUE = `
  ($1::text = 'all' or ($1 = 'unassigned' and x.assignee is null)
    or ($1 = 'mine' and x.assignee = $2::uuid))
  and ($3::text = 'with' or coalesce(x.snoozed_until > now(), false) = ($3 = 'only'))`;

function queueValues(filter: QueueFilter): (string | null)[] {
  return [filter.whose ?? "all", filter.asker ?? null, filter.snoozed ?? "with"];
}

const GROUPS = `
with recursive open_case as (
  select * from exception_case x
  where x.state = 'open' and ($4::text is null or cause = $4) and ($5::text is null or target = $5)
    and ($6::text is null or code = $6) and ${OF_QUEUE}
), held as (
  -- Drift holds nothing back: what was confirmed stays confirmed.
  select distinct cause, target, object from open_case where object is not null and kind <> 'drift'
  union
  select held.cause, h.target, h.object from held
  join handoff_need n on n.target = held.target and n.object = held.object
  join handoff h on h.id = n.handoff_id and h.state = 'waiting'
), dependant as (
  select held.cause, count(*)::int as dependants from held
  join handoff h on h.target = held.target and h.object = held.object
    and h.state = 'waiting' and h.ordered
  group by held.cause
), per_currency as (
  select cause, jsonb_object_agg(currency, minor) as minors
  from (select cause, currency, sum(amount_minor)::text as minor from open_case
        where currency is not null and amount_minor is not null group by cause, currency) m
  group by cause
)
select c.cause, min(c.code) as code, min(c.title) as title, min(c.kind) as kind,
  min(c.owner_role) as owner_role, min(c.target) as target, count(*)::int as cases, m.minors,
  (count(*) filter (where c.amount_minor is null))::int as without_amount,
  min(c.opened_at) as oldest_at, max(c.opened_at) as newest_at,
  (array_agg(c.id order by c.opened_at, c.id))[1] as example,
  coalesce(d.dependants, 0) as dependants,
  (count(*) filter (where c.assignee is null))::int as unassigned,
  (count(*) filter (where c.snoozed_until > now()))::int as snoozed,
  coalesce(array_agg(distinct p.name order by p.name) filter (where p.name is not null), '{}')
    as assignees
from open_case c left join person p on p.id = c.assignee
left join per_currency m using (cause) left join dependant d using (cause)
group by c.cause, m.minors, d.dependants
order by min(c.opened_at), c.cause limit $7`;

export interface CauseFilter extends QueueFilter {
  readonly cause?: string | undefined;
  readonly target?: string | undefined;
  readonly code?: string | undefined;
}

export async function listCauses(
  session: Session,
  filter: CauseFilter,
  limit: number,
): Promise<CauseGroup[]> {
  const { cause, target, code } = filter;
  const values = [...queueValues(filter), cause ?? null, target ?? null, code ?? null, limit];
  return (await session.query<CauseGroup>(GROUPS, values)).rows;
}

export interface CaseRow {
  readonly id: string;
  readonly kind: string;
  readonly cause: string;
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly handoff_id: string | null;
  readonly inbound_id: string | null;
  readonly target: string | null;
  readonly object: string | null;
  readonly legal_entity: string | null;
  readonly amount_minor: string | null;
  readonly currency: string | null;
  readonly owner_role: string;
  /** A person's name. */
  readonly assignee: string | null;
  readonly snoozed_until: string | null;
  readonly snooze_reason: string | null;
  readonly state: string;
  readonly resolution: string | null;
  readonly opened_at: string;
  readonly resolved_at: string | null;
}

const CASE_COLUMNS = `x.id, x.kind, x.cause, x.code, x.title, x.message, x.handoff_id, x.inbound_id,
  x.target, x.object, x.legal_entity, x.amount_minor, x.currency, x.owner_role,
  p.name as assignee, x.state, x.resolution, x.opened_at, x.resolved_at,
  case when x.snoozed_until > now() then x.snoozed_until end as snoozed_until,
  case when x.snoozed_until > now() then x.snooze_reason end as snooze_reason`;

/** Ids carry the time in front, so their order is that of opening, and a page ends at one. */
const CASES = `
select ${CASE_COLUMNS} from exception_case x left join person p on p.id = x.assignee
where ${OF_QUEUE} and ($4::uuid[] is null or x.id = any($4))
  and ($5::text is null or x.cause = $5) and ($6::text is null or x.state = $6)
  and ($7::uuid is null or x.id > $7)
order by x.id limit $8`;

export interface CaseFilter extends QueueFilter {
  readonly ids?: readonly string[];
  readonly cause?: string | undefined;
  readonly state?: string | undefined;
  readonly after?: string | undefined;
}

export async function listCases(
  session: Session,
  filter: CaseFilter,
  limit: number,
): Promise<CaseRow[]> {
  const { ids, cause, state, after } = filter;
  const own = [ids ?? null, cause ?? null, state ?? null, after ?? null, limit];
  return (await session.query<CaseRow>(CASES, [...queueValues(filter), ...own])).rows;
}

const OF_STORY = `
select ${CASE_COLUMNS} from exception_case x left join person p on p.id = x.assignee
where x.handoff_id = any($1::uuid[]) or (x.handoff_id is null and x.inbound_id = any($2::uuid[]))
  or (x.kind = 'object' and x.object = any($3::text[]))
order by x.opened_at, x.id`;

/** The cases of a story: of its handoffs, of its inbound messages, of its objects. */
export async function listCasesOf(
  session: Session,
  story: {
    readonly handoffs: readonly string[];
    readonly inbounds: readonly string[];
    readonly objects: readonly string[];
  },
): Promise<CaseRow[]> {
  const result = await session.query<CaseRow>(OF_STORY, [
    story.handoffs,
    story.inbounds,
    story.objects,
  ]);
  return result.rows;
}
