/** Handoffs as a seat would claim them, for a plan of what would be sent; nothing is claimed. */
import type { ClaimedHandoff } from "./claim-handoffs.ts";
import type { Session } from "./database.ts";

const FIND = `
select h.id, h.event_id, h.target, h.operation, h.effect, h.object, h.version, h.ordered,
  h.reference, h.generation, h.attempts, h.probes, h.last_attempt, h.correlation_id,
  h.legal_entity, h.deadline_at
from handoff h where h.id = any ($1::uuid[]) order by h.id`;

export async function findSendable(
  session: Session,
  ids: readonly string[],
): Promise<ClaimedHandoff[]> {
  return (await session.query<ClaimedHandoff>(FIND, [ids])).rows;
}
