/**
 * Takes a backup of the server in the box while it runs: between `pg_backup_start` and
 * `pg_backup_stop` the data folder is copied as it is, and the log of that time with it. The copy
 * needs nothing else; the archive only serves restores to a later moment.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { open, readdir, rename } from "node:fs/promises";
import path from "node:path";
import type {
  BackupBegin,
  BackupEnd,
  BackupSession,
  ServerFacts,
} from "../../store/base-backup.ts";
import {
  beginBackup,
  endBackup,
  readLedgerFacts,
  readServerFacts,
} from "../../store/base-backup.ts";
import type { Pool } from "../../store/database.ts";
import { digestOf, MANIFEST } from "../../store/digested-manifest.ts";
import type { WalArchive } from "../embedded/wal-archive.ts";
import { enableArchive } from "../embedded/wal-archive.ts";
import { copyFile, hashFile, syncFolder } from "./copy-file.ts";
import { backupErrors } from "./errors.ts";
import { inParallel } from "./in-parallel.ts";
import { keepLogSince } from "./kept-backups.ts";
import type { BackupFile, Manifest } from "./manifest.ts";
import { DATA, FORMAT } from "./manifest.ts";
import { segmentsBetween } from "./segments.ts";

export interface TakeBackup {
  readonly pool: Pool;
  /** PostgreSQL's own data folder, as this process sees it. */
  readonly cluster: string;
  /** Where the backup goes; made. */
  readonly folder: string;
  /** Undefined: no log is kept for restores to a moment. */
  readonly archive: WalArchive | undefined;
  readonly version: string;
  readonly onProgress: (done: { readonly files: number; readonly bytes: number }) => void;
  /** Ends the process at a labelled point; tests only. */
  readonly crash: (label: string) => void;
}

const UNFINISHED = "tieout-backup-unfinished";

/** What a server makes anew at its start, or must not share with another one. */
const EMPTIED = new Set([
  ...["pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots"],
  ...["pg_stat_tmp", "pg_subtrans"],
]);
const LEFT_OUT = /^(postmaster\.(pid|opts)|backup_label(\.old)?|tablespace_map(\.old)?)$/;
const TEMPORARY = /^(pgsql_tmp.*|pg_internal\.init(\..*)?)$/;
const CONTROL = "global/pg_control";

/** Throws E_BACKUP_FOLDER, E_BACKUP_SERVER. */
export async function takeBackup(options: TakeBackup): Promise<Manifest> {
  const { pool, archive, crash } = options;
  const facts = await readServerFacts(pool);
  refuseUnfit(facts, options.cluster);
  const unfinished = makeRoom(options.folder);
  if (archive !== undefined) enableArchive(archive, options.cluster);
  const session = await pool.connect();
  let ended: Error | boolean = true;
  try {
    const begin = await beginBackup(session, "tieout");
    crash("backup-begun");
    const copy = new Copy(options, path.join(unfinished, DATA));
    await copy.tree();
    crash("backup-copied");
    await copy.control();
    const end = await endBackup(session);
    await copy.text("backup_label", end.label);
    await copy.log(begin, end, facts.segment_bytes);
    crash("backup-stopped");
    const manifest = await finish(options, session, { facts, begin, end, copy, unfinished });
    if (archive !== undefined) keepLogSince(archive, manifest, options.folder);
    return manifest;
  } catch (thrown) {
    ended = thrown instanceof Error ? thrown : true;
    throw thrown;
  } finally {
    // Never given back to the pool: its end releases slot and backup, whatever happened.
    session.release(ended);
  }
}

function refuseUnfit(facts: ServerFacts, cluster: string): void {
  const refuse = (reason: string) => backupErrors.E_BACKUP_SERVER({ reason });
  if (facts.tablespaces > 0) throw refuse("it has tablespaces outside its data folder.");
  if (!facts.durable) throw refuse("fsync or full_page_writes is off.");
  if (!existsSync(path.join(cluster, "PG_VERSION"))) {
    throw refuse(`${cluster} is not its data folder, or this user may not read it.`);
  }
}

/** The folder beside the name; what an earlier backup left there is removed, nothing else. */
function makeRoom(folder: string): string {
  const unfinished = `${folder}.unfinished`;
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw backupErrors.E_BACKUP_FOLDER({ folder });
  }
  if (existsSync(unfinished)) {
    // Killed on the way, or when all was there but its name.
    const isOurs = [UNFINISHED, MANIFEST].some((name) => existsSync(path.join(unfinished, name)));
    if (!isOurs) {
      throw backupErrors.E_BACKUP_FOLDER({ folder: unfinished });
    }
    rmSync(unfinished, { recursive: true });
  }
  mkdirSync(path.join(unfinished, DATA), { recursive: true, mode: 0o700 });
  writeFileSync(path.join(unfinished, UNFINISHED), "");
  return unfinished;
}

