/**
 * Repair: takes excepted handoffs up again. Cases are locked in the order of their ids, so that
 * two people who retry overlapping causes wait for each other instead of both acting.
 *
 * What followed the last send that may have left decides about the generation: after a definite
 * refusal, or a probe that found nothing once it must have settled, the next send is a new one (the
 * target may have kept the old key together with its refusal); after anything else, silence
 * included, it must be recognisable as the same.
 */
import type { Session } from "./database.ts";

export interface RepairCandidate {
  readonly case_id: string;
  readonly cause: string;
  readonly kind: string;
  readonly title: string;
  readonly handoff_id: string | null;
  readonly state: string | null;
  readonly target: string | null;
  readonly object: string | null;
  readonly ordered: boolean | null;
  readonly reference: string | null;
  readonly generation: number | null;
  readonly amount_minor: string | null;
  readonly currency: string | null;
  readonly legal_entity: string | null;
  /** Guard of the last send; null when nothing was ever sent. */
  readonly guard: string | null;
  /** Class of the latest outcome since that send, of the send itself or of a probe. */
  readonly last_outcome: string | null;
  /** That outcome is of a probe made after the send must have settled. */
  readonly settled: boolean | null;
}

function findText(lock: string): string {
  return `
select x.id as case_id, x.cause, x.kind, x.title, x.handoff_id, h.state, h.target, h.object,
  h.ordered, h.reference, h.generation, x.amount_minor, x.currency,
  x.legal_entity, s.guard, o.class as last_outcome, o.settled
from exception_case x left join handoff h on h.id = x.handoff_id
left join lateral (
  select a.guard, a.created_at, a.settles_at from attempt a
  where a.handoff_id = h.id and a.kind = 'send' and not exists (
    select 1 from outcome o
    where o.handoff_id = h.id and o.attempt_id = a.id and o.class = 'not-started')
  order by a.created_at desc, a.id desc limit 1) s on true
left join lateral (
  select o.class, a.created_at >= s.settles_at as settled
  from outcome o join attempt a on a.id = o.attempt_id
  where o.handoff_id = h.id and a.created_at >= s.created_at and o.class <> 'not-started'
    and o.class not like 'late-%'
  order by o.recorded_at desc, o.id desc limit 1) o on true
where x.state = 'open' and ($1::uuid[] is null or x.id = any($1))
  and ($2::text is null or x.cause = $2)
order by x.id ${lock}`;
}

export async function findRepairCandidates(
  session: Session,
  what: { ids?: readonly string[]; cause?: string | undefined },
  lock: boolean,
): Promise<RepairCandidate[]> {
  const text = findText(lock ? "for update of x" : "");
  const result = await session.query<RepairCandidate>(text, [what.ids ?? null, what.cause ?? null]);
  return result.rows;
}

/**
 * Attempts are counted from zero again and the deadline moves ahead, or the next look at the row
 * would except it for what the repair has just settled.
 */
const REPAIR = `
with moved as (
  update handoff h set state = x.to_state, reason = 'repaired', not_before = null, attempts = 0,
    probes = 0, generation = h.generation + x.raise, changed_at = now(),
    deadline_at = greatest(h.deadline_at, now() + interval '1 day')
  from unnest($1::uuid[], $2::text[], $3::text[], $4::integer[])
    as x(id, from_state, to_state, raise)
  where h.id = x.id and h.state = x.from_state
  returning h.id, h.generation
), closed as (
  update exception_case c set state = 'resolved', resolution = $5, resolved_at = now()
  from moved where c.handoff_id = moved.id and c.state = 'open'
)
select id, generation from moved`;

export interface RepairRow {
  readonly handoffId: string;
  readonly from: string;
  readonly to: string;
  readonly raiseGeneration: boolean;
}

/** The handoffs that moved, with their generation now. */
export async function repairHandoffs(
  session: Session,
  rows: readonly RepairRow[],
  resolution: string,
): Promise<Map<string, number>> {
  const result = await session.query<{ id: string; generation: number }>(REPAIR, [
    rows.map((row) => row.handoffId),
    rows.map((row) => row.from),
    rows.map((row) => row.to),
    rows.map((row) => (row.raiseGeneration ? 1 : 0)),
    resolution,
  ]);
  return new Map(result.rows.map((row) => [row.id, row.generation]));
}
