/** The whole of Tieout on one machine: what `up`, the demo and the fault run start. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { ServerLog } from "../engine/embedded/types.ts";
import { stopLeftoverTryton } from "../sandbox/tryton/start-tryton.ts";
import { upChildren } from "./children.ts";
import type { Environment } from "./environment.ts";
import { masterKeyFile } from "./master-keys.ts";
import { supervisorErrors } from "./supervisor/errors.ts";
import { lockHolder } from "./supervisor/lock.ts";
import { supervise } from "./supervisor/supervisor.ts";
import type { Addresses, Supervisor } from "./supervisor/types.ts";
import { systemClock } from "./system.ts";
import { trytonFolderOf, trytonTemplateOf } from "./tryton-process.ts";

export interface StackOptions {
  readonly environment: Environment;
  readonly log: ServerLog;
  readonly hubs?: readonly string[];
  /** Forget everything first: ledger, engine, sandboxes, the second company's books. */
  readonly reset?: boolean;
  /** Whether the demo's second company runs; only where a Tryton server is installed. */
  readonly tryton?: boolean;
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
  const { environment, log, hubs = ["h1"], tryton = false } = options;
  // Asked before anything is chosen or written: the ports of a running one must stay as they are.
  const holder = await lockHolder(environment.dataDir);
  if (holder !== undefined) {
    throw supervisorErrors.E_SUPERVISOR_LOCKED({ dataDir: environment.dataDir, pid: holder });
  }
  if (options.reset === true) await resetData(options);
  const children = await upChildren({ environment, log, hubs, tryton });
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
 * Empties the data folder. What an earlier run left running is stopped first, by starting and
 * stopping the same children: they know whom they may stop. Tryton's template stays: it takes long
 * to make, and nothing that happened is in it.
 */
async function resetData(options: StackOptions): Promise<void> {
  const { environment, log } = options;
  const { dataDir } = environment;
  const children = await upChildren({ environment, log, hubs: [], tryton: false });
  const servers = children.filter((child) => child.name === "postgres" || child.name === "restate");
  const leftovers = supervise({
    dataDir,
    children: servers,
    clock: systemClock,
    log,
  });
  await leftovers.start();
  await leftovers.stop();
  await stopLeftoverTryton(trytonFolderOf(dataDir), systemClock);
  const template = trytonTemplateOf(dataDir);
  removeAllBut([template], trytonFolderOf(dataDir));
  const kept = [trytonFolderOf(dataDir)];
  // A ledger elsewhere outlives this folder, and nothing opens it but this key.
  if (environment.databaseUrl !== undefined) kept.push(masterKeyFile(dataDir));
  removeAllBut(kept, dataDir);
}

function removeAllBut(kept: readonly string[], folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const one = path.join(folder, name);
    if (!kept.includes(one)) rmSync(one, { recursive: true, force: true });
  }
}
