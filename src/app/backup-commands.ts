/**
 * `tieout backup`, `backup verify`, `restore`: commands of this machine only. A backup reads the
 * data folder and a restore writes one; neither is anything to ask a server for.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { backupErrors } from "../engine/backup/errors.ts";
import type { Manifest } from "../engine/backup/manifest.ts";
import { readManifest } from "../engine/backup/manifest.ts";
import { restoreBackup } from "../engine/backup/restore-backup.ts";
import { takeBackup } from "../engine/backup/take-backup.ts";
import { verifyBackup } from "../engine/backup/verify-backup.ts";
import { findEmbeddedPostgres } from "../engine/embedded/postgres.ts";
import { archiveState, PUT_ASIDE } from "../engine/embedded/wal-archive.ts";
import { openDatabase } from "../store/database.ts";
import { crashPoints } from "./crash-points.ts";
import type { Environment } from "./environment.ts";
import { readEnvironment, version } from "./environment.ts";
import { appErrors } from "./errors.ts";
import { supervisorErrors } from "./supervisor/errors.ts";
import { lockHolder, takeLock } from "./supervisor/lock.ts";
import { systemClock, systemRandom } from "./system.ts";
import { say, supervisorLog } from "./up.ts";

const DIFFERENCES = 3;

interface BackupFlags {
  readonly archive: boolean;
  readonly json?: boolean;
}

interface RestoreFlags {
  readonly to?: string;
  readonly data?: string;
  readonly archive?: string;
  readonly retire?: string;
  readonly json?: boolean;
}

export function addBackupCommands(program: Command): void {
  const backup = program
    .command("backup")
    .description("copies the ledger in the box while it runs, and keeps its log from then on")
    .argument("[folder]", "made by it; must not exist, or be empty")
    .option("--no-archive", "keep no log for restores to a moment")
    .option("--json", "print the result as JSON")
    .action((folder: string | undefined, flags: BackupFlags) =>
      folder === undefined ? backup.help() : backUp(folder, flags),
    );
  backup
    .command("verify")
    .description("reads a backup and compares every file with its manifest; 3 when one differs")
    .argument("<folder>")
    .option("--json", "print the result as JSON")
    .action((folder: string, flags: { json?: boolean }) => verify(folder, flags));
  program
    .command("restore")
    .description("brings a backup back into an empty data folder; sending stays off")
    .argument("<folder>", "the backup")
    .option("--to <moment>", "2026-11-23T17:30:00Z, or `latest`: as far as the archived log goes")
    .option("--data <folder>", "the data folder to make (TIEOUT_DATA)")
    .option("--archive <folder>", "where the archived log is, if not where the backup says")
    .option("--retire <folder>", "a data folder that must never be served again: the original's")
    .option("--json", "print the result as JSON")
    .action((folder: string, flags: RestoreFlags) => restore(folder, flags));
}

async function backUp(folder: string, flags: BackupFlags): Promise<void> {
  const environment = readEnvironment();
  const pool = openDatabase({
    url: embeddedAddress(environment),
    connections: 2,
    name: "tieout backup",
    onIdleError: () => undefined,
  });
  try {
    const manifest = await takeBackup({
      pool,
      cluster: path.join(environment.dataDir, "postgres", "data"),
      folder: path.resolve(folder),
      archive: flags.archive ? environment.walArchive : undefined,
      version,
      onProgress: progress("copied"),
      crash: crashPoints(environment.variables["TIEOUT_CRASH_AT"]),
    });
    print(flags, summary(manifest, folder), () => describe(manifest, folder));
    const { stopped } = archiveState(environment.walArchive);
    if (flags.archive && stopped !== undefined) say(`The archive of the log stopped: ${stopped}.`);
  } finally {
    await pool.end();
  }
}

/** Throws E_BACKUP_SERVER for a server of the user's own, E_APP_NOT_RUNNING when none runs. */
function embeddedAddress({ databaseUrl, dataDir }: Environment): string {
  if (databaseUrl !== undefined) {
    const reason =
      "DATABASE_URL names a server of your own. Use that server's tools, or tieout export.";
    throw backupErrors.E_BACKUP_SERVER({ reason });
  }
  const found = findEmbeddedPostgres(dataDir);
  if (found === undefined) throw appErrors.E_APP_NOT_RUNNING({ dataDir });
  return found.url;
}

