/**
 * Brings a ledger to this version's schema: each folder of migrations/ once, in order, in one
 * transaction each, under a lock that makes a second starter wait. Forward only. The checksum of
 * what was applied is kept: a migration edited afterwards is refused.
 *
 * breaking   an older hub cannot keep its rules beside it; its note.md says yes or no. A ledger
 *            keeps the word, so that an older hub, which does not have the file, can read it
 * beyond     applied by a newer Tieout, unknown to this one, and not breaking: this one may run
 */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Hasher } from "../kernel/hashing.ts";
import { hex } from "../kernel/hex.ts";
import type { Pool, Session } from "./database.ts";
import { inTransaction } from "./database.ts";
import { storeErrors } from "./errors.ts";

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
  readonly breaking: boolean;
}

interface Applied {
  readonly name: string;
  readonly checksum: string;
  readonly breaking: boolean;
}

export interface MigrateOptions {
  /** The hub that starts: its own sign of life is not somebody else's. */
  readonly hub?: string;
  /** The last migration to apply, for rows that are brought from a ledger of that form. */
  readonly upto?: string;
  /** Called with migrations of a newer Tieout beside which this one may run. */
  readonly onBeyond?: (names: readonly string[]) => void;
  /** Labelled points where a test may end the process; does nothing otherwise. */
  readonly crash?: (label: string) => void;
}

/** "tieout" in hexadecimal: the advisory lock under which schemas change. */
const LOCK = 0x746965;

/** Returns the names applied now. Throws E_STORE_* when the ledger and this version do not fit. */
export async function migrate(
  pool: Pool,
  folder: string,
  hasher: Hasher,
  options: MigrateOptions = {},
): Promise<string[]> {
  const { crash = () => undefined, upto } = options;
  const all = await readMigrations(folder, hasher);
  const known = all.filter(({ name }) => upto === undefined || name <= upto);
  await refuseOldServer(pool);
  await prepareVersions(pool);
  const beyond = refuseUnfit(await readApplied(pool), known);
  if (beyond.length > 0) options.onBeyond?.(beyond);
  const pending = await pendingOf(pool, known);
  if (pending.some((one) => one.breaking)) await refuseBesideHubs(pool, pending, options.hub);
  const applied: string[] = [];
  for (const migration of known) {
    const isNew = await inTransaction(pool, async (session) => {
      await session.query("select pg_advisory_xact_lock($1)", [LOCK]);
      const rows = await readApplied(session);
      // Somebody may have upgraded it while this one waited.
      refuseUnfit(rows, known);
      if (rows.some((row) => row.name === migration.name)) return false;
      crash("migrate-begun");
      await session.query(migration.sql);
      await session.query(
        "insert into schema_version (name, checksum, breaking) values ($1, $2, $3)",
        [migration.name, migration.checksum, migration.breaking],
      );
      crash("migrate-before-commit");
      return true;
    });
    if (!isNew) continue;
    crash("migrate-after-commit");
    applied.push(migration.name);
  }
  return applied;
}

/** The table of what was applied is the one that no migration makes. */
async function prepareVersions(pool: Pool): Promise<void> {
  await inTransaction(pool, async (session) => {
    await session.query("select pg_advisory_xact_lock($1)", [LOCK]);
    await session.query(`create table if not exists schema_version (
      name text primary key,
      checksum text not null,
      breaking boolean not null default true,
      applied_at timestamptz not null default now())`);
    const column = await session.query(
      `select from pg_attribute where attrelid = 'schema_version'::regclass
       and attname = 'breaking' and not attisdropped`,
    );
    if (column.rowCount === 0) {
      await session.query(
        "alter table schema_version add column breaking boolean not null default true",
      );
    }
  });
}

async function readApplied(session: Session): Promise<Applied[]> {
  const { rows } = await session.query<Applied>(
    "select name, checksum, breaking from schema_version order by name",
  );
  return rows;
}

/** Returns what a newer Tieout applied and this one may run beside. */
function refuseUnfit(applied: readonly Applied[], known: readonly Migration[]): string[] {
  const newest = known.at(-1)?.name ?? "";
  const beyond: string[] = [];
  for (const { name, checksum, breaking } of applied) {
    const found = known.find((one) => one.name === name);
    if (found !== undefined && found.checksum !== checksum) {
      throw storeErrors.E_STORE_MIGRATION_CHANGED({ name });
    }
    if (found !== undefined) continue;
    if (name < newest) throw storeErrors.E_STORE_SCHEMA_FOREIGN({ name });
    if (breaking) throw storeErrors.E_STORE_SCHEMA_NEWER({ found: name, known: newest });
    beyond.push(name);
  }
  return beyond;
}

async function pendingOf(pool: Pool, known: readonly Migration[]): Promise<Migration[]> {
  const names = new Set((await readApplied(pool)).map((one) => one.name));
  return known.filter((one) => !names.has(one.name));
}

/** A hub that was killed looks alive for ten seconds. */
const PATIENCE_MS = 12_000;
const STEP_MS = 500;

const ALIVE = `
select name, version from hub where seen_at > now() - interval '10 seconds' and name <> $1
order by name`;

/** A schema that an older hub cannot keep its rules in must not appear under a living one. */
async function refuseBesideHubs(
  pool: Pool,
  pending: readonly Migration[],
  self: string | undefined,
): Promise<void> {
  const there = await pool.query<{ there: boolean }>("select to_regclass('hub') is not null there");
  if (there.rows[0]?.there !== true) return;
  for (let waited = 0; ; waited += STEP_MS) {
    const { rows } = await pool.query<{ name: string; version: string }>(ALIVE, [self ?? ""]);
    if (rows.length === 0) return;
    if (waited >= PATIENCE_MS) {
      const hubs = rows.map(({ name, version }) => `${name} (${version})`).join(", ");
      const breaking = pending.filter((one) => one.breaking).map((one) => one.name);
      throw storeErrors.E_STORE_HUBS_ALIVE({ hubs, migrations: breaking.join(", ") });
    }
    await sleep(STEP_MS);
  }
}

async function readMigrations(folder: string, hasher: Hasher): Promise<Migration[]> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(folder, name, "up.sql"), "utf8");
      const note = await readFile(path.join(folder, name, "note.md"), "utf8").catch(() => "");
      const checksum = hex(hasher.sha256(sql));
      // Whoever does not say is not trusted to run beside.
      return { name, sql, checksum, breaking: !/^breaking: no$/m.test(note) };
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