class Copy {
  readonly files: BackupFile[] = [];
  readonly folders: string[] = [];
  readonly segments: string[] = [];
  #bytes = 0;
  readonly #from: string;
  readonly #to: string;
  readonly #options: TakeBackup;

  constructor(options: TakeBackup, to: string) {
    this.#options = options;
    this.#from = options.cluster;
    this.#to = to;
  }

  async tree(): Promise<void> {
    const names: string[] = [];
    await this.#walk("", names);
    await inParallel(names, async (name) => {
      await this.#file(name);
      this.#options.crash("backup-file");
    });
    // In the order of their names, whichever was copied first.
    this.files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** What is made meanwhile is made again by the log. */
  async #walk(below: string, names: string[]): Promise<void> {
    const entries = await readdir(path.join(this.#from, below), { withFileTypes: true });
    for (const entry of entries) {
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (TEMPORARY.test(entry.name) || (below === "" && LEFT_OUT.test(entry.name))) continue;
      if (entry.isDirectory()) {
        this.folders.push(name);
        mkdirSync(path.join(this.#to, name), { mode: 0o700 });
        if (!EMPTIED.has(name)) await this.#walk(name, names);
      } else if (entry.isFile() && name !== CONTROL) names.push(name);
    }
  }

  /** Last of all, as PostgreSQL's own program does. */
  async control(): Promise<void> {
    await this.#file(CONTROL);
  }

  /** Each segment is complete: the backup's end closed the last one. */
  async log(begin: BackupBegin, end: BackupEnd, segmentBytes: number): Promise<void> {
    for (const segment of segmentsBetween(begin.segment, end.segment, segmentBytes)) {
      const copied = await this.#file(`pg_wal/${segment}`);
      if (copied !== segmentBytes) {
        throw backupErrors.E_BACKUP_SERVER({ reason: `its log lacks ${segment}.` });
      }
      this.segments.push(segment);
    }
  }

  async text(name: string, content: string): Promise<void> {
    const file = path.join(this.#to, name);
    await writeDurably(file, content);
    const written = await hashFile(file);
    if (written !== undefined) this.files.push({ path: name, ...written });
  }

  /** A file that went away was dropped or truncated meanwhile; the log says so. */
  async #file(name: string): Promise<number | undefined> {
    const copied = await copyFile(path.join(this.#from, name), path.join(this.#to, name));
    if (copied === undefined) return undefined;
    this.files.push({ path: name, ...copied });
    this.#bytes += copied.bytes;
    this.#options.onProgress({ files: this.files.length, bytes: this.#bytes });
    return copied.bytes;
  }
}

interface Finished {
  readonly facts: ServerFacts;
  readonly begin: BackupBegin;
  readonly end: BackupEnd;
  readonly copy: Copy;
  readonly unfinished: string;
}

async function finish(
  options: TakeBackup,
  session: BackupSession,
  { facts, begin, end, copy, unfinished }: Finished,
): Promise<Manifest> {
  const { version, major, system_identifier: systemIdentifier } = facts;
  const rest = {
    format: FORMAT,
    version: options.version,
    server: { version, major, systemIdentifier },
    ledger: await readLedgerFacts(session),
    startedAt: begin.at,
    finishedAt: end.at,
    startLsn: begin.lsn,
    stopLsn: end.lsn,
    log: copy.segments,
    archive: options.archive?.folder ?? null,
    cluster: options.cluster,
    folders: copy.folders,
    files: copy.files,
    bytes: copy.files.reduce((sum, file) => sum + file.bytes, 0),
  } as const;
  const manifest: Manifest = { ...rest, digest: digestOf(rest) };
  const data = path.join(unfinished, DATA);
  for (const folder of ["", ...copy.folders]) await syncFolder(path.join(data, folder));
  await writeDurably(path.join(unfinished, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
  rmSync(path.join(unfinished, UNFINISHED));
  await syncFolder(unfinished);
  options.crash("backup-complete");
  // An empty folder of that name gives way.
  if (existsSync(options.folder)) rmSync(options.folder, { recursive: true });
  await rename(unfinished, options.folder);
  await syncFolder(path.dirname(options.folder));
  return manifest;
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
