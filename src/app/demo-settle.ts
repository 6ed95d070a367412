/** Waits until the demo's month is settled: all told, swept, and nothing moves of itself. */

import { readDelivery } from "../demo/delivery.ts";
import { DEMO_STRIPE_CONNECTION } from "../demo/names.ts";
import { countMovement } from "../store/count-movement.ts";
import type { Pool } from "../store/database.ts";
import { appErrors } from "./errors.ts";
import type { Progress } from "./progress.ts";
import { systemClock } from "./system.ts";

const LIMIT_SECONDS = 120;
const QUIET_ROUNDS = 8;

/** Throws E_APP_DEMO_UNSETTLED, saying what still moves. */
export async function settleMonth(
  pool: Pool,
  stripeUrl: string,
  progress: Progress,
): Promise<void> {
  const started = systemClock.monotonic();
  let toldAt: string | undefined;
  for (let quiet = 0; quiet < QUIET_ROUNDS; ) {
    const delivery = await readDelivery(stripeUrl);
    const movement = await countMovement(pool, DEMO_STRIPE_CONNECTION);
    if (delivery.pending === 0) toldAt ??= movement.now;
    const swept = toldAt !== undefined && movement.sweptAt !== null && movement.sweptAt > toldAt;
    const idle = movement.moving === 0 && movement.wanted === 0;
    quiet = swept && idle ? quiet + 1 : 0;
    const text = `${movement.moving} move, ${movement.waiting} wait, ${movement.excepted} with a person`;
    progress.bar("settling", movement.confirmed, movement.total, text);
    const seconds = Math.round((systemClock.monotonic() - started) / 1000);
    if (seconds > LIMIT_SECONDS) {
      const detail = JSON.stringify({ ...movement, pendingWebhooks: delivery.pending, swept });
      throw appErrors.E_APP_DEMO_UNSETTLED({ seconds, count: movement.moving, detail });
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
