/**
 * Brings a ledger to this version's schema: each folder of migrations/ once, in order, in one
 * transaction each, under a lock that makes a second starter wait. Forward only. The checksum of
 * what was applied is kept: a migration edited afterwards is refused, and so is a ledger that a
 * newer Tieout has already changed.
 */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Hasher } from "../kernel/hashing.ts";
import { hex } from "../kernel/hex.ts";
import type { Pool } from "./database.ts";
import { inTransaction } from "./database.ts";
import { storeErrors } from "./errors.ts";

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** "tieout" in hexadecimal: the advisory lock under which schemas change. */
const LOCK = 0x746965;

/**
 * Returns the names applied now. `upto`: the last migration to apply, for rows that are brought
 * from a ledger of that form. Throws E_STORE_* when the ledger and this version do not fit.
 */
export async function migrate(
  pool: Pool,
  folder: string,
  hasher: Hasher,
  upto?: string,
): Promise<string[]> {
  const all = await readMigrations(folder, hasher);
  const known = all.filter(({ name }) => upto === undefined || name <= upto);
  await refuseOldServer(pool);
  const applied: string[] = [];
  for (const migration of known) {
    const isNew = await inTransaction(pool, async (session) => {
      await session.query("select pg_advisory_xact_lock($1)", [LOCK]);
      await session.query(`create table if not exists schema_version (
        name text primary key,
        checksum text not null,
        applied_at timestamptz not null default now())`);
      const rows = await session.query<{ name: string; checksum: string }>(
        "select name, checksum from schema_version order by name",
      );
      const last = rows.rows.at(-1)?.name ?? "";
      const newest = known.at(-1)?.name ?? "";
      if (last > newest) throw storeErrors.E_STORE_SCHEMA_NEWER({ found: last, known: newest });
      const found = rows.rows.find((row) => row.name === migration.name);
      if (found !== undefined) {
        if (found.checksum === migration.checksum) return false;
        throw storeErrors.E_STORE_MIGRATION_CHANGED({ name: migration.name });
      }
      await session.query(migration.sql);
      await session.query("insert into schema_version (name, checksum) values ($1, $2)", [
        migration.name,
        migration.checksum,
      ]);
      return true;
    });
    if (isNew) applied.push(migration.name);
  }
  return applied;
}

async function readMigrations(folder: string, hasher: Hasher): Promise<Migration[]> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(folder, name, "up.sql"), "utf8");
      return { name, sql, checksum: hex(hasher.sha256(sql)) };
    }),
  );
}

async function refuseOldServer(pool: Pool): Promise<void> {
  const result = await pool.query<{ server_version_num: string }>("show server_version_num");
  const found = Number(result.rows[0]?.server_version_num ?? 0);
  if (found < 150_000) {
    throw storeErrors.E_STORE_POSTGRES_TOO_OLD({ found: Math.floor(found / 10_000) });
  }
}
