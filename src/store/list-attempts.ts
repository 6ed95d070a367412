/**
 * Attempts with what came of each, in the order in which they were written. A bulk call carries
 * many handoffs in one row; it is found through the handoff's last attempt.
 */
import type { Session } from "./database.ts";

export interface AttemptWithOutcome {
  readonly id: string;
  readonly handoff_id: string;
  readonly kind: "send" | "probe";
  readonly number: number;
  readonly guard: string;
  readonly send_key: string | null;
  readonly bulk: boolean;
  readonly created_at: string;
  readonly settles_at: string;
  readonly outcome: string | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly external_id: string | null;
  readonly duration_ms: number | null;
  readonly answered_at: string | null;
}

/**
 * Outcomes of single calls are indexed by handoff; that of a bulk call is one row for all its
 * handoffs and is told here by what it made of this one.
 */
const LIST = `
select t.id, t.handoff_id, t.kind, t.number, t.guard, t.send_key, false as bulk, t.created_at,
  t.settles_at, o.class as outcome, o.code, o.message, o.external_id, o.duration_ms,
  o.recorded_at as answered_at
from attempt t
left join outcome o on o.handoff_id = t.handoff_id and o.attempt_id = t.id
where t.handoff_id = any($1::uuid[])
union all
select t.id, h.id, t.kind, t.number, t.guard, t.send_key, true, t.created_at, t.settles_at,
  case when h.state = 'confirmed' then 'done' end, null, null, null, null,
  case when h.state = 'confirmed' then h.changed_at end
from handoff h join attempt t on t.id = h.last_attempt and t.handoff_id is null
where h.id = any($1::uuid[])
order by created_at, id`;

export async function listAttempts(
  session: Session,
  handoffs: readonly string[],
): Promise<AttemptWithOutcome[]> {
  if (handoffs.length === 0) return [];
  const result = await session.query<AttemptWithOutcome>(LIST, [handoffs]);
  return result.rows;
}
