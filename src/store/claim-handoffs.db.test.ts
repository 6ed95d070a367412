import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import { claimHandoffs, inClaimTransaction } from "./claim-handoffs.ts";
import type { Pool, Session } from "./database.ts";
import { inTransaction, openDatabase } from "./database.ts";

let database: FreshDatabase;
let pool: Pool;

/** Ready handoffs of each class, in the order of their deadlines: `critical 1`, `critical 2`, … */
const READY = `
insert into handoff (id, event_id, correlation_id, target, budget, flow, flow_version, operation,
  effect, ordered, object, version, reference, class, deadline_at, state)
select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'books', 'books', 'f', 1,
  'invoice.post', 'fact', false, c.name || ' ' || i, 1, c.name || i, c.nth - 1,
  now() + make_interval(mins => i), 'ready'
from unnest($1::text[], $2::integer[]) with ordinality as c(name, many, nth)
cross join lateral generate_series(1, c.many) i`;

beforeEach(async () => {
  database = await freshDatabase();
  pool = openDatabase({ url: database.url, connections: 3, name: "test", onIdleError: () => {} });
  await pool.query("insert into budget (name, concurrency) values ('books', 5)");
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

const seat = (number: number) => ({ budget: "books", seat: number, fence: "1", leftBehind: 0 });

async function claim(limit: number, lowestFirst: boolean, blocked: string[] = []) {
  const claimed = await inTransaction(pool, (session) =>
    claimHandoffs(session, seat(lowestFirst ? 4 : 0), limit, { lowestFirst, blocked }),
  );
  return claimed.map(({ object }) => object).sort();
}

describe("a seat that serves the lowest class first", () => {
  beforeEach(() =>
    pool.query(READY, [
      ["critical", "normal", "bulk"],
      [3, 3, 2],
    ]),
  );

  test("given more than it may take, then the lowest class goes, its nearest deadline first", async () => {
    expect(await claim(1, true)).toEqual(["bulk 1"]);
    expect(await claim(2, true)).toEqual(["bulk 2", "normal 1"]);
    expect(await claim(9, true)).toEqual([
      "critical 1",
      "critical 2",
      "critical 3",
      "normal 2",
      "normal 3",
    ]);
    expect(await claim(9, true)).toEqual([]);
  });

  test("given another seat beside it, then it holds nothing that it does not take", async () => {
    await inTransaction(pool, async (session) => {
      const wishes = { lowestFirst: true, blocked: [] };
      const taken = await claimHandoffs(session, seat(4), 1, wishes);
      expect(taken.map(({ object }) => object)).toEqual(["bulk 1"]);
      const others = await claim(9, false);
      expect(others).toHaveLength(7);
      expect(others).not.toContain("bulk 1");
    });
  });

  test("given an operation that lines up behind another call, then it is left alone", async () => {
    expect(await claim(9, true, ["books invoice.post"])).toEqual([]);
    expect(await claim(9, true, ["books payment.post"])).toHaveLength(8);
  });
});

test("given seats of all classes, then the highest class goes first", async () => {
  await pool.query(READY, [
    ["critical", "normal", "bulk"],
    [1, 1, 1],
  ]);
  expect(await claim(1, false)).toEqual(["critical 1"]);
  expect(await claim(1, false)).toEqual(["normal 1"]);
  expect(await claim(1, false)).toEqual(["bulk 1"]);
});

describe("a backlog that came after statistics of an idle day", () => {
  /** Rows of handoffs that this connection has read and not reported yet. */
  const READ = `
select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read
from pg_stat_xact_user_tables where relname like 'handoff_%'`;
  const readSoFar = async (session: Session): Promise<number> =>
    (await session.query<{ read: number }>(READ)).rows[0]?.read ?? Number.NaN;

  test.each([
    { order: "highest", lowestFirst: false },
    { order: "lowest", lowestFirst: true },
  ])(
    "given a whole backlog is ready, then a claim of the $order class reads what it takes and not all of it",
    async ({ lowestFirst }) => {
      // An operator's or a restore's ANALYZE while nothing waits: "ready" is told to be rare.
      await pool.query(READY, [["critical"], [3000]]);
      await pool.query("update handoff set state = 'confirmed'");
      await pool.query("vacuum analyze");
      await pool.query(READY, [["normal"], [2000]]);
      const read = await inClaimTransaction(pool, async (session) => {
        const before = await readSoFar(session);
        const wishes = { lowestFirst, blocked: [] };
        expect(await claimHandoffs(session, seat(0), 4, wishes)).toHaveLength(4);
        return (await readSoFar(session)) - before;
      });
      expect(read).toBeGreaterThanOrEqual(4);
      expect(read).toBeLessThan(100);
    },
  );
});
