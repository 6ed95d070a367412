/** The measured ledger, read from outside: made by the product's migrations, counted by SQL. */
import { migrationsDir } from "../src/app/environment.ts";
import { fixedMasterKey } from "../src/app/master-keys.ts";
import { systemCipher, systemClock, systemHasher, systemRandom } from "../src/app/system.ts";
import type { Pool } from "../src/store/database.ts";
import { openDatabase } from "../src/store/database.ts";
import { ensurePartitions } from "../src/store/ensure-partitions.ts";
import type { Keyring } from "../src/store/keyring.ts";
import { openKeyring } from "../src/store/keyring.ts";
import type { MasterKeys } from "../src/store/master-key.ts";
import { migrate } from "../src/store/migrate.ts";
import { countTail } from "../src/store/read-evidence.ts";
import { SEAL_LOCK } from "../src/store/seal-block.ts";
import { CUSTOMERS, customerId, PRODUCTS, SOURCE } from "./load-events.ts";

export async function openLedger(url: string): Promise<Pool> {
  const onIdleError = (): void => undefined;
  const pool = openDatabase({ url, connections: 4, name: "bench", onIdleError });
  await migrate(pool, migrationsDir, systemHasher);
  await ensurePartitions(pool, systemClock.now());
  return pool;
}

/** Customers and products are in the target already, as in any month but the first. */
export async function linkMasterData(pool: Pool, target: string): Promise<void> {
  const customers = Array.from({ length: CUSTOMERS }, (_, i) => `customer/${customerId(i)}`);
  const objects = [...customers, ...PRODUCTS.map((id) => `product/${id}`)];
  await pool.query(
    `insert into link (target, object, external_id, reference)
     select $1, object, 'OLD-' || n, 'old' || n
     from unnest($2::text[]) with ordinality as o(object, n)`,
    [target, objects.map((object) => `${SOURCE}/${object}`)],
  );
}

/**
 * Drops the index by which a customer's documents are found; returns what makes it again. The words
 * of names stay: they are written with a customer's events alone.
 */
export async function dropSearchIndex(pool: Pool): Promise<() => Promise<void>> {
  const { rows } = await pool.query<{ text: string }>(
    "select pg_get_indexdef('event_customer_id'::regclass) as text",
  );
  await pool.query("drop index event_customer_id");
  return async () => void (await pool.query((rows[0]?.text ?? "").replace(" ON ONLY ", " ON ")));
}

/**
 * Takes the sealer's place and does nothing, so that no hub seals; what hubs do for it before, a
 * hash of each row, they go on doing. Returns what lets them, and waits until all is sealed.
 */
export async function keepFromSealing(pool: Pool): Promise<() => Promise<void>> {
  const client = await pool.connect();
  await client.query("select pg_advisory_lock($1)", [SEAL_LOCK]);
  return async () => {
    client.release(true);
    await until(async () => (await countTail(pool)).rows === 0, "the last block", 100, 120);
  };
}

export async function allowSending(pool: Pool, allowed: boolean): Promise<void> {
  await pool.query("update sending_permission set allowed = $1", [allowed]);
}

export async function countOf(pool: Pool, from: string): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(`select count(*) as count from ${from}`);
  return Number(rows[0]?.count);
}

/** True when nothing of the budget can be sent and nothing is under way; reads indexes only. */
export async function isDrained(pool: Pool, budget: string): Promise<boolean> {
  const { rows } = await pool.query<{ open: boolean }>({
    name: "is-drained",
    text: `select exists (select 1 from handoff where budget = $1 and state = 'ready')
      or exists (select 1 from handoff where budget = $1 and state = 'sent')
      or exists (select 1 from handoff where budget = $1 and not_before is not null
        and state in ('unknown', 'waiting')) as open`,
    values: [budget],
  });
  return rows[0]?.open === false;
}

/**
 * When the last answer was recorded, epoch milliseconds, by the ledger itself: whoever asks every
 * few milliseconds whether all is done measures its own asking.
 */
export async function lastRecordedAt(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ at: number }>(
    "select (extract(epoch from max(recorded_at)) * 1000)::float8 as at from outcome",
  );
  return rows[0]?.at ?? Number.NaN;
}

/** Asks again every few milliseconds; throws with `what` after `seconds`. */
export async function until(
  done: () => Promise<boolean>,
  what: string,
  everyMs = 10,
  seconds = 900,
): Promise<void> {
  const limit = performance.now() + seconds * 1000;
  while (!(await done())) {
    if (performance.now() > limit) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** The keys of a ledger of the benchmark, as its hubs open them. */
export function benchKeyring(databaseUrl: string): Keyring {
  return openKeyring({
    url: databaseUrl,
    cipher: systemCipher,
    random: systemRandom,
    clock: systemClock,
    master: benchMasterKey(databaseUrl),
    onIdleError: () => undefined,
  });
}

export function benchMasterKey(databaseUrl: string): MasterKeys {
  return fixedMasterKey(`bench ${databaseUrl}`);
}
