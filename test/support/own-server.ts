/** A PostgreSQL of a test's own, durable, that may be killed and started again. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { EmbeddedPostgres } from "../../src/engine/embedded/postgres.ts";
import { startEmbeddedPostgres } from "../../src/engine/embedded/postgres.ts";
import { listProcesses } from "../../src/engine/embedded/processes.ts";
import type { Pool } from "../../src/store/database.ts";
import { openDatabase } from "../../src/store/database.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";

const log = { info: () => {}, warn: () => {} };

export interface OwnServer {
  readonly url: () => string;
  /** As a power cut would: every process of it at once, wherever it is. */
  kill(): void;
  /** Returns once the server has recovered and takes connections. */
  startAgain(): Promise<void>;
  open(): Pool;
  close(): Promise<void>;
}

export async function startOwnServer(port: number): Promise<OwnServer> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), "tieout-own-"));
  const start = (): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({ dataDir, port, clock: systemClock, random: systemRandom, log });
  let server = await start();
  const pools: Pool[] = [];
  return {
    url: () => server.url,
    kill() {
      // Backends too: one that lives on for a moment would still commit what it is told.
      for (const { pid, executable } of listProcesses()) {
        if (executable.startsWith(realpathSync(dataDir))) process.kill(pid, "SIGKILL");
      }
    },
    async startAgain() {
      await server.exited;
      server = await start();
    },
    open() {
      const onIdleError = (): void => undefined;
      const pool = openDatabase({ url: server.url, connections: 4, name: "test", onIdleError });
      pools.push(pool);
      return pool;
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.end().catch(() => undefined)));
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
