/** What attempts said to a target, byte by byte as it was recorded before it was said. */
import type { StoredRow } from "./bodies.ts";
import { openAnswers, openBodies } from "./bodies.ts";
import type { Session } from "./database.ts";
import type { Keyring } from "./keyring.ts";

export interface SentRequest {
  readonly attempt_id: string;
  /** Undefined where it was not kept, is kept no longer, or was erased. */
  readonly request: Uint8Array | undefined;
  readonly answer: string | undefined;
}

const LIST = `
select a.id, a.key_id, a.request as bytes, o.id as outcome_id, o.answer
from attempt a left join outcome o on o.handoff_id = a.handoff_id and o.attempt_id = a.id
where a.handoff_id = $1 order by a.created_at, a.id`;

type Row = StoredRow & { readonly outcome_id: string | null; readonly answer: string | null };

export async function listRequests(
  session: Session,
  keyring: Keyring,
  handoff: string,
): Promise<SentRequest[]> {
  const { rows } = await session.query<Row>(LIST, [handoff]);
  const requests = await openBodies(keyring, "attempt", rows);
  const answers = await openAnswers(
    keyring,
    rows.map(({ outcome_id: id, answer }) => ({ id, answer })),
  );
  return rows.map(({ id }, index) => ({
    attempt_id: id,
    request: requests[index],
    answer: answers[index],
  }));
}
