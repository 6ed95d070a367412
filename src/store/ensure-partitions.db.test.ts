import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import { systemRandom } from "../../test/support/system-random.ts";
import { uuidFromParts } from "../kernel/ids.ts";
import type { Pool } from "./database.ts";
import { openDatabase } from "./database.ts";
import { ensurePartitions } from "./ensure-partitions.ts";

const APRIL = Date.UTC(2031, 3, 10);

let database: FreshDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await freshDatabase();
  pool = openDatabase({ url: database.url, connections: 4, name: "test", onIdleError: () => {} });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

async function arrive(atMs: number, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => uuidFromParts(atMs, 7, systemRandom.bytes(10)));
  await pool.query(
    `insert into inbound (id, connection, fact_id, kind, origin, received_at, body, row_hash)
     select id, 'shop', id::text, 'k', 'webhook', now(), 'x', sha256('x')
     from unnest($1::uuid[]) id`,
    [ids],
  );
}

async function places(): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ place: string; n: number }>(
    "select tableoid::regclass::text as place, count(*)::int as n from inbound group by 1",
  );
  return Object.fromEntries(rows.map(({ place, n }) => [place, n]));
}

const rowsOf = async () =>
  (await pool.query("select id, tx, row_hash from inbound order by id")).rows;

describe("partitions", () => {
  test("given a month without one, then its rows are kept; when it is made, they move there", async () => {
    await arrive(APRIL, 5);
    await arrive(Date.UTC(2019, 0, 1), 2);
    expect(await places()).toEqual({ inbound_rest: 7 });
    const before = await rowsOf();
    const { made, left } = await ensurePartitions(pool, APRIL);
    expect(left).toEqual([]);
    expect(made).toContain("inbound_2031_04");
    expect(made).toContain("inbound_2031_05");
    expect(await places()).toEqual({ inbound_2031_04: 5, inbound_rest: 2 });
    expect(await rowsOf()).toEqual(before);
    await arrive(APRIL + 5, 1);
    expect(await places()).toMatchObject({ inbound_2031_04: 6 });
    for (const place of ["inbound_2031_04", "inbound_rest"]) {
      await expect(pool.query(`delete from ${place}`)).rejects.toThrow("never changed");
    }
    expect((await ensurePartitions(pool, APRIL)).made).toEqual([]);
  });

  test("given more early rows than move by the way, then they stay, all of them, and it is said", async () => {
    await arrive(APRIL, 20_001);
    const { left } = await ensurePartitions(pool, APRIL);
    expect(left.map((one) => one.partition)).toEqual(["inbound_2031_04"]);
    expect(await places()).toEqual({ inbound_rest: 20_001 });
  });

  test("given a table in use, then it gives way within a second and does it the next time", async () => {
    const reader = await pool.connect();
    await reader.query("begin; select count(*) from inbound");
    const started = performance.now();
    const { made, left } = await ensurePartitions(pool, APRIL);
    expect(performance.now() - started).toBeLessThan(8000);
    expect(left.map((one) => one.partition)).toEqual(["inbound_2031_04", "inbound_2031_05"]);
    expect(made).toContain("event_2031_04");
    await reader.query("rollback");
    reader.release();
    expect((await ensurePartitions(pool, APRIL)).left).toEqual([]);
  });

  test("given two hubs at once, then each partition is made once", async () => {
    const both = await Promise.all([ensurePartitions(pool, APRIL), ensurePartitions(pool, APRIL)]);
    const made = both.flatMap((one) => one.made);
    expect(new Set(made).size).toBe(made.length);
    expect(made).toHaveLength(10);
  });
});
