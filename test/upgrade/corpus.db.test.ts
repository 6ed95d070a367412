import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { operations } from "../../src/operations/all-operations.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import { runOperation } from "../../src/operations/operation.ts";
import type { Pool } from "../../src/store/database.ts";
import { openDatabase } from "../../src/store/database.ts";
import { ensurePartitions } from "../../src/store/ensure-partitions.ts";
import type { Keyring } from "../../src/store/keyring.ts";
import { migrate } from "../../src/store/migrate.ts";
import type { FreshDatabase } from "../support/database.ts";
import { emptyDatabase } from "../support/database.ts";
import { ROOM_MASTER_KEY } from "../support/hub-room.ts";
import { rootUrl } from "../support/root.ts";
import { testKeyring } from "../support/system-cipher.ts";
import { systemClock } from "../support/system-clock.ts";
import { systemHasher } from "../support/system-hasher.ts";
import { systemRandom } from "../support/system-random.ts";
import type { CorpusLedger } from "./corpus-ledger.ts";
import { corpusVersions, loadLedger, openCorpus } from "./corpus-ledger.ts";
import { describeLedger } from "./describe-ledger.ts";

const migrations = new URL("migrations", rootUrl).pathname;
let database: FreshDatabase;
let pool: Pool;
let keyring: Keyring;

afterEach(async () => {
  await keyring.close();
  await pool.end();
  await database.drop();
});

/** The schema that the ledger had: its migrations, and no later one. */
async function openAtItsLevel(ledger: CorpusLedger): Promise<void> {
  database = await emptyDatabase();
  pool = openDatabase({ url: database.url, connections: 4, name: "test", onIdleError: () => {} });
  const folder = mkdtempSync(path.join(os.tmpdir(), "tieout-corpus-"));
  for (const name of ledger.migrations) {
    mkdirSync(path.join(folder, name));
    cpSync(path.join(migrations, name), path.join(folder, name), { recursive: true });
  }
  await migrate(pool, folder, systemHasher);
  rmSync(folder, { recursive: true });
  await ensurePartitions(pool, systemClock.now());
  await loadLedger(pool, ledger);
  // Personal data of a corpus ledger are ciphered under the key of the rooms that tests open.
  keyring = testKeyring(database.url, ROOM_MASTER_KEY);
}

function contextOf(): OperationContext {
  return {
    ...{ pool, keyring, clock: systemClock, random: systemRandom, hasher: systemHasher },
    actor: { name: "Ada", roles: ["controller", "engineer", "admin"] },
    ...{ version: "0.0.0", targets: new Map(), sources: new Map() },
    release: async () => undefined,
  };
}

/** Every list, page by page, and everything it names, one by one. */
async function readEverything(context: OperationContext): Promise<Record<string, number>> {
  const { events } = await runOperation(operations.listEvents, context, { limit: 1000 });
  for (const { id } of events) await runOperation(operations.showEvent, context, { id });
  for (const { subject } of events.slice(0, 25)) {
    await runOperation(operations.findStory, context, { id: subject });
  }
  const { handoffs } = await runOperation(operations.listHandoffs, context, { limit: 1000 });
  for (const { id } of handoffs) await runOperation(operations.showHandoff, context, { id });
  const { cases } = await runOperation(operations.listCases, context, { limit: 1000 });
  for (const { id } of cases) await runOperation(operations.showException, context, { id });
  const dead = await runOperation(operations.listDeadLetters, context, { state: "all" });
  await runOperation(operations.listExceptions, context, {});
  await runOperation(operations.showOverview, context, {});
  await runOperation(operations.listConnections, context, {});
  return {
    event: events.length,
    handoff: handoffs.length,
    dead_letter: dead.deadLetters.length,
  };
}

describe("a ledger of a released version", () => {
  test.each(corpusVersions())(
    "given %s's, then this version brings it up, verifies it and reads all of it",
    async (version) => {
      const ledger = openCorpus(version);
      await openAtItsLevel(ledger);
      const context = contextOf();
      await migrate(pool, migrations, systemHasher);
      expect(await describeLedger(context)).toEqual(ledger.expected);
      const { event, handoff, dead_letter } = ledger.expected.rows;
      expect(await readEverything(context)).toEqual({ event, handoff, dead_letter });
      const { results } = await runOperation(operations.verifyInvariants, context, {});
      const broken = results.flatMap((one) =>
        one.violations.map(({ what, detail }) => `${one.name}: ${what}: ${detail}`),
      );
      expect(broken.filter((one) => !isOfAge(one))).toEqual([]);
    },
    120_000,
  );
});

/** Nobody runs on a corpus: what was waiting when it was kept has waited ever since. */
function isOfAge(violation: string): boolean {
  return violation.startsWith("Terminal: waiting") || violation.startsWith("Terminal: not moving");
}
