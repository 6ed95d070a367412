/**
 * A ledger with a past: facts that came in and were sent in a month of old, through the product's
 * own intake and lanes with a clock that stands there, and sealed.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Actor } from "../../src/access/roles.ts";
import type { LaneContext } from "../../src/engine/lanes/lane-context.ts";
import { makeLaneSignals } from "../../src/engine/lanes/lane-signals.ts";
import { runLane } from "../../src/engine/lanes/run-lane.ts";
import { sealCommitted } from "../../src/engine/sealer.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { seededRandom } from "../../src/kernel/random.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import type { Pool } from "../../src/store/database.ts";
import { openDatabase } from "../../src/store/database.ts";
import { declareBudgets } from "../../src/store/declare-budgets.ts";
import { ensurePartitions } from "../../src/store/ensure-partitions.ts";
import { findDueHeads } from "../../src/store/find-due-heads.ts";
import { countTail } from "../../src/store/read-evidence.ts";
import type { HeadKey } from "../../src/store/release-handoffs.ts";
import { releaseHandoffs } from "../../src/store/release-handoffs.ts";
import type { RetentionSettings } from "../../src/store/retention-classes.ts";
import type { FreshDatabase } from "./database.ts";
import { freshDatabase } from "./database.ts";
import type { Happening } from "./ledger-facts.ts";
import { factMaker, tell } from "./ledger-facts.ts";
import type { PlainServer } from "./plain-target.ts";
import { plainTarget, startPlainServer } from "./plain-target.ts";
import { plainKeyring } from "./system-cipher.ts";
import { systemClock } from "./system-clock.ts";
import { systemHasher } from "./system-hasher.ts";

export interface PastLedger {
  readonly database: FreshDatabase;
  readonly pool: Pool;
  readonly server: PlainServer;
  /** Takes happenings in as at `atMs`, and sends what can go; its month gets its partitions. */
  live(atMs: number, happenings: readonly Happening[]): Promise<string[]>;
  sealAll(): Promise<void>;
  context(retention?: RetentionSettings): OperationContext;
  close(): Promise<void>;
}

const CONTROLLER: Actor = { name: "Grace Controller", roles: ["controller", "admin", "engineer"] };

export async function openPastLedger(): Promise<PastLedger> {
  const database = await freshDatabase();
  const onIdleError = (): void => undefined;
  const pool = openDatabase({ url: database.url, connections: 6, name: "test", onIdleError });
  await declareBudgets(pool, [{ name: "plain", concurrency: 1, ratePerSecond: undefined }]);
  const server = await startPlainServer({ upsert: true });
  const target = plainTarget({ url: server.url, guard: "external-id", timeoutMs: 1000 });
  const random = seededRandom(11);
  const laneAt = (clock: Clock): LaneContext => ({
    ...{ pool, keyring: plainKeyring, clock, random, hasher: systemHasher, hub: "h1" },
    log: { info: () => {}, warn: () => {}, error: () => {} },
    budgets: new Map([
      [
        "plain",
        {
          ...{ name: "plain", concurrency: 1, ratePerSecond: undefined },
          targets: new Map([[target.connection, target]]),
        },
      ],
    ]),
    release: (keys: readonly HeadKey[]) => void releaseHandoffs(pool, keys),
    wakeMore: () => {},
    crash: () => {},
    stats: { call: () => {} },
  });
  return {
    ...{ database, pool, server },
    async live(atMs, happenings) {
      const clock: Clock = { now: () => atMs, monotonic: systemClock.monotonic };
      await ensurePartitions(pool, atMs);
      const verdicts = await tell(pool, happenings, { ...factMaker, clock });
      const options = { runMs: 10_000, lingerMs: 20, shouldStop: () => false };
      for (let round = 0; round < 4; round += 1) {
        await runLane(laneAt(clock), makeLaneSignals(), { budget: "plain", seat: 0 }, options);
        await releaseHandoffs(pool, await findDueHeads(pool, ["plain"], 100));
      }
      return verdicts;
    },
    async sealAll() {
      while ((await countTail(pool)).rows > 0) {
        if ((await sealCommitted(pool)) === 0) await sleep(5);
      }
    },
    context: (retention) => ({
      ...{ pool, keyring: plainKeyring, clock: systemClock, random, hasher: systemHasher },
      ...{ actor: CONTROLLER },
      ...{ version: "0.0.0", sources: new Map(), targets: new Map(), retention },
      release: async () => undefined,
    }),
    async close() {
      await target.close?.();
      await server.close();
      await pool.end();
      await database.drop();
    },
  };
}
