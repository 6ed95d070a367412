import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { newestMigration } from "../../../test/support/newest-migration.ts";
import type { Company } from "../../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../../test/support/story-company.ts";
import { systemClock } from "../../../test/support/system-clock.ts";
import { systemHasher } from "../../../test/support/system-hasher.ts";
import type { Pool } from "../database.ts";
import { openDatabase } from "../database.ts";
import { countTail } from "../read-evidence.ts";
import { sealBlock } from "../seal-block.ts";
import { exportLedger } from "./export-ledger.ts";
import type { ExportManifest } from "./export-manifest.ts";
import { importLedger } from "./import-ledger.ts";

const migrationsDir = new URL("../../../migrations/", import.meta.url).pathname;
let room: string;
let company: Company;
let manifest: ExportManifest;
const pools: { pool: Pool; name: string }[] = [];
let server: Pool;

/** An empty database on the same server, as another server's would be. */
async function emptyDatabase(): Promise<Pool> {
  const name = `import_${pools.length}_${process.pid}`;
  await server.query(`create database ${name} template template0`);
  const url = new URL(inject("serverUrl"));
  url.pathname = `/${name}`;
  const pool = openDatabase({ url: url.href, connections: 3, name: "test", onIdleError: () => {} });
  pools.push({ pool, name });
  return pool;
}

const folder = () => path.join(room, "export");

function importInto(pool: Pool, from = folder(), crash: (label: string) => void = () => {}) {
  const nowMs = systemClock.now();
  const parts = { migrationsDir, hasher: systemHasher, nowMs, conclude: async () => {}, crash };
  return importLedger({ pool, folder: from, ...parts, onProgress: () => {} });
}

async function sealAll(pool: Pool): Promise<void> {
  // The oldest transaction of the whole server holds it up; others use the server too.
  await vi.waitFor(
    async () => {
      await sealBlock(pool, 10_000);
      expect((await countTail(pool)).rows).toBe(0);
    },
    { timeout: 20_000, interval: 50 },
  );
}

/** Every row of a table as one text, in a fixed order. */
async function content(pool: Pool, table: string): Promise<string> {
  const { rows } = await pool.query<{ all: string | null }>(
    `select string_agg(t::text, E'\\n' order by t::text) as all from ${table} t`,
  );
  return rows[0]?.all ?? "";
}

beforeAll(async () => {
  room = mkdtempSync(path.join(os.tmpdir(), "tieout-transfer-"));
  server = openDatabase({
    ...{ url: inject("serverUrl"), connections: 2, name: "test", onIdleError: () => {} },
  });
  company = await openCompany();
  await company.tell(customer("c1", 0, "Müller\t\\ & Söhne\n"), invoice("1", "c1", 5));
  await company.work();
  await company.tell(invoice("2", "c1", 6), { ...customer("dead", 0), data: {} });
  await sealAll(company.pool);
  const parts = { version: "1.2.3", onProgress: () => {} };
  manifest = await exportLedger({ pool: company.pool, folder: folder(), ...parts });
});

afterAll(async () => {
  await company.close();
  for (const { pool, name } of pools) {
    await pool.end();
    await server.query(`drop database ${name} with (force)`);
  }
  await server.end();
  rmSync(room, { recursive: true });
});

describe("an export", () => {
  test("then it holds every table but what is signed in or alive, and no partition", () => {
    const names = manifest.tables.map((table) => table.name);
    expect(names).toEqual(expect.arrayContaining(["event", "handoff", "seal_block", "person"]));
    expect(
      names.filter((name) => /^(session|hub|schema_version|event_\d|.*_h\d)$/.test(name)),
    ).toEqual([]);
    expect(names.indexOf("person")).toBeLessThan(names.indexOf("account"));
    expect(readdirSync(room)).toEqual(["export"]);
    expect(manifest).toMatchObject({ migration: newestMigration(), epoch: 1, version: "1.2.3" });
  });

  test("given one that died when all was there but its name, then it is made again", async () => {
    const again = path.join(room, "again");
    mkdirSync(`${again}.unfinished`);
    writeFileSync(path.join(`${again}.unfinished`, "manifest.json"), "{}");
    await exportLedger({ pool: company.pool, folder: again, version: "1", onProgress: () => {} });
    expect(readdirSync(room).toSorted()).toEqual(["again", "export"]);
    rmSync(again, { recursive: true });
  });
});

