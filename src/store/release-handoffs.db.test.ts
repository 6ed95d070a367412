import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import { factsOf, storeOnly, tell } from "../../test/support/ledger-facts.ts";
import type { Pool } from "./database.ts";
import { openDatabase } from "./database.ts";
import { exceptOverdue } from "./except-overdue.ts";
import { findStaleHeads } from "./find-due-heads.ts";
import { releaseHandoffs } from "./release-handoffs.ts";

let database: FreshDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await freshDatabase();
  pool = openDatabase({ url: database.url, connections: 8, name: "test", onIdleError: () => {} });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

async function states(): Promise<string[]> {
  const rows = await pool.query<{ object: string; version: string; state: string }>(
    "select object, version, state from handoff order by object, version, id",
  );
  return rows.rows.map((row) => `${row.object.slice(4)}@${row.version} ${row.state}`);
}

/** Until somebody waits for a lock. */
const blocked = () =>
  vi.waitUntil(async () => {
    const waits = await pool.query(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return waits.rowCount === 1;
  });

describe("release", () => {
  test("given an object with several facts, then only its oldest is let out", async () => {
    await tell(pool, [
      { id: "b", invoice: "i1", at: 2 },
      { id: "a", invoice: "i1", at: 1 },
    ]);
    expect(await states()).toEqual(["invoice/i1@1 ready", "invoice/i1@2 waiting"]);
  });
  test("given many who release the same objects at once, then each object lets one out", async () => {
    const facts = [1, 2, 3].flatMap((at) =>
      Array.from({ length: 20 }, (_, n) => ({ id: `${n}.${at}`, invoice: `i${n}`, at })),
    );
    await Promise.all([0, 1, 2, 3, 4, 5].map((n) => tell(pool, facts.slice(n * 10, n * 10 + 10))));
    const keys = Array.from({ length: 20 }, (_, n) => ({
      target: "plain",
      object: `src/invoice/i${n}`,
    }));
    await Promise.all(
      [0, 1, 2, 3].map((n) => releaseHandoffs(pool, n % 2 ? keys : [...keys].reverse())),
    );
    const out = await pool.query("select 1 from handoff where state = 'ready'");
    expect(out.rowCount).toBe(20);
    const heads = await pool.query("select 1 from object_head where open_handoff is not null");
    expect(heads.rowCount).toBe(20);
  });
  test("given an older state that comes while a release is at work, then it is not let out over the newer one", async () => {
    await tell(pool, [{ id: "c9", customer: "c1", at: 9 }]);
    await pool.query("update handoff set state = 'confirmed'");
    await pool.query(
      "update object_head set open_handoff = null, confirmed_version = (select version from handoff)",
    );
    const stalled = await pool.connect();
    try {
      await storeOnly(pool, factsOf([{ id: "c3", customer: "c1", at: 3 }]));
      await stalled.query("begin");
      await stalled.query("select 1 from handoff where state = 'waiting' for update");
      // Stands at superseding version 3, whose row is held, having read what is there.
      const release = releaseHandoffs(pool, [{ target: "plain", object: "src/customer/c1" }]);
      await blocked();
      await storeOnly(pool, factsOf([{ id: "c4", customer: "c1", at: 4 }]));
      await stalled.query("rollback");
      await release;
    } finally {
      stalled.release();
    }
    expect(await states()).toEqual([
      "customer/c1@3 superseded",
      "customer/c1@4 waiting",
      "customer/c1@9 confirmed",
    ]);
    await releaseHandoffs(pool, [{ target: "plain", object: "src/customer/c1" }]);
    expect(await states()).toContain("customer/c1@4 superseded");
  });
  test("given one that is excepted while a release reaches it, then it stays excepted", async () => {
    await tell(pool, [{ id: "a", invoice: "i1", at: 1 }]);
    await pool.query(
      "update handoff set state = 'waiting', attempts = 3, not_before = now(), deadline_at = now() - interval '1 minute'",
    );
    await pool.query("update object_head set open_handoff = null");
    const overdue = await pool.connect();
    try {
      await overdue.query("begin");
      expect(await exceptOverdue(overdue)).toBe(1);
      const release = releaseHandoffs(pool, [{ target: "plain", object: "src/invoice/i1" }]);
      await blocked();
      await overdue.query("commit");
      await release;
    } finally {
      overdue.release();
    }
    expect(await states()).toEqual(["invoice/i1@1 excepted"]);
    const heads = await pool.query("select 1 from object_head where open_handoff is not null");
    expect(heads.rowCount).toBe(0);
  });
  test("given an urgent invoice behind a backfilled customer, then the customer is lifted", async () => {
    await tell(pool, [{ id: "c", customer: "c1", at: 1 }]);
    await pool.query("update handoff set class = 2, state = 'waiting'");
    await pool.query("update object_head set open_handoff = null");
    await pool.query("update handoff set not_before = now() + interval '1 hour'");
    await tell(pool, [{ id: "i", invoice: "i1", customer: "c1", at: 2 }]);
    const classes = await pool.query<{ object: string; class: number }>(
      "select object, class from handoff order by object",
    );
    expect(classes.rows).toEqual([
      { object: "src/customer/c1", class: 1 },
      { object: "src/invoice/i1", class: 1 },
    ]);
  });
  test("given a need, then its handoff waits until the link is there", async () => {
    await tell(pool, [{ id: "i", invoice: "i1", customer: "c9", at: 2 }]);
    expect(await states()).toEqual(["invoice/i1@2 waiting"]);
    await pool.query(
      "insert into link (target, object, external_id, reference) values ('plain', 'src/customer/c9', '77', 'r')",
    );
    await releaseHandoffs(pool, [{ target: "plain", object: "src/invoice/i1" }]);
    expect(await states()).toEqual(["invoice/i1@2 ready"]);
    expect((await pool.query("select 1 from handoff_need")).rowCount).toBe(0);
  });
});

describe("the walk over what waits", () => {
  test("given many that wait behind exceptions, then each page reads so many rows, and a release that was lost is found", async () => {
    const objects = ["i1", "i2", "i3", "i4", "i5"];
    await tell(
      pool,
      objects.flatMap((invoice) => [1, 2].map((at) => ({ id: `${invoice}.${at}`, invoice, at }))),
    );
    await pool.query("update handoff set state = 'excepted' where state = 'ready'");
    await pool.query("update object_head set open_handoff = null");
    // The process that should have let i4 out again died before it did.
    await pool.query(
      "update handoff set state = 'confirmed' where state = 'excepted' and object = 'src/invoice/i4'",
    );
    await pool.query("update handoff set changed_at = now() - interval '1 minute'");
    const found: string[] = [];
    let pages = 0;
    let after: string | undefined = "00000000-0000-0000-0000-000000000000";
    while (after !== undefined) {
      const page = await findStaleHeads(pool, after, 2);
      found.push(...page.keys.map((key) => key.object));
      after = page.lastId;
      pages += after === undefined ? 0 : 1;
    }
    expect(found).toEqual(["src/invoice/i4"]);
    expect(pages).toBe(3);
  });
});

describe("what is never changed", () => {
  test.each(["inbound", "event", "attempt", "outcome", "audit"])(
    "given a row of %s, then neither update nor delete goes through",
    async (table) => {
      const triggers = await pool.query<{ n: number }>(
        "select count(*)::int as n from pg_trigger where tgrelid = $1::regclass and tgname like '%immutable' and tgenabled = 'O'",
        [table],
      );
      expect(triggers.rows[0]?.n).toBe(1);
    },
  );
  test("given an event, then changing it is refused by the ledger itself", async () => {
    await tell(pool, [{ id: "a", invoice: "i1", at: 1 }]);
    await expect(pool.query("update event set type = 'x'")).rejects.toThrow(/never changed/);
    await expect(pool.query("delete from inbound")).rejects.toThrow(/never changed/);
  });
});
