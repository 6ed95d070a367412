/**
 * The archive of write-ahead log of the server in the box: what a restore to a moment is made from.
 *
 * segment    16 MiB of log; its name rises with time
 * enabled    the folder exists, which the first backup sees to; until then nothing is kept
 * stopped    a file there that says why nothing is kept any more; the next backup begins anew
 * bound      so many segments at most: a ledger must not die of its archive
 */
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import path from "node:path";
import type { PostgresSettings } from "./pg-settings.ts";

export interface WalArchive {
  readonly folder: string;
  /** Segments at most. */
  readonly bound: number;
}

export const SEGMENT_BYTES = 16 * 1024 * 1024;
/** 20 GiB. */
export const USUAL_BOUND = 1280;
/** So many segments may wait for a failing archive before the ledger gives it up: 1 GiB. */
const MOST_WAITING = 64;
const STOPPED = "stopped";
/** What was kept before the archive stopped, until the next backup is complete. */
export const PUT_ASIDE = "before";
const SEGMENT = /^[0-9A-F]{24}$/;

export function usualArchive(dataDir: string): WalArchive {
  return { folder: path.join(dataDir, "wal-archive"), bound: USUAL_BOUND };
}

/**
 * `archive_mode` needs a restart, the command looks each time: so a backup can enable the archive
 * of a running server. The command never holds the ledger up: past the bound, or when a gibibyte of
 * log could not be stored, it stops the archive, which `tieout doctor` tells.
 */
export function archiveSettings(archive: WalArchive): PostgresSettings {
  if (process.platform === "win32") return {};
  return {
    archive_mode: "on",
    archive_command: archiveCommand(archive),
    // At most so much is lost with the machine's disk; a quiet ledger writes no segments.
    archive_timeout: "5min",
  };
}

function archiveCommand({ folder, bound }: WalArchive): string {
  const steps = [
    `d=${shellQuoted(folder)}`,
    `test -d "$d" && ! test -e "$d/${STOPPED}" || exit 0`,
    `set -- "$d"/0*`,
    `if test $# -ge ${bound}; then echo "it holds $# segments, the most it may" > "$d/${STOPPED}"; exit 0; fi`,
    `cp "%p" "$d/%f.part" && sync "$d/%f.part" && mv "$d/%f.part" "$d/%f" && sync "$d" && exit 0`,
    "set -- pg_wal/archive_status/*.ready",
    `test $# -le ${MOST_WAITING} && exit 1`,
    `echo "it could not be written to; see logs/postgres.log" > "$d/${STOPPED}" || exit 1`,
  ];
  return steps.join("; ");
}

/** For sh, and with percent signs doubled for PostgreSQL. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`).replaceAll("%", "%%")}'`;
}

export interface ArchiveState {
  readonly enabled: boolean;
  readonly segments: number;
  readonly bound: number;
  /** Why nothing is kept any more. */
  readonly stopped: string | undefined;
}

export function archiveState({ folder, bound }: WalArchive): ArchiveState {
  if (!existsSync(folder)) return { enabled: false, segments: 0, bound, stopped: undefined };
  const stopped = path.join(folder, STOPPED);
  return {
    enabled: true,
    segments: readdirSync(folder).filter((name) => SEGMENT.test(name)).length,
    bound,
    stopped: existsSync(stopped) ? readFileSync(stopped, "utf8").trim() || "unknown" : undefined,
  };
}

/**
 * Enables the archive, or begins it anew after it stopped: what it held is put aside until the
 * backup under way is complete. `cluster`: PostgreSQL's data folder, whose owner must write here.
 */
export function enableArchive({ folder }: WalArchive, cluster: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.getuid?.() === 0) {
    const { uid, gid } = statSync(cluster);
    chownSync(folder, uid, gid);
  }
  if (!existsSync(path.join(folder, STOPPED))) return;
  const aside = path.join(folder, PUT_ASIDE);
  mkdirSync(aside, { recursive: true });
  for (const name of readdirSync(folder).filter((one) => SEGMENT.test(one))) {
    renameSync(path.join(folder, name), path.join(folder, PUT_ASIDE, name));
  }
  rmSync(path.join(folder, STOPPED));
}

/** Removes what is older than the segment, and what was put aside. Says how many segments went. */
export function pruneArchive({ folder }: WalArchive, oldestNeeded: string): number {
  if (!existsSync(folder)) return 0;
  rmSync(path.join(folder, PUT_ASIDE), { recursive: true, force: true });
  const old = readdirSync(folder).filter((name) => {
    // The timeline in front does not order segments.
    return SEGMENT.test(name.slice(0, 24)) && name.slice(8, 24) < oldestNeeded.slice(8);
  });
  for (const name of old) rmSync(path.join(folder, name));
  return old.filter((name) => SEGMENT.test(name)).length;
}
