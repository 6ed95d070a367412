/**
 * The server's side of a physical backup. Everything happens in one connection: it holds the
 * backup, and a slot of its own that keeps the log from the beginning on; both end with it.
 */
import type pg from "pg";
import type { Session } from "./database.ts";

/** The one connection of a backup. */
export type BackupSession = pg.PoolClient;

export interface BackupBegin {
  readonly lsn: string;
  /** First segment of log that the copy needs. */
  readonly segment: string;
  readonly at: string;
}

const FACTS = `
select current_setting('server_version') as version,
  current_setting('server_version_num')::int / 10000 as major,
  current_setting('data_directory') as folder,
  (select setting::int from pg_settings where name = 'wal_segment_size') as segment_bytes,
  (select system_identifier from pg_control_system())::text as system_identifier,
  (select count(*)::int from pg_tablespace where spcname !~ '^pg_') as tablespaces,
  current_setting('full_page_writes') = 'on' and current_setting('fsync') = 'on' as durable`;

export interface ServerFacts {
  readonly version: string;
  readonly major: number;
  readonly folder: string;
  readonly segment_bytes: number;
  readonly system_identifier: string;
  readonly tablespaces: number;
  readonly durable: boolean;
}

export async function readServerFacts(session: Session): Promise<ServerFacts> {
  const row = (await session.query<ServerFacts>(FACTS)).rows[0];
  if (row === undefined) throw new Error("a select without from returned no row");
  return row;
}

/** Named by the connection: a backup that was killed and one that runs do not meet. */
const SLOT = `select pg_create_physical_replication_slot(
  'tieout_backup_' || pg_backend_pid(), true, true)`;

const BEGIN = `
select b.lsn::text as lsn, pg_walfile_name(b.lsn) as segment, clock_timestamp() as at
from (select pg_backup_start($1, fast => true) as lsn) b`;

export async function beginBackup(session: pg.PoolClient, label: string): Promise<BackupBegin> {
  await session.query(SLOT);
  const row = (await session.query<BackupBegin>(BEGIN, [label])).rows[0];
  if (row === undefined) throw new Error("pg_backup_start returned no row");
  return row;
}

export interface BackupEnd extends BackupBegin {
  /** The content of `backup_label`. */
  readonly label: string;
}

/** The last segment is closed by this, so that the log can be copied right away. */
const END = `
select b.lsn::text as lsn, pg_walfile_name(b.lsn) as segment, b.labelfile as label,
  clock_timestamp() as at
from pg_backup_stop(wait_for_archive => false) b`;

export async function endBackup(session: pg.PoolClient): Promise<BackupEnd> {
  const row = (await session.query<BackupEnd>(END)).rows[0];
  if (row === undefined) throw new Error("pg_backup_stop returned no row");
  return row;
}

const LEDGER = `
select (select max(name) from schema_version) as migration,
  (select epoch from sending_permission) as epoch`;

export interface LedgerFacts {
  readonly migration: string | null;
  readonly epoch: number | null;
}

/** Of a database without a ledger both are null. */
export async function readLedgerFacts(session: Session): Promise<LedgerFacts> {
  const there = await session.query<{ there: boolean }>(
    "select to_regclass('schema_version') is not null as there",
  );
  if (there.rows[0]?.there !== true) return { migration: null, epoch: null };
  return (await session.query<LedgerFacts>(LEDGER)).rows[0] ?? { migration: null, epoch: null };
}
