import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import type { Happening } from "../../test/support/ledger-facts.ts";
import { factsOf } from "../../test/support/ledger-facts.ts";
import { plainKeyring } from "../../test/support/system-cipher.ts";
import { systemHasher } from "../../test/support/system-hasher.ts";
import type { Pool } from "./database.ts";
import { openDatabase } from "./database.ts";
import { insertFacts } from "./insert-facts.ts";
import { releaseHandoffs } from "./release-handoffs.ts";
import { sealFacts } from "./seal-facts.ts";

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

const sealed = (...happenings: Happening[]) =>
  sealFacts(plainKeyring, systemHasher, factsOf(happenings));
const store = async (...happenings: Happening[]) =>
  insertFacts(pool, await sealed(...happenings), true);

async function states(): Promise<string[]> {
  const rows = await pool.query<{ object: string; version: string; state: string }>(
    "select object, version, state from handoff order by object, version, id",
  );
  return rows.rows.map((row) => `${row.object.slice(4)}@${row.version} ${row.state}`);
}

async function link(object: string): Promise<void> {
  await pool.query(
    "insert into link (target, object, external_id, reference) values ('plain', $1, '77', 'r')",
    [object],
  );
}

describe("what is born ready", () => {
  test("given the first fact of an object that needs nothing, then it may go at once and alone", async () => {
    const { ready } = await store({ id: "a", invoice: "i1", at: 1 });
    expect(ready.size).toBe(1);
    expect(await states()).toEqual(["invoice/i1@1 ready"]);
    const heads = await pool.query("select 1 from object_head where open_handoff is not null");
    expect(heads.rowCount).toBe(1);
  });

  test("given all its needs linked, then it may go and no need is written down", async () => {
    await link("src/customer/c1");
    await store({ id: "a", invoice: "i1", customer: "c1", at: 1 });
    expect(await states()).toEqual(["invoice/i1@1 ready"]);
    expect((await pool.query("select 1 from handoff_need")).rowCount).toBe(0);
  });

  test("given a need that is not linked, then it waits for that need", async () => {
    const { ready } = await store({ id: "a", invoice: "i1", customer: "c1", at: 1 });
    expect(ready.size).toBe(0);
    expect(await states()).toEqual(["invoice/i1@1 waiting"]);
    expect((await pool.query("select 1 from handoff_need")).rowCount).toBe(1);
  });

  test("given two facts of one object together, then neither is ahead until the release", async () => {
    await store({ id: "b", invoice: "i1", at: 2 }, { id: "a", invoice: "i1", at: 1 });
    expect(await states()).toEqual(["invoice/i1@1 waiting", "invoice/i1@2 waiting"]);
    await releaseHandoffs(pool, [{ target: "plain", object: "src/invoice/i1" }]);
    expect(await states()).toEqual(["invoice/i1@1 ready", "invoice/i1@2 waiting"]);
  });

  test("given an earlier fact that still waits, then a later one does not overtake it", async () => {
    await store({ id: "a", invoice: "i1", customer: "c1", at: 1 });
    await store({ id: "b", invoice: "i1", at: 2 });
    await releaseHandoffs(pool, [{ target: "plain", object: "src/invoice/i1" }]);
    expect(await states()).toEqual(["invoice/i1@1 waiting", "invoice/i1@2 waiting"]);
  });

  test("given a fact told before, then nothing of it is born again", async () => {
    await store({ id: "a", invoice: "i1", at: 1 });
    const again = await store({ id: "a", invoice: "i1", at: 1 });
    expect(again.claimed.size).toBe(0);
    expect(again.ready.size).toBe(0);
    expect(await states()).toEqual(["invoice/i1@1 ready"]);
  });
});

describe("given an earlier fact of the object in a transaction that is not over", () => {
  async function raced(end: "commit" | "rollback"): Promise<string[]> {
    const first = await pool.connect();
    await first.query("begin");
    await insertFacts(first, await sealed({ id: "a", invoice: "i1", customer: "c1", at: 1 }), true);
    const second = store({ id: "b", invoice: "i1", at: 2 });
    const waits = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = $1";
    const name = new URL(database.url).pathname.slice(1);
    while ((await pool.query(waits, [name])).rowCount === 0);
    await first.query(end);
    first.release();
    await second;
    return states();
  }

  test("when it commits, then the later one waits behind it", async () => {
    expect(await raced("commit")).toEqual(["invoice/i1@1 waiting", "invoice/i1@2 waiting"]);
  });

  test("when it is undone, then the later one may go", async () => {
    expect(await raced("rollback")).toEqual(["invoice/i1@2 ready"]);
  });
});
