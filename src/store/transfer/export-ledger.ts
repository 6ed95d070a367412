/**
 * Writes a ledger down, every table as it was at one moment, for another server or another major
 * version. One transaction of one connection sees that moment; the ledger goes on meanwhile.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import type { Pool } from "../database.ts";
import { digestOf, MANIFEST } from "../digested-manifest.ts";
import { storeErrors } from "../errors.ts";
import { writeWhole } from "../write-whole.ts";
import { copyOut } from "./copy-protocol.ts";
import type { ExportedTable, ExportManifest } from "./export-manifest.ts";
import { FORMAT, fileOf } from "./export-manifest.ts";
import type { LedgerTable } from "./tables.ts";
import { listTables, quotedName } from "./tables.ts";

export interface ExportLedger {
  readonly pool: Pool;
  /** Made; must not exist, or be empty. */
  readonly folder: string;
  readonly version: string;
  readonly onProgress: (table: string, rows: number) => void;
}

const UNFINISHED = "tieout-export-unfinished";

/** Row security would leave out what a role may not see; without the right to pass it, it fails. */
const BEGIN = `begin isolation level repeatable read read only; set local row_security = off;
  set local statement_timeout = 0; set local datestyle = 'ISO, YMD'; set local timezone = 'UTC';
  set local intervalstyle = 'iso_8601'; set local extra_float_digits = 3;
  set local bytea_output = 'hex'`;

const FACTS = `
select now() as exported_at, current_setting('server_version') as server,
  (select max(name) from schema_version) as migration,
  (select epoch from sending_permission) as epoch,
  greatest((select coalesce(max(upto_tx), 0) from seal_block), $1::bigint)::text as highest_tx`;

interface Facts {
  readonly exported_at: string;
  readonly server: string;
  readonly migration: string;
  readonly epoch: number;
  readonly highest_tx: string;
}

/** Throws E_STORE_EXPORT_FOLDER when the folder is taken. */
export async function exportLedger(options: ExportLedger): Promise<ExportManifest> {
  const unfinished = makeRoom(options.folder);
  const session = await options.pool.connect();
  let broken = true;
  try {
    await session.query(BEGIN);
    const tables = await listTables(session);
    const highest = await highestTx(session, tables);
    const facts = (await session.query<Facts>(FACTS, [highest])).rows[0];
    if (facts === undefined) throw new Error("a select without from returned no row");
    const written: ExportedTable[] = [];
    for (const table of tables) {
      written.push(await writeTable(session, unfinished, table));
      options.onProgress(table.name, written.at(-1)?.rows ?? 0);
    }
    const months = await findMonths(session);
    await session.query("commit");
    broken = false;
    const rest = {
      format: FORMAT,
      version: options.version,
      migration: facts.migration,
      epoch: facts.epoch,
      exportedAt: facts.exported_at,
      server: facts.server,
      highestTx: facts.highest_tx,
      months,
      tables: written,
    } as const;
    const manifest = { ...rest, digest: digestOf(rest) };
    await writeDurably(path.join(unfinished, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
    rmSync(path.join(unfinished, UNFINISHED));
    if (existsSync(options.folder)) rmSync(options.folder, { recursive: true });
    await rename(unfinished, options.folder);
    return manifest;
  } finally {
    // A copy that was cut off leaves the connection in the middle of it.
    session.release(broken);
  }
}

function makeRoom(folder: string): string {
  const unfinished = `${folder}.unfinished`;
  const refuse = (name: string, reason: string) =>
    storeErrors.E_STORE_EXPORT_FOLDER({ folder: name, reason });
  if (existsSync(folder) && readdirSync(folder).length > 0) throw refuse(folder, "it is not empty");
  if (existsSync(unfinished)) {
    // Killed on the way, or when all was there but its name.
    const isOurs = [UNFINISHED, MANIFEST].some((name) => existsSync(path.join(unfinished, name)));
    if (!isOurs) throw refuse(unfinished, "it exists");
    rmSync(unfinished, { recursive: true });
  }
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(unfinished, UNFINISHED), "");
  return unfinished;
}

async function writeTable(
  session: pg.PoolClient,
  folder: string,
  { name, columns }: LedgerTable,
): Promise<ExportedTable> {
  const list = columns.map(quotedName).join(", ");
  const copy = copyOut(session, `copy (select ${list} from ${quotedName(name)}) to stdout`);
  const hash = createHash("sha256");
  const file = await open(fileOf(folder, name), "wx", 0o600);
  let bytes = 0;
  try {
    for await (const piece of copy.pieces) {
      hash.update(piece);
      bytes += piece.length;
      await writeWhole(file, piece);
    }
    const rows = await copy.rows;
    await file.sync();
    return { name, columns: [...columns], rows, bytes, sha256: hash.digest("hex") };
  } finally {
    await file.close();
  }
}

async function highestTx(session: pg.PoolClient, tables: readonly LedgerTable[]): Promise<string> {
  let highest = 0n;
  for (const { name } of tables.filter((table) => table.columns.includes("tx"))) {
    const text = `select coalesce(max(tx), 0)::text as tx from ${quotedName(name)}`;
    const found = BigInt((await session.query<{ tx: string }>(text)).rows[0]?.tx ?? "0");
    if (found > highest) highest = found;
  }
  return highest.toString();
}

/** Ids begin with milliseconds; the partitions that exist here say which months there are. */
const MONTHS = `
select distinct right(c.relname, 7) as month from pg_inherits i
join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
where p.relnamespace = current_schema()::regnamespace and c.relname ~ '_\\d{4}_\\d{2}$'
order by 1`;

async function findMonths(session: pg.PoolClient): Promise<number[]> {
  const { rows } = await session.query<{ month: string }>(MONTHS);
  return rows.map(({ month }) => Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1));
}

async function writeDurably(file: string, content: string): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
