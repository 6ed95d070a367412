/**
 * `tieout export` and `import`: commands of this machine only. Both move the ledger as a whole, by
 * files of the caller's, with the rights of the ledger's owner: what no permission of a person
 * covers. They work with any server.
 */
import path from "node:path";
import type { Command } from "commander";
import { startEmbeddedPostgres } from "../engine/embedded/postgres.ts";
import { auditActs } from "../operations/audit-act.ts";
import type { Pool } from "../store/database.ts";
import { openDatabase } from "../store/database.ts";
import { exportLedger } from "../store/transfer/export-ledger.ts";
import { importLedger } from "../store/transfer/import-ledger.ts";
import { ledgerAddress, withoutLedger } from "./connect.ts";
import { crashPoints } from "./crash-points.ts";
import type { Environment } from "./environment.ts";
import { migrationsDir, readEnvironment, version } from "./environment.ts";
import { appErrors } from "./errors.ts";
import { takeLock } from "./supervisor/lock.ts";
import { systemClock, systemHasher, systemRandom } from "./system.ts";
import { say, supervisorLog } from "./up.ts";

interface Flags {
  readonly json?: boolean;
}

export function addTransferCommands(program: Command): void {
  program
    .command("export")
    .description("writes the ledger down as it is at this moment, for another server or version")
    .argument("<folder>", "made by it; must not exist, or be empty")
    .option("--json", "print the result as JSON")
    .action((folder: string, flags: Flags) => exportTo(path.resolve(folder), flags));
  program
    .command("import")
    .description("fills an empty database with an export; sending stays off")
    .argument("<folder>", "the export")
    .option("--data <folder>", "the data folder to make (TIEOUT_DATA); not with DATABASE_URL")
    .option("--json", "print the result as JSON")
    .action((folder: string, flags: Flags & { data?: string }) =>
      importFrom(path.resolve(folder), flags),
    );
}

async function exportTo(folder: string, flags: Flags): Promise<void> {
  const environment = readEnvironment();
  const url = await ledgerAddress(environment);
  if (url === undefined) throw appErrors.E_APP_NOT_RUNNING({ dataDir: environment.dataDir });
  const pool = open(url);
  try {
    const onProgress = (table: string, rows: number) => say(`  ${rows} rows of ${table}`);
    const manifest = await exportLedger({ pool, folder, version, onProgress });
    const { tables, digest, migration, epoch, exportedAt } = manifest;
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const value = { folder, rows, tables: tables.length, migration, epoch, exportedAt, digest };
    print(flags, value, `${rows} rows of ${tables.length} tables, as of ${exportedAt}: ${folder}`);
  } finally {
    await pool.end();
  }
}

async function importFrom(folder: string, flags: Flags & { data?: string }): Promise<void> {
  const environment = readEnvironment();
  const { databaseUrl } = environment;
  if (databaseUrl !== undefined) return fillDatabase(environment, databaseUrl, folder, flags);
  const dataDir = path.resolve(flags.data ?? environment.dataDir);
  const lock = await takeLock(dataDir);
  try {
    const server = await startEmbeddedPostgres({
      ...{ dataDir, clock: systemClock, random: systemRandom, log: supervisorLog },
      archive: environment.walArchive,
      alone: lock.seesContainers,
    });
    try {
      await fillDatabase(environment, server.url, folder, flags);
    } finally {
      await server.stop();
    }
  } finally {
    lock.release();
  }
}

async function fillDatabase(
  environment: Environment,
  url: string,
  folder: string,
  flags: Flags,
): Promise<void> {
  const pool = open(url);
  const parts = { clock: systemClock, random: systemRandom, actor: withoutLedger().actor };
  try {
    const manifest = await importLedger({
      ...{ pool, folder, migrationsDir, hasher: systemHasher, nowMs: systemClock.now() },
      onProgress: (table, rows) => say(`  ${rows} rows of ${table}`),
      conclude: (session, { digest, exportedAt, epoch }) =>
        auditActs(parts, session, [
          {
            operation: "import-ledger",
            subject: `export ${digest.slice(0, 16)}`,
            before: { epoch, exportedAt },
            after: { version },
          },
        ]),
      crash: crashPoints(environment.variables["TIEOUT_CRASH_AT"]),
    });
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    const value = { folder, rows, exportedAt: manifest.exportedAt, migration: manifest.migration };
    print(flags, value, `${rows} rows imported. Sending is off: tieout sending resume`);
  } finally {
    await pool.end();
  }
}

function open(url: string): Pool {
  return openDatabase({
    url,
    connections: 2,
    name: "tieout transfer",
    onIdleError: () => undefined,
  });
}

function print(flags: Flags, value: object, text: string): void {
  process.stdout.write(flags.json === true ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
}
