/** The target said "too many": nobody of this budget calls before the time is up. */
import type { Session } from "./database.ts";

const PAUSE = `
update budget set pause_code = $3,
  paused_until = greatest(paused_until, now() + make_interval(secs => $2 / 1000.0))
where name = $1`;

export async function pauseBudget(
  session: Session,
  budget: string,
  afterMs: number,
  code: string,
): Promise<void> {
  await session.query(PAUSE, [budget, afterMs, code]);
}
