/**
 * Brings a copied cluster to a moment: its own log, then the archive's, then an end of its own
 * timeline. Nobody is let in meanwhile, and the server is stopped when it is done.
 */
import path from "node:path";
import type { Clock } from "../../kernel/clock.ts";
import type { Identity } from "../embedded/identity.ts";
import { lastLines, rotateLog } from "../embedded/log-files.ts";
import type { PostgresBinaries } from "../embedded/pg-binaries.ts";
import { SERVER_ENV } from "../embedded/pg-cluster.ts";
import type { PostgresSettings } from "../embedded/pg-settings.ts";
import { settingArguments } from "../embedded/pg-settings.ts";
import { choosePorts } from "../embedded/ports.ts";
import { becomesReady, ESCALATION, POSTGRES_PORT } from "../embedded/postgres.ts";
import { removeRunRecord, writeRunRecord } from "../embedded/run-records.ts";
import { launchServer } from "../embedded/server-process.ts";
import type { ServerLog } from "../embedded/types.ts";
import { shellQuoted } from "../embedded/wal-archive.ts";
import { backupErrors } from "./errors.ts";

export interface Recovery {
  readonly dataDir: string;
  readonly folder: string;
  readonly to: string | undefined;
  readonly archives: readonly string[];
  readonly binaries: PostgresBinaries;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly log: ServerLog;
  readonly crash: (label: string) => void;
}

const NAME = "postgres";

/** Throws E_RESTORE_MOMENT, E_RESTORE_RECOVERY. */
export async function recover(recovery: Recovery): Promise<void> {
  const { dataDir, folder, binaries, identity, clock, log } = recovery;
  const logFile = rotateLog(dataDir, NAME);
  const wish = { use: "sql", usual: POSTGRES_PORT };
  const port = (await choosePorts(dataDir, NAME, [wish], log))["sql"] as number;
  const settings = settingArguments(port, true, recoverySettings(recovery));
  const command = identity.wrap(binaries.postgres, ["-D", folder, ...settings]);
  const launch = { name: NAME, command, env: SERVER_ENV, logFile, escalation: ESCALATION, clock };
  const server = await launchServer(launch);
  // Noted, so that whoever comes after a kill knows which process to stop.
  writeRunRecord(dataDir, NAME, server.pid, { sql: port });
  recovery.crash("restore-recovering");
  // As long as it takes: an archive may hold hours of log, and whoever breaks off begins anew.
  const ready = await becomesReady(server, folder, clock, undefined, Number.POSITIVE_INFINITY);
  await server.stop();
  removeRunRecord(dataDir, NAME);
  if (ready) return;
  throw failure(recovery, lastLines(logFile, 40), path.resolve(logFile));
}

/**
 * Archive recovery even where the backup's own log is all there is: only that begins a timeline,
 * by which a restored ledger differs from its original.
 */
function recoverySettings({ to, archives }: Recovery): PostgresSettings {
  const base = { hot_standby: "off", recovery_target_action: "promote", archive_mode: "off" };
  if (to === undefined) return { ...base, restore_command: "exit 1" };
  const all = { ...base, restore_command: restoreCommand(archives) };
  return to === "latest" ? all : { ...all, recovery_target_time: to };
}

const UNREADABLE = "archived log cannot be read:";

/**
 * Ends with 1 where no archive has the file: for PostgreSQL the log ends there. What is there and
 * cannot be read must not look like that end, or a restore to `latest` succeeds with less than the
 * whole: above 125 PostgreSQL gives the recovery up.
 */
function restoreCommand(archives: readonly string[]): string {
  const unreadable = (what: string) => `{ echo "${UNREADABLE} ${what}" >&2; exit 126; }`;
  const looks = archives.map((one) =>
    [
      `d=${shellQuoted(one)}; f="$d/%f"`,
      `test -r "$d" && test -x "$d" || ${unreadable("$d")}`,
      `if test -e "$f" || test -L "$f"; then cp "$f" "%p" && exit 0`,
      // The original's own log may be renamed for new use between the look and the copy.
      `if test -e "$f" || test -L "$f"; then ${unreadable("$f")}; fi; fi`,
    ].join("; "),
  );
  return [...looks, "exit 1"].join("; ");
}

function failure({ to }: Recovery, said: string, logFile: string): Error {
  if (/recovery ended before configured recovery target was reached/.test(said)) {
    const reached = /last completed transaction was at log time ([^\n]+)/.exec(said)?.[1];
    const reason = `the archived log ends ${reached === undefined ? "before" : `at ${reached}`}. --to latest goes as far as it reaches.`;
    return backupErrors.E_RESTORE_MOMENT({ to: to ?? "its end", reason });
  }
  const unreadable = new RegExp(`${UNREADABLE} [^\\n]+`).exec(said)?.[0];
  if (unreadable !== undefined) {
    return backupErrors.E_RESTORE_RECOVERY({ reason: `${unreadable}.`, logFile });
  }
  const reason = /(?:FATAL|PANIC): +([^\n]+)/.exec(said)?.[1] ?? said.slice(-300);
  return backupErrors.E_RESTORE_RECOVERY({ reason, logFile });
}
