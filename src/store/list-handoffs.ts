/**
 * Handoffs with the reason why each is where it is, computed from the rows it depends on: stored
 * reasons would be wrong the moment something else moves.
 *
 * The `wait` of a row is decided before the page is cut, so it can be filtered by; what it takes
 * to explain it (who stands in front, which needs lack and why) is read for the page only. The
 * handoffs of an object are found through its events, whose subject is indexed; the index over
 * (target, object) holds open handoffs alone.
 */
import type { Session } from "./database.ts";

export const waitKinds = [
  "parked",
  "need",
  "not-before",
  "due",
  "sending-off",
  "budget-paused",
  "queued",
  "in-flight",
  "in-doubt",
  "awaiting-target",
  "exception",
] as const;

export type WaitKind = (typeof waitKinds)[number];

export interface LackingNeed {
  readonly object: string;
  /** An event has told us of the object. */
  readonly seen: boolean;
  /** What fetching it from its source came to. */
  readonly fetch: "wanted" | "done" | "gone" | null;
  readonly handoff: string | null;
  readonly state: string | null;
}

export interface ListedHandoff {
  readonly id: string;
  readonly event_id: string;
  readonly correlation_id: string;
  readonly target: string;
  readonly budget: string;
  readonly flow: string;
  readonly flow_version: number;
  readonly operation: string;
  readonly effect: string;
  readonly object: string;
  readonly version: string;
  readonly reference: string;
  readonly generation: number;
  readonly class: number;
  readonly deadline_at: string;
  readonly state: string;
  readonly reason: string | null;
  readonly not_before: string | null;
  readonly attempts: number;
  readonly external_id: string | null;
  readonly legal_entity: string | null;
  readonly amount_minor: string | null;
  readonly currency: string | null;
  readonly created_at: string;
  readonly changed_at: string;
  readonly wait: WaitKind | null;
  readonly behind: string | null;
  readonly behind_state: string | null;
  readonly paused_until: string | null;
  readonly pause_code: string | null;
  readonly needs: readonly LackingNeed[] | null;
}

export interface HandoffFilter {
  readonly ids?: readonly string[];
  readonly events?: readonly string[];
  readonly states?: readonly string[];
  readonly target?: string | undefined;
  readonly object?: string | undefined;
  readonly waits?: readonly string[];
  readonly after?: string | undefined;
  readonly newest?: boolean;
  readonly limit: number;
}

const SETTLED = "('confirmed', 'excluded', 'superseded')";

const WAIT = `
case h.state
  when 'ready' then case when not p.allowed then 'sending-off'
    when b.paused_until > now() then 'budget-paused' else 'queued' end
  when 'sent' then 'in-flight'
  when 'unknown' then 'in-doubt'
  when 'awaiting' then 'awaiting-target'
  when 'excepted' then 'exception'
  when 'waiting' then case
    when h.not_before > now() then 'not-before'
    when h.ordered and exists (
      select 1 from handoff o
      where o.target = h.target and o.object = h.object and o.ordered
        and o.state not in ${SETTLED} and (o.version, o.id) < (h.version, h.id)) then 'parked'
    when exists (
      select 1 from handoff_need n
      where n.handoff_id = h.id and not exists (
        select 1 from link l where l.target = n.target and l.object = n.object)) then 'need'
    else 'due' end
end`;

/** Both orders walk the primary key; `>` and `<` stand in the text so that the index is used. */
const list = (beyond: ">" | "<", order: "asc" | "desc"): string => `
with page as (
  select h.*, w.wait, b.paused_until, b.pause_code
  from handoff h
  left join budget b on b.name = h.budget
  cross join sending_permission p
  cross join lateral (select ${WAIT} as wait) w
  where ($1::uuid[] is null or h.id = any($1))
    and ($2::uuid[] is null or h.event_id = any($2))
    and ($3::text[] is null or h.state = any($3))
    and ($4::text is null or h.target = $4)
    and ($5::text is null or h.event_id in (select e.id from event e where e.subject = $5))
    and ($6::text[] is null or w.wait = any($6))
    and ($7::uuid is null or h.id ${beyond} $7)
  order by h.id ${order} limit $8
)
select h.id, h.event_id, h.correlation_id, h.target, h.budget, h.flow, h.flow_version,
  h.operation, h.effect, h.object, h.version, h.reference, h.generation, h.class, h.deadline_at,
  h.state, h.reason, h.not_before, h.attempts, h.external_id, h.legal_entity, h.amount_minor,
  h.currency, h.created_at, h.changed_at, h.wait, h.paused_until, h.pause_code,
  f.id as behind, f.state as behind_state, lacking.needs
from page h
left join lateral (
  select o.id, o.state from handoff o
  where h.wait = 'parked' and o.target = h.target and o.object = h.object and o.ordered
    and o.state not in ${SETTLED}
  order by o.version, o.id limit 1) f on true
left join lateral (
  select jsonb_agg(jsonb_build_object(
    'object', n.object,
    'seen', exists (select 1 from event e where e.subject = n.object),
    'fetch', w.state, 'handoff', o.id, 'state', o.state) order by n.object) as needs
  from handoff_need n
  left join link l on l.target = n.target and l.object = n.object
  left join object_fetch w on w.object = n.object
  left join lateral (
    select o.id, o.state from handoff o
    where o.target = n.target and o.object = n.object and o.ordered and o.state not in ${SETTLED}
    order by o.version, o.id limit 1) o on true
  where h.wait = 'need' and n.handoff_id = h.id and l.object is null) lacking on true
order by h.id ${order}`;

const OLDEST_FIRST = list(">", "asc");
const NEWEST_FIRST = list("<", "desc");

export async function listHandoffs(
  session: Session,
  filter: HandoffFilter,
): Promise<ListedHandoff[]> {
  // Unnamed on purpose: the plan must follow which of the filters are there.
  const result = await session.query<ListedHandoff>(
    filter.newest === true ? NEWEST_FIRST : OLDEST_FIRST,
    [
      filter.ids ?? null,
      filter.events ?? null,
      filter.states ?? null,
      filter.target ?? null,
      filter.object ?? null,
      filter.waits ?? null,
      filter.after ?? null,
      filter.limit,
    ],
  );
  return result.rows;
}
