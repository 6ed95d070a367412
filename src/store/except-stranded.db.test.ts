import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import { tell } from "../../test/support/ledger-facts.ts";
import type { Pool } from "./database.ts";
import { openDatabase } from "./database.ts";
import type { Need } from "./except-stranded.ts";
import { exceptStranded } from "./except-stranded.ts";
import { excludeHandoff } from "./exclude-handoff.ts";
import { noticeWantedObjects } from "./wanted-objects.ts";

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

const SIZE = { needs: 100, handoffs: 500 };
const pastDeadline = () =>
  pool.query(`update handoff set deadline_at = now() - interval '1 minute',
    changed_at = now() - interval '1 hour' where object like 'src/invoice/%'`);
const keyOf = (customer: string) => `src/customer/${customer}`;

/** Tells of a customer and lets it meet its fate in the target. */
async function customer(name: string, fate: "excepted" | "excluded" | "unrouted"): Promise<void> {
  await tell(pool, [{ id: name, customer: name, at: 1 }]);
  const excepted = "update handoff set state = 'excepted' where object = $1 returning id";
  const { rows } = await pool.query<{ id: string }>(excepted, [keyOf(name)]);
  const id = rows[0]?.id ?? "";
  if (fate === "excluded") {
    await excludeHandoff(pool, { id, from: "excepted", to: "excluded", reason: "not-ours" });
  }
  if (fate === "unrouted") await pool.query("delete from handoff where id = $1", [id]);
}

/** An invoice that needs the customer of the same name, told after it. */
const invoice = (name: string) =>
  tell(pool, [{ id: `i-${name}`, invoice: name, customer: name, at: 2 }]);

async function invoices(): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ object: string; state: string }>(
    "select object, state from handoff where object like 'src/invoice/%' order by object",
  );
  return Object.fromEntries(rows.map(({ object, state }) => [object.split("/").at(-1), state]));
}

describe("what needs an object that nothing brings any more", () => {
  test("given the object was excluded before it came, then it is a person's at its deadline", async () => {
    await customer("c1", "excluded");
    await invoice("c1");
    expect(await exceptStranded(pool, undefined, SIZE)).toMatchObject({ excepted: 0 });
    await pastDeadline();
    expect(await noticeWantedObjects(pool, 30)).toBe(0);
    expect(await exceptStranded(pool, undefined, SIZE)).toMatchObject({ excepted: 1 });
    expect(await invoices()).toEqual({ c1: "excepted" });
    const { rows } = await pool.query("select cause, code, title, message from exception_case");
    expect(rows).toEqual([
      {
        cause: "need lacks plain src/customer/c1",
        code: "E_HANDOFF_OVERDUE",
        title: "src/customer/c1 will not reach plain",
        message: "It needs src/customer/c1, which was excluded from plain.",
      },
    ]);
    expect(await exceptStranded(pool, undefined, SIZE)).toMatchObject({ excepted: 0 });
  });

  test("given the object was seen, or fetched, and no flow sends it there, then likewise", async () => {
    await customer("seen", "unrouted");
    await pool.query("insert into object_fetch (object, state) values ($1, 'done')", [
      keyOf("fetched"),
    ]);
    for (const name of ["seen", "fetched"]) await invoice(name);
    await pastDeadline();
    expect(await exceptStranded(pool, undefined, SIZE)).toMatchObject({ excepted: 2 });
    const { rows } = await pool.query("select message from exception_case order by message");
    expect(rows[1]).toEqual({
      message: "It needs src/customer/seen, which was seen, but nothing brings it to plain.",
    });
  });

  test("given the object is on its way, an exception, fetched or there, then it is waited for", async () => {
    await tell(pool, [{ id: "ready", customer: "ready", at: 1 }]);
    await customer("excepted", "excepted");
    // Excluded once, but told anew since: what is open now may bring it there.
    await customer("again", "excluded");
    await tell(pool, [{ id: "again2", customer: "again", at: 3 }]);
    await customer("linked", "excluded");
    const names = ["ready", "excepted", "again", "linked", "wanted", "unheard"];
    for (const name of names) await invoice(name);
    await pool.query(
      "insert into link (target, object, external_id, reference) values ('plain', $1, 'C1', 'r')",
      [keyOf("linked")],
    );
    await pool.query("insert into object_fetch (object) values ($1)", [keyOf("wanted")]);
    await pastDeadline();
    expect(await exceptStranded(pool, undefined, SIZE)).toMatchObject({ excepted: 0 });
    expect(await invoices()).toEqual(Object.fromEntries(names.map((name) => [name, "waiting"])));
  });

  test("given more than a page, then the walk goes on behind it and begins anew at the end", async () => {
    const names = ["a", "b", "c", "d", "e"];
    for (const name of names) {
      await customer(name, name === "b" ? "excepted" : "excluded");
      await invoice(name);
    }
    await tell(pool, [{ id: "i2", invoice: "a2", customer: "a", at: 3 }]);
    await pastDeadline();
    const seen: string[] = [];
    let after: Need | undefined;
    do {
      const page = await exceptStranded(pool, after, { needs: 2, handoffs: 2 });
      after = page.after;
      seen.push(`${page.excepted} ${after?.object ?? "end"}`);
    } while (after !== undefined || seen.length < 2);
    expect(seen).toEqual([
      "2 end",
      "0 src/customer/b",
      "2 src/customer/b",
      "0 src/customer/d",
      "1 end",
    ]);
  });
});
