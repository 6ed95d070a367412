/**
 * Keeps the outcome of a call whose seat was taken over meanwhile: evidence only, no handoff
 * moves. The new holder has turned the handoff unknown and will ask the target itself.
 */
import type { Session } from "./database.ts";
import type { SettlementRow } from "./record-outcomes.ts";

const INSERT = `
insert into outcome (id, attempt_id, handoff_id, class, code, message, answer, duration_ms,
  row_hash)
select x.id, x.attempt_id, x.handoff_id, 'late-' || x.class, x.code, x.message, x.answer,
  x.duration_ms, x.row_hash
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
  $8::integer[], $9::bytea[])
  as x(id, attempt_id, handoff_id, class, code, message, answer, duration_ms, row_hash)`;

export async function recordLateOutcomes(
  session: Session,
  rows: readonly SettlementRow[],
): Promise<void> {
  await session.query(INSERT, [
    rows.map((r) => r.outcomeId),
    rows.map((r) => r.attemptId),
    rows.map((r) => r.handoffId),
    rows.map((r) => r.outcome.class),
    rows.map((r) => r.outcome.code ?? null),
    rows.map((r) => r.outcome.message ?? null),
    rows.map((r) => r.outcome.answer ?? null),
    rows.map((r) => Math.round(r.outcome.durationMs)),
    rows.map((r) => r.outcome.rowHash),
  ]);
}
