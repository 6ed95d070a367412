import { existsSync, readFileSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../kernel/clock.ts";
import type { Random } from "../../kernel/random.ts";
import { forgetRestore, openDataFolder, retirementOf, unfinishedRestore } from "./data-folder.ts";
import { embeddedErrors } from "./errors.ts";
import type { IdentityKind } from "./identity.ts";
import { chooseIdentity } from "./identity.ts";
import { lastLines, rotateLog } from "./log-files.ts";
import { materialisePostgres } from "./pg-binaries.ts";
import type { ClusterPlace } from "./pg-cluster.ts";
import { checkMajor, hasLz4, LEDGER_NAME, prepareCluster, SERVER_ENV } from "./pg-cluster.ts";
import type { PostgresSettings } from "./pg-settings.ts";
import { compressionSettings, settingArguments } from "./pg-settings.ts";
import { choosePorts } from "./ports.ts";
import type { Escalation } from "./processes.ts";
import { listProcesses, stopProcess } from "./processes.ts";
import { livingRecord, removeRunRecord, stopLeftover, writeRunRecord } from "./run-records.ts";
import type { LaunchedServer } from "./server-process.ts";
import { handleOf, launchServer, notStarted } from "./server-process.ts";
import type { RunningServer, ServerLog } from "./types.ts";
import type { WalArchive } from "./wal-archive.ts";
import { archiveSettings, usualArchive } from "./wal-archive.ts";

export const POSTGRES_PORT = 15432;

export interface PostgresOptions {
  /** `TIEOUT_DATA`; made when it is missing. */
  readonly dataDir: string;
  /** Preferred port; another is taken, and said, when it is not free. */
  readonly port?: number;
  readonly clock: Clock;
  readonly log: ServerLog;
  /** The system's; makes the password of a new cluster. */
  readonly random: Random;
  /** False for clusters that are thrown away: nothing is synced to disk. */
  readonly durable?: boolean;
  /** Where the log of a durable server is kept once a backup enabled it; in the data folder. */
  readonly archive?: WalArchive;
  /** False where a server of another container could run on this folder unseen. */
  readonly alone?: boolean;
  /** Overrides of postgresql.conf. */
  readonly settings?: PostgresSettings;
  /** Restricts how the server may be run; by default every way is tried. */
  readonly identities?: readonly IdentityKind[];
  /** Aborted: the start ends with E_EMBEDDED_START and leaves nothing running. */
  readonly signal?: AbortSignal;
}

export interface EmbeddedPostgres extends RunningServer {
  /** With user, password and database. */
  readonly url: string;
  readonly port: number;
  readonly identity: IdentityKind;
}

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT the immediate one: the next start recovers. */
export const ESCALATION: readonly Escalation[] = [
  { signal: "SIGINT", patience: 30_000 },
  { signal: "SIGQUIT", patience: 5_000 },
  { signal: "SIGKILL", patience: 5_000 },
];

const NAME = "postgres";

/** Crash recovery of a few gigabytes of WAL takes minutes on a slow disk. */
const START_PATIENCE = 600_000;

/**
 * Starts the packaged PostgreSQL on a data folder and returns once it takes connections. What an
 * earlier run left behind is stopped first. Throws E_EMBEDDED_PLATFORM, E_EMBEDDED_IDENTITY,
 * E_EMBEDDED_MAJOR, E_EMBEDDED_RETIRED, E_EMBEDDED_RESTORING, E_EMBEDDED_IN_USE,
 * E_EMBEDDED_PORTS, E_EMBEDDED_INIT, E_EMBEDDED_START.
 */
export async function startEmbeddedPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const { clock, log, random, durable = true } = options;
  const dataDir = openDataFolder(options.dataDir, "postgres");
  const folder = path.join(dataDir, "postgres", "data");
  const binaries = materialisePostgres(dataDir);
  refuseUnfit(dataDir, folder);
  checkMajor(folder, binaries.major);
  await clearTheWay(dataDir, folder, binaries.postgres, clock, log);
  // PostgreSQL's own guard; left in place, a stranger under the recycled pid would keep us from
  // starting. That goes only where nobody else can be on the folder: else PostgreSQL decides.
  if (options.alone !== false) rmSync(path.join(folder, "postmaster.pid"), { force: true });
  const identity = chooseIdentity(binaries.postgres, options.identities);
  const passwordFile = path.join(dataDir, "postgres", "password");
  const place: ClusterPlace = { folder, passwordFile, binaries, identity, durable, random };
  const password = await prepareCluster(place);
  const compression = compressionSettings(hasLz4(place));
  const archive = options.archive ?? usualArchive(dataDir);
  const archiving = durable ? archiveSettings(archive) : {};
  const logFile = rotateLog(dataDir, NAME);
  const started = clock.monotonic();
  for (let attempt = 1; ; attempt += 1) {
    const wish = { use: "sql", asked: options.port, usual: POSTGRES_PORT };
    const port = (await choosePorts(dataDir, NAME, [wish], log))["sql"] as number;
    const given = options.settings ?? {};
    const settings = settingArguments(port, durable, compression, archiving, given);
    const command = identity.wrap(binaries.postgres, ["-D", folder, ...settings]);
    const launch = { name: NAME, command, env: SERVER_ENV, logFile, escalation: ESCALATION, clock };
    const server = await launchServer(launch);
    writeRunRecord(dataDir, NAME, server.pid, { sql: port });
    if (await becomesReady(server, folder, clock, options.signal)) {
      // Once more: the first note may have caught the program that sets up the identity.
      writeRunRecord(dataDir, NAME, server.pid, { sql: port });
      const ms = Math.round(clock.monotonic() - started);
      log.info(
        { server: NAME, pid: server.pid, port, identity: identity.kind, ms },
        `${NAME} started`,
      );
      const url = ledgerUrl(password, port);
      return { ...handleOf(server, dataDir, NAME), url, port, identity: identity.kind };
    }
    await server.stop();
    removeRunRecord(dataDir, NAME);
    if (attempt < 3 && isPassing(logFile) && options.signal?.aborted !== true) continue;
    throw notStarted(NAME, server, logFile);
  }
}

