/** The load: so many sales, spread over the time, and a few more while faults are still to come. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Shop } from "./shop.ts";

export interface Load {
  readonly invoices: number;
  readonly loadMs: number;
  /** Milliseconds since the load began. */
  readonly elapsed: () => number;
  /** Planned kills that have not happened yet. */
  readonly killsLeft: () => number;
  /** Calls that the target is still to fail at its rates. */
  readonly callsLeft: () => number;
  readonly onProgress: (sold: number) => void;
}

/** Sales a second after the load, so that a kill point is still passed. */
const EXTRA_PER_SECOND = 8;
/** So long after the load a planned fault may still come. */
const PATIENCE_MS = 120_000;
const TICK_MS = 50;

/**
 * Sells in step with the clock; a pause of this process is made good in the next tick.
 * Returns when the faults have had their chance too, or patience ends.
 */
export async function sellAll(shop: Shop, load: Load): Promise<void> {
  while (shop.sold < load.invoices) {
    const due = Math.min(load.invoices, Math.ceil((load.invoices * load.elapsed()) / load.loadMs));
    while (shop.sold < due) shop.sell();
    load.onProgress(shop.sold);
    await sleep(TICK_MS);
  }
  const patient = (): boolean => load.elapsed() < load.loadMs + PATIENCE_MS;
  while (load.killsLeft() > 0 && patient()) {
    shop.sell();
    load.onProgress(shop.sold);
    await sleep(1000 / EXTRA_PER_SECOND);
  }
  while (load.callsLeft() > 0 && patient()) await sleep(TICK_MS);
}
