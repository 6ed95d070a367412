/** What has to be in the ledger after a load of intake, and that it has come to rest. */
import type { Pool } from "../src/store/database.ts";
import { countOf, until } from "./ledger.ts";
import { mustAgree } from "./result.ts";

/** All ordered handoffs may go: their needs are linked and nothing is before them. */
export function untilReleased(pool: Pool): Promise<void> {
  const waiting = "(select 1 from handoff where ordered and state = 'waiting' limit 1) w";
  return until(async () => (await countOf(pool, waiting)) === 0, "release", 20, 120);
}

export async function verifyIntake(
  pool: Pool,
  { events, preload }: { events: number; preload: number },
): Promise<Record<string, number>> {
  const rows = async (from: string, expected: number) => ({
    found: await countOf(pool, from),
    expected,
  });
  return mustAgree("P1", {
    events: await rows("event", preload + events),
    bodies: await rows("inbound", preload + events),
    identities: await rows("event_identity where verdict = 'events'", preload + events),
    handoffs: await rows("handoff", 2 * events),
    ready: await rows("handoff where state = 'ready'", 2 * events),
    deadLetters: await rows("dead_letter", 0),
    needs: await rows("handoff_need", 0),
  });
}
