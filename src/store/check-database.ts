/** What the doctor asks of the database itself. */
import type { Session } from "./database.ts";

export interface DatabaseFacts {
  readonly server_version: number;
  readonly now_ms: number;
  readonly schema_version: string | null;
  readonly durable: boolean;
}

const FACTS = `
select current_setting('server_version_num')::int as server_version,
  floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms,
  (select max(name) from schema_version) as schema_version,
  current_setting('fsync') = 'on' and current_setting('synchronous_commit') <> 'off' as durable`;

export async function checkDatabase(session: Session): Promise<DatabaseFacts> {
  const row = (await session.query<DatabaseFacts>(FACTS)).rows[0];
  if (row === undefined) throw new Error("a select without from returned no row");
  return row;
}

/** Monthly partitions that exist, as `event_2026_01`. */
const PARTITIONS = `
select c.relname as name from pg_inherits i
join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
where p.relname = any($1::text[])`;

export async function listPartitions(
  session: Session,
  tables: readonly string[],
): Promise<Set<string>> {
  const result = await session.query<{ name: string }>(PARTITIONS, [tables]);
  return new Set(result.rows.map((row) => row.name));
}
