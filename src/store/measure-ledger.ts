/** How large the ledger is on its server: tables, indexes and what it keeps beside them. */
import type { Session } from "./database.ts";

/** Bytes; the server's write-ahead log is not among them. */
export async function measureLedger(session: Session): Promise<number> {
  const { rows } = await session.query<{ bytes: string }>(
    "select pg_database_size(current_database()) as bytes",
  );
  return Number(rows[0]?.bytes ?? 0);
}
