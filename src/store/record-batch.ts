/**
 * Records one bulk call whose items were all taken: one outcome row for the call and one update
 * for its handoffs. No heads, no links: an unordered target merges by version, and its rows are
 * found by object and version, not by an id of its own.
 */
import { uuidArray } from "../connectors/kit/binary-array.ts";
import type { Session } from "./database.ts";

export interface BatchRow {
  readonly attemptId: string;
  readonly outcomeId: string;
  readonly handoffIds: readonly string[];
  readonly durationMs: number;
  readonly rowHash: Uint8Array;
}

const RECORD = `
with o as (
  insert into outcome (id, attempt_id, class, duration_ms, row_hash) values ($1, $2, 'done', $3, $4)
)
update handoff set state = 'confirmed', reason = null, not_before = null, last_attempt = $2,
  changed_at = now()
where id = any($5::uuid[]) and state in ('sent', 'unknown')`;

export async function recordBatch(session: Session, row: BatchRow): Promise<void> {
  await session.query({
    name: "record-batch",
    text: RECORD,
    values: [
      row.outcomeId,
      row.attemptId,
      Math.round(row.durationMs),
      row.rowHash,
      uuidArray(row.handoffIds),
    ],
  });
}
