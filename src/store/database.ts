/**
 * The connection to the ledger. Numbers that may carry money, and 64-bit integers, come back as
 * text on purpose; times come back as instants (RFC 3339, UTC).
 */
import pg from "pg";

export type Pool = pg.Pool;
/** One connection, inside or outside a transaction. */
export type Session = pg.PoolClient | pg.Pool;

const TIMESTAMPTZ = 1184;
const DATE = 1082;
const BIGINT = 20;
const NUMERIC = 1700;

const types = new pg.TypeOverrides();
types.setTypeParser(TIMESTAMPTZ, instantOf);
types.setTypeParser(DATE, (text) => text);
types.setTypeParser(BIGINT, (text) => text);
types.setTypeParser(NUMERIC, (text) => text);

/**
 * As instants are written, to the millisecond: `2026-11-24 02:48:02.577123+00` becomes
 * `2026-11-24T02:48:02.577Z`. What is not in that shape (another zone) takes the long way, which is
 * ten times as dear; a claim of a bulk target reads a thousand at once.
 */
export function instantOf(text: string): string {
  if (text.length < 22 || text[4] !== "-" || text[10] !== " " || !text.endsWith("+00")) {
    return new Date(text).toISOString();
  }
  const fraction = text[19] === "." ? text.slice(20, -3) : "";
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(3, "0").slice(0, 3)}Z`;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly connections: number;
  readonly name: string;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  readonly onIdleError: (cause: Error) => void;
}

export function openDatabase(options: DatabaseOptions): Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections,
    application_name: options.name,
    // Every hot statement is prepared and takes arrays, whose length the planner must not chase:
    // it would plan each execution anew, at a fifth of the ledger's time (measured).
    options: "-c plan_cache_mode=force_generic_plan",
    types,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    // A server whose machine vanished answers nothing, not even that it is gone.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  pool.on("error", options.onIdleError);
  // A connection may also break while it is checked out and idle between two statements.
  pool.on("connect", (client) => client.on("error", options.onIdleError));
  return pool;
}

/** What a transaction sets before its work, by the pool that it was asked of. */
const beginnings = new WeakMap<object, string>();

export interface RowScope {
  readonly role: string;
  readonly all: boolean;
  readonly legalEntities: readonly string[];
  readonly unassigned: boolean;
}

/**
 * The same connections, but everything runs as `role` in a transaction that says which rows may be
 * seen; row security does the rest. `query` and `inTransaction` are all that may be asked of it.
 */
export function scopedPool(pool: Pool, scope: RowScope): Pool {
  const settings = {
    "tieout.all_entities": scope.all ? "on" : "off",
    "tieout.unassigned": scope.unassigned ? "on" : "off",
    "tieout.entities": arrayLiteral(scope.legalEntities),
  };
  const sets = Object.entries(settings).map(
    ([name, value]) => `set local ${name} = ${pg.escapeLiteral(value)}`,
  );
  const begin = ["begin", `set local role ${pg.escapeIdentifier(scope.role)}`, ...sets].join("; ");
  const scoped = {
    connect: () => pool.connect(),
    query: (text: string | pg.QueryConfig, values?: unknown[]) =>
      inTransaction(scoped as unknown as Pool, (session) =>
        typeof text === "string" ? session.query(text, values) : session.query(text),
      ),
  };
  beginnings.set(scoped, begin);
  // A pool has a dozen more members, which nothing that is scoped may use: absent, not forbidden.
  return scoped as unknown as Pool;
}

function arrayLiteral(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

/**
 * Runs `work` in one transaction; anything thrown rolls it back and is thrown on. `begin` may say
 * more than that it begins: settings for the transaction alone.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (session: pg.PoolClient) => Promise<T>,
  begin = beginnings.get(pool) ?? "begin",
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (cause) {
    try {
      await client.query("rollback");
    } catch (second) {
      // The connection itself is gone; the server has rolled back. Do not hand it out again.
      broken = second instanceof Error ? second : new Error(String(second));
    }
    throw cause;
  } finally {
    client.release(broken);
  }
}

const DEADLOCK = "40P01";
const MOST_TRIES = 3;

/**
 * The same for those who meet crosswise: an act of a person locks cases and then their handoffs, a
 * release that supersedes the other way round, and PostgreSQL ends one of two that wait for each
 * other. Whoever is ended has changed nothing and goes again. `work` may run several times and must
 * change nothing else.
 */
export async function inRepeatedTransaction<T>(
  pool: Pool,
  work: (session: pg.PoolClient) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await inTransaction(pool, work);
    } catch (thrown) {
      if (tries === MOST_TRIES || (thrown as { code?: unknown }).code !== DEADLOCK) throw thrown;
    }
  }
}
