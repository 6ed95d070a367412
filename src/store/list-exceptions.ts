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
}

const GROUPS = `
with recursive open_case as (
  select * from exception_case
  where state = 'open' and ($1::text is null or cause = $1) and ($2::text is null or target = $2)
    and ($3::text is null or code = $3)
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
  coalesce(d.dependants, 0) as dependants
from open_case c left join per_currency m using (cause) left join dependant d using (cause)
group by c.cause, m.minors, d.dependants
order by min(c.opened_at), c.cause limit $4`;

export async function listCauses(
  session: Session,
  filter: { cause?: string | undefined; target?: string | undefined; code?: string | undefined },
  limit: number,
): Promise<CauseGroup[]> {
  const result = await session.query<CauseGroup>(GROUPS, [
    filter.cause ?? null,
    filter.target ?? null,
    filter.code ?? null,
    limit,
  ]);
  return result.rows;
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
  readonly assignee: string | null;
  readonly state: string;
  readonly resolution: string | null;
  readonly opened_at: string;
  readonly resolved_at: string | null;
}

const CASE_COLUMNS = `id, kind, cause, code, title, message, handoff_id, inbound_id, target, object,
  legal_entity, amount_minor, currency, owner_role, assignee, state, resolution, opened_at,
  resolved_at`;

const CASES = `
select ${CASE_COLUMNS} from exception_case
where ($1::uuid[] is null or id = any($1)) and ($2::text is null or cause = $2)
  and ($3::text is null or state = $3)
order by opened_at, id limit $4`;

export async function listCases(
  session: Session,
  filter: { ids?: readonly string[]; cause?: string | undefined; state?: string | undefined },
  limit: number,
): Promise<CaseRow[]> {
  const result = await session.query<CaseRow>(CASES, [
    filter.ids ?? null,
    filter.cause ?? null,
    filter.state ?? null,
    limit,
  ]);
  return result.rows;
}

const OF_STORY = `
select ${CASE_COLUMNS} from exception_case
where handoff_id = any($1::uuid[]) or (handoff_id is null and inbound_id = any($2::uuid[]))
  or (kind = 'object' and object = any($3::text[]))
order by opened_at, id`;

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