async function verify(folder: string, flags: { json?: boolean }): Promise<void> {
  const { manifest, problems } = await verifyBackup(path.resolve(folder));
  print(flags, { ...summary(manifest, folder), whole: problems.length === 0, problems }, () =>
    problems.length === 0
      ? [`Whole: ${describe(manifest, folder)[0]}`]
      : [`${problems.length} of ${manifest.files.length} files differ:`, ...problems],
  );
  if (problems.length > 0) process.exitCode = DIFFERENCES;
}

async function restore(folder: string, flags: RestoreFlags): Promise<void> {
  const environment = readEnvironment();
  const dataDir = path.resolve(flags.data ?? environment.dataDir);
  const original = flags.retire === undefined ? undefined : path.resolve(flags.retire);
  if (original !== undefined) await refuseLiving(original);
  const lock = await takeLock(dataDir);
  try {
    const { manifest, why } = await restoreBackup({
      backup: path.resolve(folder),
      dataDir,
      to: flags.to,
      archives: archivesFor(folder, flags),
      retire: original,
      clock: systemClock,
      random: systemRandom,
      log: supervisorLog,
      onProgress: progress("restored"),
      crash: crashPoints(environment.variables["TIEOUT_CRASH_AT"]),
    });
    print(flags, { ...summary(manifest, folder), dataDir, why, retired: original ?? null }, () => [
      `${dataDir} holds the ledger, ${why}.`,
      "Sending is off. Start it (TIEOUT_DATA), let it read its sources, then:",
      "  tieout sending resume",
    ]);
  } finally {
    lock.release();
  }
}

async function refuseLiving(original: string): Promise<void> {
  const pid = await lockHolder(original);
  if (pid !== undefined) throw supervisorErrors.E_SUPERVISOR_LOCKED({ dataDir: original, pid });
  if (!existsSync(original)) throw backupErrors.E_RESTORE_ORIGINAL({ dataDir: original });
}

/**
 * The archive with what a broken-off backup put aside in it, and the newest log of the original,
 * which nobody archived yet. Throws E_RESTORE_MOMENT where none is: `latest` would end with the
 * backup and look like the whole.
 */
export function archivesFor(folder: string, flags: Pick<RestoreFlags, "to" | "archive">): string[] {
  const { to, archive: given } = flags;
  if (to === undefined) return [];
  const manifest = readManifest(path.resolve(folder));
  const archive = given === undefined ? manifest.archive : path.resolve(given);
  const kept = archive === null ? [] : [archive, path.join(archive, PUT_ASIDE)];
  const named = given === undefined ? [...kept, path.join(manifest.cluster, "pg_wal")] : kept;
  const there = named.filter((one) => existsSync(one));
  if (there.length > 0) return there;
  const looked = given === undefined ? named.join(", ") : archive;
  const reason = `the log since the backup is not there (${looked}); name its folder: --archive.`;
  throw backupErrors.E_RESTORE_MOMENT({ to, reason });
}

function summary(manifest: Manifest, folder: string) {
  const { files, folders: _, digest, log, ...rest } = manifest;
  return { folder: path.resolve(folder), ...rest, files: files.length, log: log.length, digest };
}

function describe({ files, bytes, finishedAt, ledger }: Manifest, folder: string): string[] {
  const size = `${Math.ceil(bytes / 1024 ** 2)} MiB in ${files.length} files`;
  return [`${path.resolve(folder)}: ${size}, as of ${finishedAt}, ${ledger.migration ?? "empty"}`];
}

function print(flags: { json?: boolean }, value: object, lines: () => readonly string[]): void {
  if (flags.json === true) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else process.stdout.write(`${lines().join("\n")}\n`);
}

/** Says once a second how far it is. */
function progress(word: string) {
  let last = systemClock.monotonic();
  return ({ files, bytes }: { readonly files: number; readonly bytes: number }): void => {
    if (systemClock.monotonic() - last < 1000) return;
    last = systemClock.monotonic();
    say(`  ${files} files, ${Math.floor(bytes / 1024 ** 2)} MiB ${word}`);
  };
}
