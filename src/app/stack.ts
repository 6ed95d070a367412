/** The whole of Tieout on one machine: what `up`, the demo and the fault run start. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ServerLog } from "../engine/embedded/types.ts";
import { upChildren } from "./children.ts";
import type { Environment } from "./environment.ts";
import { masterKeyFile } from "./master-keys.ts";
import { supervisorErrors } from "./supervisor/errors.ts";
import { lockHolder } from "./supervisor/lock.ts";
import { supervise } from "./supervisor/supervisor.ts";
import type { Addresses, Supervisor } from "./supervisor/types.ts";
import { systemClock } from "./system.ts";

export interface StackOptions {
  readonly environment: Environment;
  readonly log: ServerLog;
  readonly hubs?: readonly string[];
  /** Forget everything first: ledger, engine, sandboxes. */
  readonly reset?: boolean;
  /**
   * Given the supervisor before it starts anything, so that a Ctrl-C during the start is its stop
   * and not the sudden end of this process.
   */
  readonly onSupervisor?: (supervisor: Supervisor) => void;
}

export interface Stack {
  readonly supervisor: Supervisor;
  /** Addresses by child, as they are now. */
  addresses(): Readonly<Record<string, Addresses>>;
}

export async function startStack(options: StackOptions): Promise<Stack> {
  const { environment, log, hubs = ["h1"] } = options;
  // Asked before anything is chosen or written: the ports of a running one must stay as they are.
  const holder = lockHolder(environment.dataDir);
  if (holder !== undefined) {
    throw supervisorErrors.E_SUPERVISOR_LOCKED({ dataDir: environment.dataDir, pid: holder });
  }
  if (options.reset === true) await resetData(options);
  const children = await upChildren({ environment, log, hubs });
  const supervisor = supervise({
    dataDir: environment.dataDir,
    children,
    clock: systemClock,
    log,
    backoff: { baseMs: 100, capMs: 2000 },
  });
  options.onSupervisor?.(supervisor);
  await supervisor.start();
  return {
    supervisor,
    addresses: () =>
      Object.fromEntries(supervisor.status().map((child) => [child.name, child.addresses])),
  };
}

/**
 * Removes the data folder. What an earlier run left running is stopped first, by starting and
 * stopping the same children: they know whom they may stop.
 */
async function resetData(options: StackOptions): Promise<void> {
  const { environment, log } = options;
  const children = await upChildren({ environment, log, hubs: [] });
  const servers = children.filter((child) => child.name === "postgres" || child.name === "restate");
  const leftovers = supervise({
    dataDir: environment.dataDir,
    children: servers,
    clock: systemClock,
    log,
  });
  await leftovers.start();
  await leftovers.stop();
  const file = masterKeyFile(environment.dataDir);
  // A ledger elsewhere outlives this folder, and nothing opens it but this key.
  const outlives = environment.databaseUrl !== undefined && existsSync(file);
  const key = outlives ? readFileSync(file) : undefined;
  rmSync(environment.dataDir, { recursive: true, force: true });
  if (key === undefined) return;
  mkdirSync(environment.dataDir, { recursive: true });
  writeFileSync(file, key, { mode: 0o600 });
}