describe("an import into an empty database", () => {
  let copy: Pool;
  beforeAll(async () => {
    copy = await emptyDatabase();
    await importInto(copy);
  });

  test("then every row of every table is the same, but for what says that it is a copy", async () => {
    const own = new Set(["sending_permission", "epoch", "lane"]);
    for (const { name } of manifest.tables.filter((table) => !own.has(table.name))) {
      expect(await content(copy, name), name).toBe(await content(company.pool, name));
    }
    const { rows } = await copy.query("select epoch, allowed, reason from sending_permission");
    expect(rows[0]).toMatchObject({ epoch: 2, allowed: false });
    expect(rows[0].reason).toContain("imported from an export of");
  });

  test("then rows written here are sealed above those that were brought, in one chain", async () => {
    await copy.query(`insert into audit (id, actor, operation, subject, row_hash)
      values (gen_random_uuid(), 'Ada', 'x', 'y', sha256(''))`);
    const highest = BigInt(manifest.highestTx);
    const { rows } = await copy.query("select max(tx)::text as tx from audit");
    expect(BigInt(rows[0].tx)).toBeGreaterThan(highest);
    const before = await copy.query("select max(number)::int as n from seal_block");
    await sealAll(copy);
    const after = await copy.query(
      `select count(*)::int as n, bool_and(b.previous_hash = p.hash) as linked
       from seal_block b join seal_block p on p.number = b.number - 1 where b.number > $1`,
      [before.rows[0].n],
    );
    expect(after.rows[0].n).toBeGreaterThan(0);
    expect(after.rows[0].linked).toBe(true);
  });

  test("given the same database again, then it is refused", async () => {
    await expect(importInto(copy)).rejects.toMatchObject({ code: "E_STORE_IMPORT_NOT_EMPTY" });
  });

  test("given an export of the copy, then it can be brought on once more", async () => {
    const second = path.join(room, "second");
    await exportLedger({ pool: copy, folder: second, version: "1", onProgress: () => {} });
    const third = await emptyDatabase();
    expect((await importInto(third, second)).epoch).toBe(2);
    const { rows } = await third.query("select epoch from sending_permission");
    expect(rows).toEqual([{ epoch: 3 }]);
  });
});

describe("an import that does not succeed", () => {
  test("given a file with one byte changed, then nothing is made", async () => {
    const file = path.join(folder(), "event.copy");
    const kept = readFileSync(file);
    const pool = await emptyDatabase();
    try {
      const bent = Buffer.from(kept);
      bent[10] = (bent[10] ?? 0) ^ 1;
      writeFileSync(file, bent);
      await expect(importInto(pool)).rejects.toThrow(/event.copy was changed/);
    } finally {
      writeFileSync(file, kept);
    }
    const { rows } = await pool.query("select to_regclass('event') as there");
    expect(rows).toEqual([{ there: null }]);
  });

  test("given it ends in the middle, then it can be done again", async () => {
    const pool = await emptyDatabase();
    const failing = (label: string) => {
      if (label === "import-filled") throw new Error("the machine went away");
    };
    await expect(importInto(pool, folder(), failing)).rejects.toThrow("went away");
    expect((await pool.query("select count(*)::int as n from event")).rows).toEqual([{ n: 0 }]);
    await importInto(pool);
    expect(await content(pool, "event")).toBe(await content(company.pool, "event"));
  });

  test("given tables of something else, then it is refused", async () => {
    const pool = await emptyDatabase();
    await pool.query("create table mine (id integer)");
    await expect(importInto(pool)).rejects.toThrow(/something else/);
  });
});
