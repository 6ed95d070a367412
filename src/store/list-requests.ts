/** What attempts said to a target, byte by byte as it was recorded before it was said. */
import type { Session } from "./database.ts";

export interface SentRequest {
  readonly attempt_id: string;
  /** Null where it was not kept, or is ciphered. */
  readonly request: Buffer | null;
  readonly answer: string | null;
}

const LIST = `
select a.id as attempt_id, case when a.key_id is null then a.request end as request, o.answer
from attempt a left join outcome o on o.handoff_id = a.handoff_id and o.attempt_id = a.id
where a.handoff_id = $1 order by a.created_at, a.id`;

export async function listRequests(session: Session, handoff: string): Promise<SentRequest[]> {
  return (await session.query<SentRequest>(LIST, [handoff])).rows;
}
