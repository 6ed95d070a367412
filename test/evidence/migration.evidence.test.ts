/** Migration, killed: the hub that migrates, and the server under it, at each point. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evidenceLines } from "../../src/operations/evidence/evidence-file.ts";
import { verifyEvidence } from "../../src/operations/evidence/verify-evidence.ts";
import type { Pool } from "../../src/store/database.ts";
import { openDatabase } from "../../src/store/database.ts";
import { ensurePartitions } from "../../src/store/ensure-partitions.ts";
import { migrate } from "../../src/store/migrate.ts";
import { emptyDatabase, freshDatabase } from "../support/database.ts";
import type { OwnServer } from "../support/own-server.ts";
import { startOwnServer } from "../support/own-server.ts";
import { rootUrl } from "../support/root.ts";
import { systemClock } from "../support/system-clock.ts";
import { systemHasher } from "../support/system-hasher.ts";
import { corpusVersions, loadLedger, openCorpus } from "../upgrade/corpus-ledger.ts";

const migrations = new URL("migrations", rootUrl).pathname;
const main = new URL("dist/app/main.js", rootUrl).pathname;
const points = ["migrate-begun", "migrate-before-commit", "migrate-after-commit"];

/** Every column, index, rule, trigger and function, in words: what two equal schemas share. */
async function schemaOf(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `select 'column ' || attrelid::regclass || '.' || attname || ' '
         || format_type(atttypid, atttypmod) || ' ' || attnotnull as line
       from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped
     union all select 'index ' || indexdef from pg_indexes where schemaname = 'public'
     union all select 'rule ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
       from pg_constraint where connamespace = 'public'::regnamespace
     union all select 'trigger ' || pg_get_triggerdef(t.oid) from pg_trigger t
       join pg_class c on c.oid = t.tgrelid where c.relnamespace = 'public'::regnamespace
         and not t.tgisinternal
     union all select 'function ' || oid::regprocedure from pg_proc
       where pronamespace = 'public'::regnamespace order by 1`,
  );
  return rows.map(({ line }) => line);
}

const open = (url: string): Pool =>
  openDatabase({ url, connections: 3, name: "test", onIdleError: () => {} });

/** As it is when nobody was killed. */
async function wholeSchema(): Promise<string[]> {
  const database = await freshDatabase();
  const pool = open(database.url);
  const schema = await schemaOf(pool);
  await pool.end();
  await database.drop();
  return schema;
}

/** The next one, and no more. */
async function migrateOne(pool: Pool): Promise<void> {
  const crash = (label: string): void => {
    if (label === "migrate-after-commit") throw new Error("one is enough");
  };
  await migrate(pool, migrations, systemHasher, { crash }).catch(() => undefined);
}

describe("the hub that migrates is killed", () => {
  test("given SIGKILL at each point of each migration, then the next start goes on from there", async () => {
    const database = await emptyDatabase();
    const folder = mkdtempSync(path.join(os.tmpdir(), "tieout-migrate-"));
    const config = path.join(folder, "tieout.config.ts");
    const nothing = { sources: [], targets: [], budgets: [], flows: [] };
    writeFileSync(config, `export default () => (${JSON.stringify(nothing)});\n`);
    const start = async (crashAt: string): Promise<string> => {
      const child = spawn(process.execPath, [main, "hub"], {
        env: {
          ...process.env,
          ...{ DATABASE_URL: database.url, TIEOUT_CONFIG: config, TIEOUT_DATA: folder },
          ...{ RESTATE_INGRESS_URL: "http://127.0.0.1:9", RESTATE_ADMIN_URL: "http://127.0.0.1:9" },
          ...{ TIEOUT_HTTP_PORT: "26030", TIEOUT_CRASH_AT: crashAt },
        },
        stdio: ["pipe", "ignore", "inherit"],
      });
      // A hub that got through all of it would stay.
      const patience = setTimeout(() => child.kill("SIGTERM"), 60_000);
      const [code, signal] = await once(child, "exit");
      clearTimeout(patience);
      return String(signal ?? code);
    };
    const pool = open(database.url);
    const folders = readdirSync(migrations, { withFileTypes: true });
    const count = folders.filter((one) => one.isDirectory()).length;
    for (let done = 0; done < count; done += 1) {
      const point = points[done % points.length] ?? "";
      expect(await start(`${point}:1`), point).toBe("SIGKILL");
      const { rows } = await pool.query("select name from schema_version order by name");
      // Only the last point leaves the migration behind.
      expect(rows.length, point).toBe(point === "migrate-after-commit" ? done + 1 : done);
      if (rows.length === done) await migrateOne(pool);
    }
    expect(await migrate(pool, migrations, systemHasher)).toEqual([]);
    await ensurePartitions(pool, systemClock.now());
    expect(await schemaOf(pool)).toEqual(await wholeSchema());
    await pool.end();
    await database.drop();
    rmSync(folder, { recursive: true });
  }, 600_000);
});

describe("the server is killed under it", () => {
  let server: OwnServer;
  let newer: string;

  beforeAll(async () => {
    server = await startOwnServer(26_040);
    newer = mkdtempSync(path.join(os.tmpdir(), "tieout-newer-"));
    cpSync(migrations, newer, { recursive: true });
    mkdirSync(path.join(newer, "9000-next"));
    writeFileSync(path.join(newer, "9000-next", "note.md"), "breaking: no\n");
    // It writes a table whole, as a migration of a large ledger would.
    writeFileSync(
      path.join(newer, "9000-next", "up.sql"),
      "alter table handoff add column next_thing uuid not null default gen_random_uuid();",
    );
  });
  afterAll(async () => {
    await server.close();
    rmSync(newer, { recursive: true });
  });

  test("given a ledger with rows and the server's end at each point, then all rows are there and verify", async () => {
    const ledger = openCorpus(corpusVersions().at(-1) ?? "");
    const pool = server.open();
    await migrate(pool, migrations, systemHasher);
    await ensurePartitions(pool, systemClock.now());
    await loadLedger(pool, ledger);
    for (const point of points) {
      const crash = (label: string): void => {
        if (label === point) server.kill();
      };
      const migrating = migrate(server.open(), newer, systemHasher, { crash });
      await migrating.catch(() => undefined);
      await server.startAgain();
      const after = server.open();
      const lines = evidenceLines(after, "1", "2026-11-23T00:00:00.000Z");
      const report = await verifyEvidence(systemHasher, lines);
      expect(report.problems).toEqual([]);
      const { rows } = await after.query<{ n: number }>("select count(*)::int as n from handoff");
      expect(rows[0]?.n).toBe(ledger.expected.rows["handoff"]);
    }
    const last = server.open();
    await migrate(last, newer, systemHasher);
    const { rows } = await last.query("select from handoff where next_thing is null");
    expect(rows).toEqual([]);
  });
});
