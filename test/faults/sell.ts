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
  /** Between two sales after the load, which let a kill point be passed; milliseconds. */
  readonly extraEveryMs: number;
  /** Nothing is on its way to the books: what was sold so far lets no kill point be passed. */
  readonly idle: () => boolean;
  /** How much slower than on an idle machine the books are. */
  readonly pace: number;
  readonly onProgress: (sold: number) => void;
}

/** So long after the load a planned fault may still come, where the books are not slowed down. */
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
  const patienceMs = PATIENCE_MS * Math.min(2, load.pace);
  const patient = (): boolean => load.elapsed() < load.loadMs + patienceMs;
  while (load.killsLeft() > 0 && patient()) {
    if (load.idle()) shop.sell();
    load.onProgress(shop.sold);
    await sleep(load.extraEveryMs);
  }
  while (load.callsLeft() > 0 && patient()) await sleep(TICK_MS);
}
