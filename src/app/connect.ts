/** How a command reaches what runs: the ledger, and every connection of the configuration. */
import { existsSync, readFileSync, statfsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { Actor } from "../access/roles.ts";
import type { Connected } from "../cli/build-program.ts";
import { keptBackups } from "../engine/backup/kept-backups.ts";
import { findEmbeddedPostgres } from "../engine/embedded/postgres.ts";
import { findEmbeddedRestate } from "../engine/embedded/restate.ts";
import { archiveState } from "../engine/embedded/wal-archive.ts";
import { isHealthy } from "../engine/restate-client.ts";
import type { OperationContext } from "../operations/operation.ts";
import { openDatabase } from "../store/database.ts";
import { clearKeyring, openKeyring } from "../store/keyring.ts";
import { releaseHandoffs } from "../store/release-handoffs.ts";
import { BRITISH_STRIPE } from "./children.ts";
import { openConnections } from "./config.ts";
import { crashPoints } from "./crash-points.ts";
import type { Sandboxes } from "./demo-config.ts";
import { secondCompany } from "./demo-config.ts";
import type { Environment } from "./environment.ts";
import { readEnvironment, version } from "./environment.ts";
import { callersFiles } from "./files.ts";
import { configFor } from "./hub-process.ts";
import { spaceLimits } from "./hub-space.ts";
import { masterKeys } from "./master-keys.ts";
import { systemPasswords } from "./passwords.ts";
import { systemCipher, systemClock, systemHasher, systemRandom } from "./system.ts";

/**
 * Who works at this machine's command line. Whoever may read the ledger's address owns the ledger,
 * so all roles are held, but nobody is proved: `TIEOUT_PERSON` only names who says to have acted,
 * the audit log calls the means "local", and acts that need two people are refused.
 */
function operatorOf(environment: Environment): Actor {
  const name = environment.variables["TIEOUT_PERSON"] ?? "operator";
  return { name, roles: ["admin", "controller", "engineer", "analyst"] };
}

/** The address of the ledger that runs, or undefined. */
export async function ledgerAddress(environment: Environment): Promise<string | undefined> {
  if (environment.databaseUrl !== undefined) return environment.databaseUrl;
  return (await findEmbeddedPostgres(environment.dataDir))?.url;
}

const sandboxPorts = z.object({
  stripe: z.int(),
  netsuite: z.int(),
  [BRITISH_STRIPE]: z.int().optional(),
});

/** Where the sandboxes of this data folder listen; of no use when a configuration replaces them. */
export function sandboxAddresses(environment: Environment): Sandboxes {
  const { dataDir } = environment;
  const file = path.join(dataDir, "ports", "sandbox.json");
  const ports = existsSync(file)
    ? sandboxPorts.parse(JSON.parse(readFileSync(file, "utf8")))
    : { stripe: 4390, netsuite: 4391 };
  const at = (port: number): string => `http://127.0.0.1:${port}`;
  const ukPort = ports[BRITISH_STRIPE];
  return {
    stripe: at(ports.stripe),
    netsuite: at(ports.netsuite),
    british: ukPort === undefined ? undefined : secondCompany(at(ukPort), dataDir),
  };
}

/** Undefined when nothing runs on this data folder. */
export async function connect(
  environment: Environment = readEnvironment(),
): Promise<Connected | undefined> {
  const databaseUrl = await ledgerAddress(environment);
  if (databaseUrl === undefined) return undefined;
  const pool = openDatabase({
    url: databaseUrl,
    connections: 4,
    name: "tieout cli",
    onIdleError: () => undefined,
  });
  const config = await configFor(
    databaseUrl,
    sandboxAddresses(environment),
    environment.configFile,
  );
  const { sources, targets } = openConnections(config, () => undefined);
  const keyring = openKeyring({
    url: databaseUrl,
    cipher: systemCipher,
    random: systemRandom,
    clock: systemClock,
    master: masterKeys(environment),
    onIdleError: () => undefined,
  });
  const context: OperationContext = {
    pool,
    keyring,
    clock: systemClock,
    random: systemRandom,
    hasher: systemHasher,
    actor: operatorOf(environment),
    version,
    sources: new Map(sources.map((source) => [source.connection, source])),
    targets: new Map(targets.map(({ target }) => [target.connection, target])),
    release: async (keys) => void (await releaseHandoffs(pool, keys)),
    passwords: systemPasswords,
    retention: config.retention,
    crash: crashPoints(environment.variables["TIEOUT_CRASH_AT"]),
    surroundings: {
      engineReachable: () => engineReachable(environment),
      ...(environment.databaseUrl === undefined ? { backups: () => backupsOf(environment) } : {}),
      diskSpace: async () => ({
        ...diskSpace(environment.dataDir),
        ...spaceLimits(config.limits),
        holdsLedger: environment.databaseUrl === undefined,
      }),
      files: callersFiles,
    },
  };
  return {
    context,
    async close() {
      await Promise.all(targets.map(({ target }) => target.close?.()));
      await Promise.all(sources.map((source) => source.close?.()));
      await keyring.close();
      await pool.end();
    },
  };
}

/**
 * For what needs no ledger: another machine, an auditor's desk. The pool connects when it is asked
 * something, and nobody asks it.
 */
export function withoutLedger(): OperationContext {
  const url = "postgres://nobody@localhost:1/no-ledger";
  return {
    pool: openDatabase({ url, connections: 1, name: "none", onIdleError: () => undefined }),
    keyring: clearKeyring((text) => systemHasher.sha256(text)),
    clock: systemClock,
    random: systemRandom,
    hasher: systemHasher,
    actor: operatorOf(readEnvironment()),
    version,
    sources: new Map(),
    targets: new Map(),
    release: async () => undefined,
    surroundings: { files: callersFiles },
  };
}

async function engineReachable(environment: Environment): Promise<boolean> {
  const { restateIngressUrl, restateAdminUrl } = environment;
  if (restateIngressUrl !== undefined && restateAdminUrl !== undefined) {
    return isHealthy({ ingressUrl: restateIngressUrl, adminUrl: restateAdminUrl });
  }
  const found = await findEmbeddedRestate(environment.dataDir);
  return found !== undefined && isHealthy(found);
}

function backupsOf({ walArchive }: Environment) {
  return {
    newestAt: keptBackups(walArchive).at(-1)?.finishedAt,
    archiveStopped: archiveState(walArchive).stopped,
  };
}

function diskSpace(dataDir: string): { free: number; total: number } {
  const disk = statfsSync(existsSync(dataDir) ? dataDir : ".");
  return { free: disk.bavail * disk.bsize, total: disk.blocks * disk.bsize };
}
