import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import { tell } from "../../test/support/ledger-facts.ts";
import type { Pool } from "./database.ts";
import { openDatabase } from "./database.ts";
import { exceptOverdue } from "./except-overdue.ts";

let database: FreshDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await freshDatabase();
  pool = openDatabase({ url: database.url, connections: 2, name: "test", onIdleError: () => {} });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

async function setEach(changes: Readonly<Record<string, string>>): Promise<void> {
  for (const [invoice, change] of Object.entries(changes)) {
    await pool.query(`update handoff set ${change} where object = $1`, [`src/invoice/${invoice}`]);
  }
}

async function states(): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ object: string; state: string }>(
    "select object, state from handoff order by object",
  );
  return Object.fromEntries(rows.map(({ object, state }) => [object.split("/").at(-1), state]));
}

describe("what waits past its deadline", () => {
  test("given nothing but time to wait for, then it is a person's; what waits behind another is not", async () => {
    const past = "deadline_at = now() - interval '1 minute'";
    const retried = `state = 'waiting', attempts = 2, ${past}`;
    await tell(
      pool,
      ["resting", "bulk", "needy", "behind", "early"].map((invoice, n) => {
        return { id: invoice, invoice, at: n, ...(invoice === "needy" ? { customer: "c" } : {}) };
      }),
    );
    await pool.query("insert into object_fetch (object, state) values ('src/customer/c', 'gone')");
    await setEach({
      resting: `${retried}, not_before = now() + interval '1 hour'`,
      bulk: `${retried}, ordered = false`,
      needy: past,
      behind: `state = 'waiting', ${past}`,
      early: "state = 'waiting', attempts = 2",
    });
    expect(await exceptOverdue(pool)).toBe(3);
    expect(await states()).toEqual({
      ...{ resting: "excepted", bulk: "excepted", needy: "excepted" },
      ...{ behind: "waiting", early: "waiting" },
    });
    const { rows } = await pool.query<{ message: string; n: number }>(
      "select message, count(*)::int as n from exception_case group by message order by n",
    );
    expect(rows).toEqual([
      { message: "It needs an object that its source does not know.", n: 1 },
      { message: "Every attempt was put off by the target until the deadline passed.", n: 2 },
    ]);
    expect(await exceptOverdue(pool)).toBe(0);
  });
});
