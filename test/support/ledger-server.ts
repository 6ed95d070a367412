/** A durable PostgreSQL of its own on a data folder, with a migrated ledger in it. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { migrationsDir } from "../../src/app/environment.ts";
import type { Manifest } from "../../src/engine/backup/manifest.ts";
import type { RestoreBackup } from "../../src/engine/backup/restore-backup.ts";
import { restoreBackup } from "../../src/engine/backup/restore-backup.ts";
import { takeBackup } from "../../src/engine/backup/take-backup.ts";
import type { EmbeddedPostgres } from "../../src/engine/embedded/postgres.ts";
import { startEmbeddedPostgres } from "../../src/engine/embedded/postgres.ts";
import { usualArchive } from "../../src/engine/embedded/wal-archive.ts";
import type { Pool } from "../../src/store/database.ts";
import { openDatabase } from "../../src/store/database.ts";
import { ensurePartitions } from "../../src/store/ensure-partitions.ts";
import { migrate } from "../../src/store/migrate.ts";
import { noticeServer } from "../../src/store/sending-permission.ts";
import { systemClock as clock } from "./system-clock.ts";
import { systemHasher } from "./system-hasher.ts";
import { systemRandom as random } from "./system-random.ts";

export const quiet = { info: () => undefined, warn: () => undefined };

export interface LedgerServer {
  readonly dataDir: string;
  readonly server: EmbeddedPostgres;
  readonly pool: Pool;
  readonly cluster: string;
  stop(): Promise<void>;
}

export function scratchFolder(): string {
  return realpathSync(mkdtempSync(path.join(os.tmpdir(), "tieout-ledger-")));
}

export function forget(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export interface ServeOptions {
  readonly port: number;
  /** Off where the backup's program would find no ledger. */
  readonly ledger?: boolean;
}

/** Starts the server of a data folder as a hub would: migrated, and a move of it noticed. */
export async function serveLedger(dataDir: string, options: ServeOptions): Promise<LedgerServer> {
  const server = await startEmbeddedPostgres({
    ...{ dataDir, port: options.port, clock, random, log: quiet },
    settings: { shared_buffers: "32MB" },
  });
  const pool = openDatabase({
    ...{ url: server.url, connections: 6, name: "test", onIdleError: () => undefined },
  });
  if (options.ledger !== false) {
    await migrate(pool, migrationsDir, systemHasher);
    await noticeServer(pool);
    await ensurePartitions(pool, clock.now());
  }
  const cluster = path.join(dataDir, "postgres", "data");
  return {
    ...{ dataDir, server, pool, cluster },
    async stop() {
      await pool.end();
      await server.stop();
    },
  };
}

export function backUp(ledger: LedgerServer, folder: string): Promise<Manifest> {
  const { pool, cluster, dataDir } = ledger;
  return takeBackup({
    ...{ pool, cluster, folder, archive: usualArchive(dataDir), version: "0.0.0" },
    ...{ onProgress: () => undefined, crash: () => undefined },
  });
}

export function restoreInto(
  dataDir: string,
  backup: string,
  more: Partial<RestoreBackup> = {},
): Promise<{ readonly manifest: Manifest; readonly why: string }> {
  const usual = { to: undefined, archives: [], clock, random, log: quiet };
  const silent = { onProgress: () => undefined, crash: () => undefined };
  return restoreBackup({ backup, dataDir, ...usual, ...silent, ...more });
}
