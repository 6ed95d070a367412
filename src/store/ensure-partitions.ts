/**
 * Makes the monthly partitions of the insert-heavy tables: this one and the next, and
 * a default one that catches what is older (a backfill of old facts) or absurdly dated. Called at
 * start and daily. The bounds are ids: their first 48 bits are the month's first millisecond.
 */
import { uuidFromParts } from "../kernel/ids.ts";
import type { Pool, Session } from "./database.ts";
import { inTransaction } from "./database.ts";

const TABLES = ["inbound", "event", "handoff", "attempt", "outcome"] as const;

/**
 * Bodies up to a page stay in their row as they are. PostgreSQL would otherwise compress what is
 * beyond 2 KB and put it elsewhere in pieces: a quarter of its time at intake, measured, for bodies
 * that are written once and dropped with their month. Larger ones are compressed as ever.
 */
const STORAGE: Readonly<Record<string, string>> = {
  inbound: "with (toast_tuple_target = 8160)",
  event: "with (toast_tuple_target = 8160)",
  attempt: "with (toast_tuple_target = 8160)",
};
const NOTHING = new Uint8Array(10);

/** A bound below every id of a month: its first millisecond, then zeros, no version bits. */
function firstId(year: number, month: number): string {
  const id = uuidFromParts(Date.UTC(year, month, 1), 7, NOTHING);
  return `${id.slice(0, 13)}-0000-0000-000000000000`;
}

export async function ensurePartitions(pool: Pool, nowMs: number): Promise<void> {
  const now = new Date(nowMs);
  const statements: string[] = [];
  for (const table of TABLES) {
    const storage = STORAGE[table] ?? "";
    statements.push(
      `create table if not exists ${table}_rest partition of ${table} default ${storage}`,
    );
    for (let ahead = 0; ahead <= 1; ahead += 1) {
      const [year, month] = [now.getUTCFullYear(), now.getUTCMonth() + ahead];
      const first = new Date(Date.UTC(year, month, 1));
      const suffix = first.toISOString().slice(0, 7).replace("-", "_");
      statements.push(
        `create table if not exists ${table}_${suffix} partition of ${table}
           for values from ('${firstId(year, month)}') to ('${firstId(year, month + 1)}')
           ${storage}`,
      );
    }
  }
  await inTransaction(pool, async (session) => {
    // One lock for all: two hubs that start together would otherwise race for the same names.
    await session.query("select pg_advisory_xact_lock(7629669)");
    for (const statement of statements) await makeOne(session, statement);
  });
}

/** "Default partition would be violated": a fact dated ahead lies there already. */
const CHECK_VIOLATION = "23514";

/**
 * A month whose first facts came early (a vendor's test clock, a wrong date) stays in the default
 * partition: slower, and complete. Nothing else may keep a hub from starting.
 */
async function makeOne(session: Session, statement: string): Promise<void> {
  await session.query("savepoint one");
  try {
    await session.query(statement);
    await session.query("release savepoint one");
  } catch (thrown) {
    if (!(thrown instanceof Error) || !("code" in thrown) || thrown.code !== CHECK_VIOLATION) {
      throw thrown;
    }
    await session.query("rollback to savepoint one");
  }
}