function refuseUnfit(dataDir: string, folder: string): void {
  const retired = retirementOf(dataDir);
  if (retired !== undefined) throw embeddedErrors.E_EMBEDDED_RETIRED({ dataDir, ...retired });
  // An empty ledger in its place would look as if everything were lost.
  if (unfinishedRestore(dataDir) && !existsSync(folder)) {
    throw embeddedErrors.E_EMBEDDED_RESTORING({ dataDir });
  }
  // A ledger that is served is used: no restore may take it for its own unfinished work.
  forgetRestore(dataDir);
}

/** Where the PostgreSQL of a data folder is, for a second program; undefined when none runs. */
export function findEmbeddedPostgres(dir: string): { url: string; port: number } | undefined {
  if (!existsSync(dir)) return undefined;
  const dataDir = realpathSync(dir);
  const port = livingRecord(dataDir, NAME)?.ports["sql"];
  const passwordFile = path.join(dataDir, "postgres", "password");
  if (port === undefined || !existsSync(passwordFile)) return undefined;
  return { url: ledgerUrl(readFileSync(passwordFile, "utf8").trim(), port), port };
}

function ledgerUrl(password: string, port: number): string {
  return `postgres://${LEDGER_NAME}:${password}@127.0.0.1:${port}/${LEDGER_NAME}`;
}

/**
 * Ends what an earlier run left on this cluster: the server, or, when only that was killed, its
 * orphaned backends, which would keep a new one from starting, or an initdb under way. After that
 * `postmaster.pid` names nobody of ours that is seen from here.
 */
export async function clearTheWay(
  dataDir: string,
  folder: string,
  executable: string,
  clock: Clock,
  log: ServerLog,
): Promise<void> {
  const query = { dataDir, name: NAME, program: "postgres", marker: folder };
  await stopLeftover({ ...query, escalation: ESCALATION, clock, log });
  const programs = path.dirname(executable);
  const ours = listProcesses().filter((facts) => path.dirname(facts.executable) === programs);
  for (const orphan of ours) {
    // They notice by themselves that their server is gone, unless a statement keeps them busy.
    const insist = [
      { signal: "SIGQUIT", patience: 3_000 },
      { signal: "SIGKILL", patience: 3_000 },
    ] as const;
    await stopProcess(orphan, insist, clock);
  }
}

/** The server writes `ready` into line 8 of postmaster.pid once it takes connections. */
export async function becomesReady(
  server: LaunchedServer,
  folder: string,
  clock: Clock,
  signal: AbortSignal | undefined,
  patienceMs = START_PATIENCE,
): Promise<boolean> {
  const until = clock.monotonic() + patienceMs;
  while (server.ended() === undefined && clock.monotonic() < until && signal?.aborted !== true) {
    const lines = lastLines(path.join(folder, "postmaster.pid"), 8).split("\n");
    if (lines[0] === String(server.pid) && lines[7]?.trim() === "ready") return true;
    await sleep(10);
  }
  return false;
}

/** A port taken since it was probed, or orphans whose executable we may not read, go away. */
function isPassing(logFile: string): boolean {
  return /could not bind|is still in use/.test(lastLines(logFile, 20));
}
