/** The connections to the warehouse's server. */
import pg from "pg";
import type { WarehouseSettings } from "./settings.ts";

/** The client waits a little longer than the server, whose refusal is the better answer. */
const GRACE_MS = 5_000;

/** `onIdleError`: told when a connection breaks that nobody uses; the pool replaces it. */
export function openPool(
  settings: Pick<WarehouseSettings, "url" | "connections" | "timeoutMs">,
  onIdleError: (cause: Error) => void,
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.connections,
    application_name: "tieout warehouse",
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: settings.timeoutMs,
    query_timeout: settings.timeoutMs + GRACE_MS,
    keepAlive: true,
  });
  pool.on("error", onIdleError);
  // A connection may also break while it is taken and rests between two statements.
  pool.on("connect", (client) => client.on("error", onIdleError));
  return pool;
}

/** What a failed transaction tells about its effect. */
export class TransactionFailure extends Error {
  /** `none`: rolled back for certain. `unknown`: the connection broke while it committed. */
  readonly effect: "none" | "unknown";

  constructor(effect: "none" | "unknown", options: ErrorOptions) {
    super("transaction failed", options);
    this.effect = effect;
  }
}

/** Runs `work` in one transaction. Throws TransactionFailure with the reason as its cause. */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect().catch((cause: unknown) => {
    throw new TransactionFailure("none", { cause });
  });
  let committing = false;
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work(client);
    committing = true;
    await client.query("commit");
    return result;
  } catch (cause) {
    if (committing) broken = cause as Error;
    else
      await client.query("rollback").catch((second: Error) => {
        broken = second;
      });
    throw new TransactionFailure(committing ? "unknown" : "none", { cause });
  } finally {
    client.release(broken);
  }
}
