/** Whether anything of a budget may be claimed now. */
import type { Session } from "./database.ts";

const HAS_READY = `
select p.allowed and (b.paused_until is null or b.paused_until <= now()) and (
  exists (select 1 from handoff where budget = $1 and state = 'ready')
  or exists (select 1 from handoff
    where budget = $1 and state = 'unknown' and not_before <= now())) as ready
from budget b, sending_permission p where b.name = $1`;

export async function hasReady(session: Session, budget: string): Promise<boolean> {
  const result = await session.query<{ ready: boolean }>(HAS_READY, [budget]);
  return result.rows[0]?.ready === true;
}
