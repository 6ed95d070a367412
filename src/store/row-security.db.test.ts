/** The second wall by itself: what the database lets the API's role see, without our own checks. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Company } from "../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../test/support/story-company.ts";
import type { RowScope } from "./database.ts";
import { inTransaction, openDatabase, scopedPool } from "./database.ts";
import { API_ROLE, apiGrants, checkApiRole, ensureApiRole } from "./ensure-api-role.ts";

let company: Company;

beforeAll(async () => {
  company = await openCompany();
  expect(await ensureApiRole(company.pool)).toEqual({ ready: true });
  const { legalEntity: _, ...nobodys } = customer("n1", 1);
  await company.tell(customer("u1", 0), { ...customer("d1", 1), legalEntity: "DE" }, nobodys);
  await company.tell({ ...invoice("7", "d1", 9), legalEntity: "DE" }, invoice("8", "u1", 9));
  await company.tell({ ...customer("dead", 0), data: {} });
  await company.work();
});

afterAll(() => company.close());

const scope = (more: Partial<RowScope>): RowScope => ({
  ...{ role: API_ROLE, all: false, legalEntities: [], unassigned: false, ...more },
});

async function count(table: string, within: Partial<RowScope>): Promise<number> {
  const result = await scopedPool(company.pool, scope(within)).query<{ rows: number }>(
    `select count(*)::int as rows from ${table}`,
  );
  return result.rows[0]?.rows ?? 0;
}

describe("row security", () => {
  test("given every table of the ledger, then those with a legal entity are secured and known", async () => {
    const result = await company.pool.query<{ name: string; secured: boolean; entity: boolean }>(
      `select c.relname as name, c.relrowsecurity as secured, exists (
         select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'legal_entity'
           and not a.attisdropped) as entity
       from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
         and not c.relispartition`,
    );
    const secured = new Set(result.rows.filter((row) => row.secured).map((row) => row.name));
    for (const { name, entity } of result.rows) {
      const grant = apiGrants[name];
      if (grant === undefined || grant.rows === "none to read") continue;
      expect(secured.has(name), name).toBe(grant.rows !== "open");
      expect(entity, name).toBe(grant.rows === "by entity");
    }
    const granted = await company.pool.query<{ name: string; verbs: string }>(
      `select table_name as name,
         string_agg(lower(privilege_type), ', ' order by privilege_type) as verbs
       from information_schema.role_table_grants where grantee = $1 group by 1`,
      [API_ROLE],
    );
    const wanted = Object.entries(apiGrants).map(([name, { verbs }]) => {
      return { name, verbs: verbs.split(", ").sort().join(", ") };
    });
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(granted.rows.sort(byName)).toEqual(wanted.sort(byName));
  });

  test("given a scope, then exactly its rows are there, in what hangs on them too", async () => {
    for (const table of ["event", "handoff", "raw_of_event"]) {
      expect(await count(table, {}), table).toBe(0);
      expect(await count(table, { legalEntities: ["DE"] }), table).toBe(2);
      expect(await count(table, { legalEntities: ["DE", "US"] }), table).toBe(4);
      expect(await count(table, { all: true }), table).toBe(4);
      expect(await count(table, { all: true, unassigned: true }), table).toBe(5);
    }
    expect(await count("mention", { legalEntities: ["US"] })).toBe(1);
    expect(await count("dead_letter", { all: true })).toBe(0);
    expect(await count("dead_letter", { all: true, unassigned: true })).toBe(1);
    expect(await count("inbound", { all: true })).toBe(0);
    for (const table of ["attempt", "outcome", "effect"]) {
      const everything = await count(table, { all: true, unassigned: true });
      const ours = await count(table, { legalEntities: ["US"] });
      expect(ours, table).toBeGreaterThan(0);
      expect(ours, table).toBeLessThan(everything);
      expect(await count(table, {}), table).toBe(0);
    }
  });

  test("given an entity whose name tries to be more, then it is a name", async () => {
    for (const name of ['DE","US', "*", "'; reset role; --", "a\\", "{US}"]) {
      expect(await count("event", { legalEntities: [name] }), name).toBe(0);
    }
  });

  test("given a scope, then rows of others are neither changed nor made, and nothing else is open", async () => {
    const us = scopedPool(company.pool, scope({ legalEntities: ["US"] }));
    const moved = await us.query("update handoff set reason = 'seen' returning legal_entity");
    expect(moved.rows).toEqual([{ legal_entity: "US" }, { legal_entity: "US" }]);
    const insert = (entity: string) =>
      us.query(
        `insert into exception_case (id, kind, cause, code, title, message, legal_entity)
         values (gen_random_uuid(), 'object', 'c', 'E', 't', 'm', $1)`,
        [entity],
      );
    await insert("US");
    await expect(insert("DE")).rejects.toThrow(/row-level security/);
    for (const table of ["account", "session", "api_token", "role_grant", "audit", "budget"]) {
      const act = table === "budget" ? `delete from ${table}` : `select * from ${table}`;
      await expect(us.query(act), table).rejects.toThrow(/permission denied/);
    }
    await expect(us.query("select * from event_h0")).rejects.toThrow();
    // What a transaction set does not outlive it: the connection goes back to its owner's rights.
    expect((await company.pool.query("select 1 from account")).rowCount).toBe(0);
    await inTransaction(us, (session) => session.query("select 1 from event"));
    expect((await company.pool.query("select current_user <> $1 as own", [API_ROLE])).rows).toEqual(
      [{ own: true }],
    );
  });

  test("given an owner who may not become the role, then it is said what to run", async () => {
    const { pool } = company;
    await pool.query("create role plain_owner login password 'plain'");
    const { rows } = await pool.query<{ name: string; port: string }>(
      "select current_database() as name, current_setting('port') as port",
    );
    const url = `postgres://plain_owner:plain@127.0.0.1:${rows[0]?.port}/${rows[0]?.name}`;
    const asOther = openDatabase({ url, connections: 2, name: "t", onIdleError: () => {} });
    try {
      const role = await ensureApiRole(asOther);
      expect(role.ready).toBe(false);
      expect(role).toMatchObject({ remedy: expect.stringContaining("grant tieout_api to") });
      expect((await checkApiRole(asOther)).ready).toBe(false);
      expect(await checkApiRole(pool)).toEqual({ ready: true });
    } finally {
      await asOther.end();
      await pool.query("drop role plain_owner");
    }
  });
});
