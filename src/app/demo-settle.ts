/** Waits until the demo's month is settled: all told, swept, and nothing moves of itself. */

import { readDelivery } from "../demo/delivery.ts";
import type { Movement } from "../store/count-movement.ts";
import { countMovement } from "../store/count-movement.ts";
import type { Pool } from "../store/database.ts";
import { appErrors } from "./errors.ts";
import type { Progress } from "./progress.ts";
import { systemClock } from "./system.ts";

/** So long nothing may change; a busy machine needs minutes in all and is not stuck. */
const STUCK_SECONDS = 120;
const QUIET_ROUNDS = 8;

/** A source whose month was told. */
export interface ToldAccount {
  readonly connection: string;
  readonly stripeUrl: string;
}

/** Throws E_APP_DEMO_UNSETTLED, saying what still moves. */
export async function settleMonth(
  pool: Pool,
  accounts: readonly ToldAccount[],
  progress: Progress,
): Promise<void> {
  let changedAt = systemClock.monotonic();
  let before = "";
  const toldAt = new Map<string, string>();
  for (let quiet = 0; quiet < QUIET_ROUNDS; ) {
    const looks = await Promise.all(accounts.map((one) => lookAt(pool, one)));
    const swept = looks.every((look) => isSwept(look, toldAt));
    const pendingWebhooks = looks.reduce((sum, one) => sum + one.pending, 0);
    const { movement } = looks[0] as AccountLook;
    const idle = movement.moving === 0 && movement.wanted === 0;
    quiet = swept && idle ? quiet + 1 : 0;
    const text = `${movement.moving} move, ${movement.waiting} wait, ${movement.excepted} with a person`;
    progress.bar("settling", movement.confirmed, movement.total, text);
    const { total, confirmed, moving } = movement;
    const now = `${total} ${confirmed} ${moving} ${pendingWebhooks}`;
    if (now !== before) changedAt = systemClock.monotonic();
    before = now;
    const seconds = Math.round((systemClock.monotonic() - changedAt) / 1000);
    if (seconds > STUCK_SECONDS) {
      const detail = JSON.stringify({ ...movement, pendingWebhooks, swept });
      throw appErrors.E_APP_DEMO_UNSETTLED({ seconds, count: movement.moving, detail });
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

interface AccountLook {
  readonly connection: string;
  readonly pending: number;
  /** Handoffs of all accounts; the sweep is this one's. */
  readonly movement: Movement;
}

async function lookAt(pool: Pool, { connection, stripeUrl }: ToldAccount): Promise<AccountLook> {
  const { pending } = await readDelivery(stripeUrl);
  return { connection, pending, movement: await countMovement(pool, connection) };
}

/** Its own list was read to the end after its last webhook; `toldAt` keeps when that was. */
function isSwept({ connection, pending, movement }: AccountLook, toldAt: Map<string, string>) {
  if (pending === 0 && !toldAt.has(connection)) toldAt.set(connection, movement.now);
  const told = toldAt.get(connection);
  return told !== undefined && movement.sweptAt !== null && movement.sweptAt > told;
}
