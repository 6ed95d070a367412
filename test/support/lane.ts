/** A lane as a hub runs it, on a ledger with one budget "plain" of two seats, and one target. */
import type { TargetConnection } from "../../src/connectors/kit/target.ts";
import type { LaneContext } from "../../src/engine/lanes/lane-context.ts";
import { seededRandom } from "../../src/kernel/random.ts";
import type { Pool } from "../../src/store/database.ts";
import { inTransaction, openDatabase } from "../../src/store/database.ts";
import { declareBudgets } from "../../src/store/declare-budgets.ts";
import type { HeadKey } from "../../src/store/release-handoffs.ts";
import { releaseHandoffs } from "../../src/store/release-handoffs.ts";
import { freshDatabase } from "./database.ts";
import { plainKeyring } from "./system-cipher.ts";
import { systemClock } from "./system-clock.ts";
import { systemHasher } from "./system-hasher.ts";

export const runOptions = { runMs: 20_000, lingerMs: 30, shouldStop: () => false };

const BUDGET = { name: "plain", concurrency: 2, ratePerSecond: undefined };

export interface LaneLedger {
  readonly pool: Pool;
  close(): Promise<void>;
}

/** A fresh ledger that knows the budget. */
export async function openLaneLedger({ connections = 6 } = {}): Promise<LaneLedger> {
  const { url, drop } = await freshDatabase();
  const pool = openDatabase({ url, connections, name: "test", onIdleError: () => {} });
  await declareBudgets(pool, [BUDGET]);
  return {
    pool,
    async close() {
      await pool.end();
      await drop();
    },
  };
}

export interface LaneWishes {
  readonly hub: string;
  readonly crash?: ((label: string) => void) | undefined;
}

export function laneOn(
  pool: Pool,
  target: TargetConnection,
  { hub, crash = () => {} }: LaneWishes,
): LaneContext {
  const targets = new Map([[target.connection, target]]);
  return {
    pool,
    clock: systemClock,
    random: seededRandom(1),
    hasher: systemHasher,
    keyring: plainKeyring,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    hub,
    budgets: new Map([[BUDGET.name, { ...BUDGET, targets }]]),
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

/**
 * An hour passes: whatever was sent must have settled, whoever held a seat holds it no longer, what
 * waited for a time waits no more. Attempts never change, so their rule is set aside for it.
 */
export async function letAnHourPass(pool: Pool): Promise<void> {
  await inTransaction(pool, async (session) => {
    await session.query("set local session_replication_role = replica");
    await session.query(
      `update attempt set send_by = send_by - interval '1 hour',
         settles_at = settles_at - interval '1 hour' where settles_at > now()`,
    );
    await session.query("update lane set lease_until = lease_until - interval '1 hour'");
    await session.query(
      "update handoff set not_before = not_before - interval '1 hour' where not_before > now()",
    );
  });
}
