import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../../src/engine/embedded/postgres.ts";
import { isSameProcess } from "../../src/engine/embedded/processes.ts";
import { readRunRecord, stopLeftover } from "../../src/engine/embedded/run-records.ts";
import { ensurePartitions } from "../../src/store/ensure-partitions.ts";
import { migrate } from "../../src/store/migrate.ts";
import { systemClock } from "./system-clock.ts";
import { systemHasher } from "./system-hasher.ts";
import { systemRandom } from "./system-random.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The server of this test run; its database is not for tests, see freshDatabase. */
    readonly serverUrl: string;
    /** The migrated database that freshDatabase clones. */
    readonly template: string;
  }
}

const TEMPLATE = "tieout_template";
const PREFIX = "tieout-test-";
const quiet = { info: () => {}, warn: () => {} };

/** Starts one PostgreSQL for the whole test run, with a migrated template to clone. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandoned();
  const dataDir = mkdtempSync(path.join(os.tmpdir(), PREFIX));
  const common = { clock: systemClock, random: systemRandom, log: quiet };
  const options = { dataDir, port: 20100, ...common, durable: false };
  const server = await startEmbeddedPostgres(options);
  await makeTemplate(server.url);
  project.provide("serverUrl", server.url);
  project.provide("template", TEMPLATE);
  return async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}

async function makeTemplate(serverUrl: string): Promise<void> {
  const client = new pg.Client(serverUrl);
  await client.connect();
  await client.query(`create database ${TEMPLATE}`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = `/${TEMPLATE}`;
  await migrateTemplate(url.href);
}

/** The one place where the schema enters the tests. */
async function migrateTemplate(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  await migrate(pool, new URL("../../migrations/", import.meta.url).pathname, systemHasher);
  await ensurePartitions(pool, systemClock.now());
  await pool.end();
}

/** A test run that was killed leaves its server and folder; the next one clears them away. */
async function removeAbandoned(): Promise<void> {
  const tmp = realpathSync(os.tmpdir());
  for (const name of readdirSync(tmp).filter((one) => one.startsWith(PREFIX))) {
    const dataDir = path.join(tmp, name);
    const record = readRunRecord(dataDir, "postgres");
    if (record === undefined || isSameProcess(record.owner.pid, record.owner.startTime)) continue;
    const marker = path.join(dataDir, "postgres", "data");
    const escalation = [{ signal: "SIGQUIT", patience: 3_000 }] as const;
    const found = { dataDir, name: "postgres", program: "postgres", marker, escalation };
    await stopLeftover({ ...found, clock: systemClock, log: quiet });
    rmSync(dataDir, { recursive: true, force: true });
  }
}
