/**
 * What still moves of itself: handoffs on their way, in doubt or to be tried again, objects to be
 * fetched, and when a source's own list was last read to its end.
 */
import type { Session } from "./database.ts";

export interface Movement {
  readonly total: number;
  readonly confirmed: number;
  /** Ready, sent, in doubt, awaiting, or waiting for a moment. */
  readonly moving: number;
  /** Waiting for a need or behind an exception. */
  readonly waiting: number;
  readonly excepted: number;
  readonly wanted: number;
  readonly sweptAt: string | null;
  readonly now: string;
}

const COUNT = `
select count(*)::int as total,
  count(*) filter (where state = 'confirmed')::int as confirmed,
  count(*) filter (where state in ('ready', 'sent', 'unknown', 'awaiting')
    or (state = 'waiting' and not_before is not null))::int as moving,
  count(*) filter (where state = 'waiting' and not_before is null)::int as waiting,
  count(*) filter (where state = 'excepted')::int as excepted,
  (select count(*)::int from object_fetch where state = 'wanted') as wanted,
  (select min(swept_at) from stream_cursor where connection = $1) as "sweptAt",
  clock_timestamp() as now
from handoff`;

export async function countMovement(session: Session, connection: string): Promise<Movement> {
  const result = await session.query<Movement>(COUNT, [connection]);
  return result.rows[0] as Movement;
}
