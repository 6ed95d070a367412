/**
 * Restores a backup into an empty data folder. Everything happens in a cluster beside the place
 * where a server looks: copied and compared with the manifest, recovered, given a password and a
 * new epoch. Renaming it is the last step, so a ledger that could be started has its epoch raised
 * already. Killed on the way, the same command begins anew, or sees to what followed the renaming.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { Clock } from "../../kernel/clock.ts";
import { epochMs, instant } from "../../kernel/clock.ts";
import type { Random } from "../../kernel/random.ts";
import {
  forgetRestore,
  isRestoreOf,
  noteRestore,
  openDataFolder,
  retire,
  unfinishedRestore,
} from "../embedded/data-folder.ts";
import type { Identity } from "../embedded/identity.ts";
import { chooseIdentity } from "../embedded/identity.ts";
import { materialisePostgres } from "../embedded/pg-binaries.ts";
import type { ClusterPlace } from "../embedded/pg-cluster.ts";
import { LEDGER_NAME, runAlone, setPassword } from "../embedded/pg-cluster.ts";
import { NOBODY_RULES } from "../embedded/pg-settings.ts";
import { clearTheWay } from "../embedded/postgres.ts";
import type { ServerLog } from "../embedded/types.ts";
import { copyFile, syncFolder } from "./copy-file.ts";
import { backupErrors } from "./errors.ts";
import { inParallel } from "./in-parallel.ts";
import type { Manifest } from "./manifest.ts";
import { DATA, readManifest } from "./manifest.ts";
import { recover } from "./recover.ts";

export interface RestoreBackup {
  readonly backup: string;
  readonly dataDir: string;
  /** Undefined: the backup's end. `latest`: as far as the archive goes. Else a moment, RFC 3339. */
  readonly to: string | undefined;
  /** Where the log since the backup is; several are asked in order. */
  readonly archives: readonly string[];
  /** The original's data folder, never to be served again. */
  readonly retire?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: ServerLog;
  readonly onProgress: (done: { readonly files: number; readonly bytes: number }) => void;
  /** Ends the process at a labelled point; tests only. */
  readonly crash: (label: string) => void;
}

export interface Restored {
  readonly manifest: Manifest;
  /** What the ledger's epoch says of it. */
  readonly why: string;
}

/**
 * Throws E_BACKUP_MANIFEST, E_BACKUP_DAMAGED, E_RESTORE_NOT_EMPTY, E_RESTORE_MAJOR,
 * E_RESTORE_MOMENT, E_RESTORE_RECOVERY, and what starting the server in the box throws.
 */
export async function restoreBackup(options: RestoreBackup): Promise<Restored> {
  const { backup, clock, random, log, crash } = options;
  const manifest = readManifest(backup);
  const to = momentOf(options, manifest);
  const note = { backup: path.resolve(backup), digest: manifest.digest, to: to ?? null };
  const why = `restored from the backup of ${manifest.finishedAt}${to === undefined ? "" : `, to ${to}`}`;
  refuseUsed(options.dataDir, note);
  const dataDir = openDataFolder(options.dataDir, "postgres");
  if (existsSync(path.join(dataDir, "postgres", "data"))) {
    await finish(options, dataDir);
    return { manifest, why };
  }
  noteRestore(dataDir, note);
  const binaries = materialisePostgres(dataDir);
  const { major } = manifest.server;
  if (major !== binaries.major) {
    forgetRestore(dataDir);
    throw backupErrors.E_RESTORE_MAJOR({ found: major, wanted: binaries.major });
  }
  const final = path.join(dataDir, "postgres", "data");
  const folder = `${final}.restoring`;
  await clearTheWay(dataDir, folder, binaries.postgres, clock, log);
  const identity = chooseIdentity(binaries.postgres);
  await copyIn(options, manifest, folder, identity.owner);
  crash("restore-copied");
  await recover({ ...options, to, dataDir, folder, binaries, identity });
  crash("restore-recovered");
  const passwordFile = path.join(dataDir, "postgres", "password");
  const place: ClusterPlace = { folder, passwordFile, binaries, identity, durable: true, random };
  await setPassword(place, folder);
  await runAlone(place, folder, LEDGER_NAME, [raiseStatement(why)]);
  crash("restore-raised");
  renameSync(folder, final);
  crash("restore-renamed");
  await finish(options, dataDir);
  return { manifest, why };
}

