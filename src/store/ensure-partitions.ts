/**
 * Makes the monthly partitions of the insert-heavy tables: this one and the next, and
 * a default one that catches what is older (a backfill of old facts) or absurdly dated. Called at
 * start and every hour. A row is never refused for want of a month: the default partition takes it,
 * and when its month is made later, it moves there.
 */
import type { Pool, Session } from "./database.ts";
import { inTransaction } from "./database.ts";
import type { Month } from "./month-partitions.ts";
import { monthAt, monthlyTables } from "./month-partitions.ts";

/**
 * Bodies up to a page stay in their row as they are. PostgreSQL would otherwise compress what is
 * beyond 2 KB and put it elsewhere in pieces: a quarter of its time at intake, measured, for bodies
 * that are written once and dropped with their month. Larger ones are compressed as ever.
 */
const BODIES = "toast_tuple_target = 8160";
/**
 * As migrations/0008 sets it for the months that were there before. Handoffs change three or four
 * times and each change touches indexes; a server's own default would let a fifth of a month die
 * before anything is cleared, and claims step over it.
 */
const CHANGING = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02";

const STORAGE: Readonly<Record<string, string>> = {
  inbound: `with (${BODIES})`,
  event: `with (${BODIES})`,
  attempt: `with (${BODIES})`,
  handoff: `with (${CHANGING})`,
};

/**
 * How long intake may stand still behind a partition being made: making it needs the table for
 * itself for a moment, and everybody queues behind whoever waits for that.
 */
const LOCK_WAIT = "1s";
/** More rows than this in the default partition are not moved by the way: it would take seconds. */
const MOST_MOVED = 20_000;

export interface PartitionReport {
  readonly made: readonly string[];
  /** Months that could not be made, and why; their rows go to the default partition meanwhile. */
  readonly left: readonly { readonly partition: string; readonly why: string }[];
}

/** Makes what is lacking for the month of `nowMs` and the next; changes nothing else. */
export async function ensurePartitions(pool: Pool, nowMs: number): Promise<PartitionReport> {
  const made: string[] = [];
  const left: { partition: string; why: string }[] = [];
  for (const table of monthlyTables) {
    const rest = `${table}_rest`;
    if (await makeOne(pool, rest, (session) => makeRest(session, table))) made.push(rest);
    for (const month of [monthAt(nowMs, 0), monthAt(nowMs, 1)]) {
      const partition = `${table}_${month.name}`;
      try {
        const make = (session: Session) => makeMonth(session, table, month);
        if (await makeOne(pool, partition, make)) made.push(partition);
      } catch (thrown) {
        const why = reasonOf(thrown);
        if (why === undefined) throw thrown;
        left.push({ partition, why });
      }
    }
  }
  return { made, left };
}

/** By a look at the catalogue: to_regclass may answer from what the session remembers. */
const EXISTS = `
select exists (select 1 from pg_class
  where relname = $1 and relnamespace = current_schema()::regnamespace) as there`;

/** True when it was made now. Asks first without a lock: nearly always it is there. */
async function makeOne(
  pool: Pool,
  partition: string,
  make: (session: Session) => Promise<void>,
): Promise<boolean> {
  const isThere = async (session: Session): Promise<boolean> =>
    (await session.query<{ there: boolean }>(EXISTS, [partition])).rows[0]?.there === true;
  if (await isThere(pool)) return false;
  return inTransaction(pool, async (session) => {
    // One lock for all: two hubs that start together would otherwise race for the same names.
    await session.query("select pg_advisory_xact_lock(7629669)");
    if (await isThere(session)) return false;
    await session.query(`set local lock_timeout = '${LOCK_WAIT}'`);
    await make(session);
    return true;
  });
}

async function makeRest(session: Session, table: string): Promise<void> {
  const storage = STORAGE[table] ?? "";
  await session.query(`create table ${table}_rest partition of ${table} default ${storage}`);
}

/** With the rows of the month that came before it: the vendor's test clock, a wrong date. */
async function makeMonth(session: Session, table: string, month: Month): Promise<void> {
  const { from, upto } = month;
  const storage = STORAGE[table] ?? "";
  const partition = `${table}_${month.name}`;
  const bounds = `for values from ('${from}') to ('${upto}')`;
  if ((await countEarly(session, table, month)) === 0) {
    await session.query(`create table ${partition} partition of ${table} ${bounds} ${storage}`);
    return;
  }
  // Nobody writes there meanwhile; counted again, for somebody may have until now.
  await session.query(`lock table ${table}_rest in share row exclusive mode`);
  if ((await countEarly(session, table, month)) > MOST_MOVED) throw new TooManyError();
  await session.query(
    `create table ${partition} (like ${table} including defaults including constraints) ${storage}`,
  );
  await session.query(
    `insert into ${partition} select * from ${table}_rest where id >= $1 and id < $2`,
    [from, upto],
  );
  await session.query(`alter table ${table}_rest disable trigger user`);
  await session.query(`delete from ${table}_rest where id >= $1 and id < $2`, [from, upto]);
  await session.query(`alter table ${table}_rest enable trigger user`);
  await session.query(`alter table ${table} attach partition ${partition} ${bounds}`);
}

async function countEarly(session: Session, table: string, { from, upto }: Month): Promise<number> {
  const { rows } = await session.query<{ early: number }>(
    `select count(*)::int as early from (
       select from ${table}_rest where id >= $1 and id < $2 limit ${MOST_MOVED + 1}) x`,
    [from, upto],
  );
  return rows[0]?.early ?? 0;
}

class TooManyError extends Error {}

/** "Lock not available", and "default partition would be violated": a row came in between. */
const PASSING = new Map([
  ["55P03", "the table was in use for too long; it is tried again"],
  ["23514", "a row of the month came in meanwhile; it is tried again"],
]);

/** Undefined for what must be heard. Nothing of this may keep a hub from starting. */
function reasonOf(thrown: unknown): string | undefined {
  if (thrown instanceof TooManyError) {
    return `more than ${MOST_MOVED} of its rows are in the default partition and stay there`;
  }
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  return PASSING.get(code);
}
