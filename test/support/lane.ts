/** A lane as a hub would run it, on one budget "plain" with two seats and one target. */
import type { TargetConnection } from "../../src/connectors/kit/target.ts";
import type { LaneContext } from "../../src/engine/lanes/lane-context.ts";
import { seededRandom } from "../../src/kernel/random.ts";
import type { Pool } from "../../src/store/database.ts";
import type { HeadKey } from "../../src/store/release-handoffs.ts";
import { releaseHandoffs } from "../../src/store/release-handoffs.ts";
import { plainKeyring } from "./system-cipher.ts";
import { systemClock } from "./system-clock.ts";
import { systemHasher } from "./system-hasher.ts";

export const runOptions = { runMs: 20_000, lingerMs: 30, shouldStop: () => false };

export interface LaneWishes {
  readonly hub: string;
  readonly crash?: ((label: string) => void) | undefined;
}

export function laneOn(
  pool: Pool,
  target: TargetConnection,
  { hub, crash = () => {} }: LaneWishes,
): LaneContext {
  const budget = { name: "plain", concurrency: 2, ratePerSecond: undefined };
  const targets = new Map([[target.connection, target]]);
  return {
    pool,
    clock: systemClock,
    random: seededRandom(1),
    hasher: systemHasher,
    keyring: plainKeyring,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    hub,
    budgets: new Map([["plain", { ...budget, targets }]]),
    release: (keys: readonly HeadKey[]) => void releaseHandoffs(pool, keys),
    wakeMore: () => {},
    crash,
    stats: { call: () => {} },
  };
}

/** How many handoffs are in which state. */
export async function statesOf(pool: Pool): Promise<Record<string, number>> {
  const rows = await pool.query<{ state: string; n: number }>(
    "select state, count(*)::int as n from handoff group by state order by state",
  );
  return Object.fromEntries(rows.rows.map((row) => [row.state, row.n]));
}
