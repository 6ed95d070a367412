/**
 * The servers of a run, the ones that come with the product, on a data folder of their own that is
 * removed afterwards. PostgreSQL syncs every commit, as it does in production.
 */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { systemClock, systemRandom } from "../src/app/system.ts";
import { startEmbeddedPostgres } from "../src/engine/embedded/postgres.ts";
import { isSameProcess } from "../src/engine/embedded/processes.ts";
import type { EmbeddedRestate } from "../src/engine/embedded/restate.ts";
import { startEmbeddedRestate } from "../src/engine/embedded/restate.ts";
import { readRunRecord } from "../src/engine/embedded/run-records.ts";
import { outDir } from "./files.ts";
import { countingSettings } from "./statements.ts";

export interface EngineAddresses {
  readonly ingressUrl: string;
  readonly adminUrl: string;
}

export interface Servers {
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly engine: EngineAddresses;
  /** Process ids, by name. */
  readonly processes: { readonly PostgreSQL: number; readonly Restate: number };
  /** An empty database; one of the same name is dropped first. Returns its address. */
  freshDatabase(name: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  stop(): Promise<void>;
}

const PORTS = { sql: 29432, ingress: 29080, admin: 29070, fabric: 29122 };
const log = {
  info: () => undefined,
  warn: (_fields: object, message: string) => void process.stderr.write(`${message}\n`),
};
const common = { clock: systemClock, log };

/** `counting`: PostgreSQL counts its statements, see statements.ts. */
export async function startServers(counting: boolean): Promise<Servers> {
  const dataDir = path.join(outDir, "data");
  mkdirSync(outDir, { recursive: true });
  await removeEarlier(dataDir);
  const { sql: port, ...ports } = PORTS;
  const settings = counting ? countingSettings : {};
  const random = systemRandom;
  const postgres = await startEmbeddedPostgres({ dataDir, port, random, settings, ...common });
  let restate: EmbeddedRestate | undefined;
  const stop = async (): Promise<void> => {
    await restate?.stop();
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    restate = await startEmbeddedRestate({ dataDir, ports, ...common });
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  const drop = (name: string) => `drop database if exists ${name} with (force)`;
  return {
    dataDir,
    databaseUrl: postgres.url,
    engine: { ingressUrl: restate.ingressUrl, adminUrl: restate.adminUrl },
    processes: { PostgreSQL: postgres.pid, Restate: restate.pid },
    async freshDatabase(name) {
      await execute(postgres.url, [drop(name), `create database ${name}`]);
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    dropDatabase: (name) => execute(postgres.url, [drop(name)]),
    stop,
  };
}

/** A second Restate beside the first, for the peer: the number of its partitions is its own. */
export async function startPeerEngine(partitions: number): Promise<EmbeddedRestate> {
  const dataDir = path.join(outDir, "data-peer");
  await removeEarlier(dataDir);
  const ports = { ingress: 29180, admin: 29170, fabric: 29222 };
  const restate = await startEmbeddedRestate({ dataDir, ports, partitions, ...common });
  const stop = async (): Promise<void> => {
    await restate.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { ...restate, stop };
}

/** What a run that was killed left behind: starting a server on its folder ends the old one. */
async function removeEarlier(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) return;
  const postgres = readRunRecord(dataDir, "postgres");
  const restate = readRunRecord(dataDir, "restate");
  for (const record of [postgres, restate]) {
    if (record !== undefined && isSameProcess(record.owner.pid, record.owner.startTime)) {
      throw new Error(`a benchmark is running already (process ${record.owner.pid})`);
    }
  }
  if (restate !== undefined) await (await startEmbeddedRestate({ dataDir, ...common })).stop();
  if (postgres !== undefined) {
    await (await startEmbeddedPostgres({ dataDir, random: systemRandom, ...common })).stop();
  }
  rmSync(dataDir, { recursive: true, force: true });
}

async function execute(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
