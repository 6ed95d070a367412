import { existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../kernel/clock.ts";
import { openDataFolder } from "./data-folder.ts";
import { SYSTEM_PATH } from "./identity.ts";
import { lastLines, rotateLog } from "./log-files.ts";
import { locateRestate } from "./packages.ts";
import type { PortWish } from "./ports.ts";
import { choosePorts } from "./ports.ts";
import type { Escalation } from "./processes.ts";
import type { RestatePorts } from "./restate-config.ts";
import { restateConfig } from "./restate-config.ts";
import { livingRecord, removeRunRecord, stopLeftover, writeRunRecord } from "./run-records.ts";
import type { LaunchedServer } from "./server-process.ts";
import { handleOf, launchServer, notStarted } from "./server-process.ts";
import type { RunningServer, ServerLog } from "./types.ts";

export interface RestateOptions {
  /** `TIEOUT_DATA`; made when it is missing. */
  readonly dataDir: string;
  /** Preferred ports; others are taken, and said, when they are not free. */
  readonly ports?: Partial<RestatePorts>;
  readonly clock: Clock;
  readonly log: ServerLog;
  /** Shards of the engine, fixed when the data folder is made. 8 by default. */
  readonly partitions?: number;
  /** `RESTATE_*` variables; they win over the written configuration. */
  readonly env?: Readonly<Record<string, string>>;
  /** Aborted: the start ends with E_EMBEDDED_START and leaves nothing running. */
  readonly signal?: AbortSignal;
}

export interface EmbeddedRestate extends RunningServer {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  readonly ports: RestatePorts;
}

const NAME = "restate";
const START_PATIENCE = 120_000;

const USUAL: RestatePorts = { ingress: 18080, admin: 19070, fabric: 15122 };

/** Its own orderly end takes at most the ten seconds of `shutdown-timeout`. */
const ESCALATION: readonly Escalation[] = [
  { signal: "SIGTERM", patience: 15_000 },
  { signal: "SIGKILL", patience: 5_000 },
];

/**
 * Starts the packaged Restate server on a data folder and returns once ingress and admin answer.
 * The platform's program is run, not the npm wrapper, which reports installs and does not
 * supervise. What an earlier run left behind is stopped first. Throws E_EMBEDDED_PLATFORM,
 * E_EMBEDDED_IN_USE, E_EMBEDDED_PORTS, E_EMBEDDED_START.
 */
export async function startEmbeddedRestate(options: RestateOptions): Promise<EmbeddedRestate> {
  const { clock, log } = options;
  const dataDir = openDataFolder(options.dataDir, "restate");
  const baseDir = path.join(dataDir, "restate", "data");
  const configFile = path.join(dataDir, "restate", "config.toml");
  const file = path.join(locateRestate().folder, "bin", "restate-server");
  const leftover = { dataDir, name: NAME, program: "restate-server", marker: configFile };
  await stopLeftover({ ...leftover, escalation: ESCALATION, clock, log });
  const logFile = rotateLog(dataDir, NAME);
  const command = { file, args: ["--config-file", configFile, "--no-logo"] };
  // Its invoker spills to the temporary folder; nothing of ours is written outside the data folder.
  const spill = path.join(dataDir, "restate", "tmp");
  rmSync(spill, { recursive: true, force: true });
  mkdirSync(spill, { recursive: true });
  const quiet = { RESTATE_DISABLE_TELEMETRY: "true", TMPDIR: spill };
  const env = { PATH: SYSTEM_PATH, ...quiet, ...options.env };
  const started = clock.monotonic();
  for (let attempt = 1; ; attempt += 1) {
    const ports = await chooseRestatePorts(dataDir, options);
    writeFileSync(configFile, restateConfig(baseDir, ports, options.partitions ?? 8));
    const launch = { name: NAME, command, env, logFile, escalation: ESCALATION, clock };
    const server = await launchServer(launch);
    writeRunRecord(dataDir, NAME, server.pid, { ...ports });
    if (await becomesReady(server, ports, clock, options.signal)) {
      const ms = Math.round(clock.monotonic() - started);
      log.info({ server: NAME, pid: server.pid, ...ports, ms }, `${NAME} started`);
      return { ...handleOf(server, dataDir, NAME), ...addresses(ports), ports };
    }
    await server.stop();
    removeRunRecord(dataDir, NAME);
    if (attempt < 3 && /[Aa]ddress already in use/.test(lastLines(logFile, 20))) continue;
    throw notStarted(NAME, server, logFile);
  }
}

/** Where the engine of a data folder is, for a second program; undefined when none runs. */
export function findEmbeddedRestate(
  dir: string,
): Pick<EmbeddedRestate, "ingressUrl" | "adminUrl"> | undefined {
  if (!existsSync(dir)) return undefined;
  const ports = livingRecord(realpathSync(dir), NAME)?.ports;
  const [ingress, admin, fabric] = [ports?.["ingress"], ports?.["admin"], ports?.["fabric"]];
  if (ingress === undefined || admin === undefined || fabric === undefined) return undefined;
  return addresses({ ingress, admin, fabric });
}

async function chooseRestatePorts(dataDir: string, options: RestateOptions): Promise<RestatePorts> {
  const wish = (use: keyof RestatePorts): PortWish => {
    return { use, asked: options.ports?.[use], usual: USUAL[use] };
  };
  const wishes = [wish("ingress"), wish("admin"), wish("fabric")];
  const chosen = await choosePorts(dataDir, NAME, wishes, options.log);
  const port = (use: keyof RestatePorts) => chosen[use] as number;
  return { ingress: port("ingress"), admin: port("admin"), fabric: port("fabric") };
}

function addresses(ports: RestatePorts): Pick<EmbeddedRestate, "ingressUrl" | "adminUrl"> {
  return {
    ingressUrl: `http://127.0.0.1:${ports.ingress}`,
    adminUrl: `http://127.0.0.1:${ports.admin}`,
  };
}

async function becomesReady(
  server: LaunchedServer,
  ports: RestatePorts,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { ingressUrl, adminUrl } = addresses(ports);
  const until = clock.monotonic() + START_PATIENCE;
  while (server.ended() === undefined && clock.monotonic() < until && signal?.aborted !== true) {
    if ((await answers(`${ingressUrl}/restate/health`)) && (await answers(`${adminUrl}/health`))) {
      return true;
    }
    await sleep(20);
  }
  return false;
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
