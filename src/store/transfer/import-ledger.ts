/**
 * Fills an empty database with an exported ledger: brought to the export's own migration first, so
 * that no later migration is skipped for its rows, then filled in one transaction, then brought to
 * this version. Killed on the way, the database is as empty as it was.
 *
 * What arrives is a copy: its epoch is raised and sending is off.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import type pg from "pg";
import type { Hasher } from "../../kernel/hashing.ts";
import type { Pool, Session } from "../database.ts";
import { inTransaction } from "../database.ts";
import { ensurePartitions } from "../ensure-partitions.ts";
import { storeErrors } from "../errors.ts";
import { migrate } from "../migrate.ts";
import { raiseEpoch } from "../sending-permission.ts";
import { copyIn } from "./copy-protocol.ts";
import type { ExportedTable, ExportManifest } from "./export-manifest.ts";
import { fileOf, readExport } from "./export-manifest.ts";
import { listTables, quotedName } from "./tables.ts";

export interface ImportLedger {
  readonly pool: Pool;
  readonly folder: string;
  readonly migrationsDir: string;
  readonly hasher: Hasher;
  readonly nowMs: number;
  readonly onProgress: (table: string, rows: number) => void;
  /** In the importing transaction, when all rows are there: what the audit log says of it. */
  readonly conclude: (session: Session, manifest: ExportManifest) => Promise<void>;
  /** Ends the process at a labelled point; tests only. */
  readonly crash: (label: string) => void;
}

/** Throws E_STORE_EXPORT_FOLDER, E_STORE_IMPORT_NOT_EMPTY, E_STORE_SCHEMA_NEWER. */
export async function importLedger(options: ImportLedger): Promise<ExportManifest> {
  const { pool, folder, migrationsDir, hasher, crash } = options;
  const manifest = readExport(folder);
  await refuseUnknown(manifest, migrationsDir);
  await refuseDamaged(manifest, folder);
  await refuseFull(pool, manifest);
  await migrate(pool, migrationsDir, hasher, { upto: manifest.migration });
  for (const month of manifest.months) await ensurePartitions(pool, month);
  crash("import-made");
  await inTransaction(pool, async (session) => {
    await fill(options, session, manifest);
    await session.query("select seal_resume_above($1)", [manifest.highestTx]);
    await session.query("update lane set holder = null, lease_until = null, asleep = true");
    await raiseEpoch(session, `imported from an export of ${manifest.exportedAt}`);
    await options.conclude(session, manifest);
    crash("import-filled");
  });
  await migrate(pool, migrationsDir, hasher);
  await ensurePartitions(pool, options.nowMs);
  await pool.query("analyze");
  return manifest;
}

async function refuseUnknown(manifest: ExportManifest, migrationsDir: string): Promise<void> {
  const known = (await readdir(migrationsDir)).sort();
  if (known.includes(manifest.migration)) return;
  const newest = known.filter((name) => /^\d{4}-/.test(name)).at(-1) ?? "";
  throw storeErrors.E_STORE_SCHEMA_NEWER({ found: manifest.migration, known: newest });
}

/** Before anything is made: a file that was cut must not leave half a ledger to explain. */
async function refuseDamaged(manifest: ExportManifest, folder: string): Promise<void> {
  for (const table of manifest.tables) {
    const hash = createHash("sha256");
    try {
      for await (const piece of createReadStream(fileOf(folder, table.name))) hash.update(piece);
    } catch (thrown) {
      const reason = `${table.name}.copy cannot be read`;
      throw storeErrors.E_STORE_EXPORT_FOLDER({ folder, reason }, thrown);
    }
    if (hash.digest("hex") !== table.sha256) {
      const reason = `${table.name}.copy was changed`;
      throw storeErrors.E_STORE_EXPORT_FOLDER({ folder, reason });
    }
  }
}

/** An empty database, or a ledger of the export's migration in which nothing ever happened. */
async function refuseFull(pool: Pool, manifest: ExportManifest): Promise<void> {
  const refuse = (reason: string) => storeErrors.E_STORE_IMPORT_NOT_EMPTY({ reason });
  const tables = await listTables(pool);
  if (tables.length === 0) return;
  const there = await pool.query<{ there: boolean }>(
    "select to_regclass('schema_version') is not null as there",
  );
  if (there.rows[0]?.there !== true) throw refuse("it holds tables of something else");
  const level = await pool.query<{ name: string }>("select max(name) as name from schema_version");
  const found = level.rows[0]?.name ?? "";
  // A later migration may change rows; here it would find none to change.
  if (found > manifest.migration)
    throw refuse(`it is at ${found}, the export at ${manifest.migration}`);
  for (const { name } of tables.filter((table) => !SEEDED.has(table.name))) {
    const rows = await pool.query(`select 1 from ${quotedName(name)} limit 1`);
    if (rows.rows.length > 0) throw refuse(`its ledger is in use: ${name} has rows`);
  }
}

/** What migrations and a hub's first start put there themselves. */
const SEEDED = new Set(["sending_permission", "epoch", "budget", "lane"]);

async function fill(
  options: ImportLedger,
  session: pg.PoolClient,
  manifest: ExportManifest,
): Promise<void> {
  const { folder } = options;
  const order = (await listTables(session)).map((table) => table.name);
  const byName = new Map(manifest.tables.map((table) => [table.name, table]));
  for (const name of [...order].reverse()) {
    if (SEEDED.has(name)) await session.query(`delete from ${quotedName(name)}`);
  }
  const unknown = manifest.tables.filter((table) => !order.includes(table.name));
  if (unknown.length > 0) {
    const reason = `it has ${unknown.map((table) => table.name).join(", ")}, which its migration does not`;
    throw storeErrors.E_STORE_EXPORT_FOLDER({ folder, reason });
  }
  for (const name of order) {
    const table = byName.get(name);
    if (table === undefined) continue;
    const rows = await fillTable(session, folder, table);
    if (rows !== table.rows) {
      const reason = `${name} took ${rows} rows instead of ${table.rows}`;
      throw storeErrors.E_STORE_EXPORT_FOLDER({ folder, reason });
    }
    options.onProgress(name, rows);
    options.crash("import-table");
  }
  await setSequences(session);
}

function fillTable(
  session: pg.PoolClient,
  folder: string,
  { name, columns }: ExportedTable,
): Promise<number> {
  const text = `copy ${quotedName(name)} (${columns.map(quotedName).join(", ")}) from stdin`;
  return copyIn(session, text, createReadStream(fileOf(folder, name)));
}

const SEQUENCES = `
select s.oid::regclass::text as sequence, d.refobjid::regclass::text as table_name,
  a.attname as column_name
from pg_class s
join pg_depend d on d.objid = s.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where s.relkind = 'S' and s.relnamespace = current_schema()::regnamespace`;

/** Numbers drawn by the ledger go on above those that were brought. */
async function setSequences(session: pg.PoolClient): Promise<void> {
  const { rows } = await session.query<{
    sequence: string;
    table_name: string;
    column_name: string;
  }>(SEQUENCES);
  for (const { sequence, table_name, column_name } of rows) {
    const highest = `(select max(${quotedName(column_name)}) from ${table_name})`;
    await session.query(
      `select setval($1, greatest(coalesce(${highest}, 0), 1),
      ${highest} is not null)`,
      [sequence],
    );
  }
}
