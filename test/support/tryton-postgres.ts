import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../../src/engine/embedded/postgres.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";
import { prepareTryton, quiet } from "./tryton-template.ts";

/** Starts a PostgreSQL and makes the template database that every test file of the run copies. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), "tieout-tryton-postgres-"));
  const common = { clock: systemClock, random: systemRandom, log: quiet, durable: false };
  const server = await startEmbeddedPostgres({ dataDir, port: 20140, ...common });
  const stop = async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const { room, remove } = await prepareTryton({ kind: "postgres", url: server.url });
    project.provide("tryton", room);
    return async () => {
      await remove();
      await stop();
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}