/** The note goes last: while it is there, the same command comes here again. */
async function finish(options: RestoreBackup, dataDir: string): Promise<void> {
  const { clock, crash } = options;
  await syncFolder(path.join(dataDir, "postgres"));
  if (options.retire !== undefined) {
    retire(options.retire, { at: instant(clock.now()), reason: `restored into ${dataDir}` });
    crash("restore-retired");
  }
  forgetRestore(dataDir);
}

/** A ledger from before epochs had one row to switch off; an empty database has not even that. */
function raiseStatement(why: string): string {
  const text = `'${why.replaceAll("'", "''")}'`;
  return `do $$ begin
  if to_regprocedure('raise_epoch(text)') is not null then perform raise_epoch(${text});
  elsif to_regclass('sending_permission') is not null then
    update sending_permission set epoch = epoch + 1, allowed = false, reason = ${text};
  end if; end $$`;
}

function momentOf({ to }: RestoreBackup, manifest: Manifest): string | undefined {
  if (to === undefined || to === "latest") return to;
  const refuse = (reason: string) => backupErrors.E_RESTORE_MOMENT({ to, reason });
  // What has no zone would be read in the machine's own, which nobody sees.
  if (!/T.*(Z|[+-]\d\d:\d\d)$/.test(to) || Number.isNaN(Date.parse(to))) {
    throw refuse("write it with date, time and zone: 2026-11-23T17:30:00Z.");
  }
  const moment = Date.parse(to);
  if (moment < epochMs(manifest.finishedAt)) {
    throw refuse(`this backup ends at ${manifest.finishedAt}; take an earlier one.`);
  }
  // In a form that PostgreSQL reads before it knows any name of a zone, Z included.
  return instant(moment).replace("T", " ").replace("Z", "+00");
}

/** What the supervisor and an unfinished restore leave there, and the key put there beforehand. */
const OURS = new Set(["run", "logs", "ports", "restore.json", "master.key"]);

/** A cluster beside the note was renamed and never served: serving it takes the note away. */
function refuseUsed(dataDir: string, note: object): void {
  if (!existsSync(dataDir)) return;
  const finished = existsSync(path.join(dataDir, "postgres", "data"));
  const begun = finished ? isRestoreOf(dataDir, note) : unfinishedRestore(dataDir);
  const used = readdirSync(dataDir).some(
    (name) => !OURS.has(name) && !(begun && name === "postgres"),
  );
  if (used) throw backupErrors.E_RESTORE_NOT_EMPTY({ dataDir });
}

const MOST_PROBLEMS = 10;

async function copyIn(
  options: RestoreBackup,
  manifest: Manifest,
  folder: string,
  owner: Identity["owner"],
): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const asRoot = process.getuid?.() === 0;
  const own = (name: string) => {
    if (asRoot) chownSync(name, owner.uid, owner.gid);
  };
  mkdirSync(folder);
  chmodSync(folder, 0o700);
  for (const name of manifest.folders) mkdirSync(path.join(folder, name), { mode: 0o700 });
  const problems: string[] = [];
  const done = { files: 0, bytes: 0 };
  await inParallel(manifest.files, async (file) => {
    if (problems.length >= MOST_PROBLEMS) return;
    const to = path.join(folder, file.path);
    const copied = await copyFile(path.join(options.backup, DATA, file.path), to);
    if (copied?.sha256 !== file.sha256) {
      problems.push(`${file.path} ${copied === undefined ? "is missing" : "was changed"}`);
      return;
    }
    own(to);
    done.files += 1;
    done.bytes += copied.bytes;
    options.onProgress(done);
    options.crash("restore-file");
  });
  if (problems.length > 0) {
    rmSync(folder, { recursive: true, force: true });
    throw backupErrors.E_BACKUP_DAMAGED({ folder: options.backup, problems: problems.join("; ") });
  }
  writeFileSync(path.join(folder, "pg_hba.conf"), NOBODY_RULES);
  writeFileSync(path.join(folder, "recovery.signal"), "");
  own(path.join(folder, "recovery.signal"));
  for (const name of ["", ...manifest.folders]) {
    await syncFolder(path.join(folder, name));
    own(path.join(folder, name));
  }
}
