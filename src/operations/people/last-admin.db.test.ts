import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Company } from "../../../test/support/story-company.ts";
import { openCompany } from "../../../test/support/story-company.ts";
import { uuidV7 } from "../../kernel/ids.ts";
import { grantRole } from "../../store/grant-role.ts";
import { insertAccount, insertPerson } from "../../store/insert-account.ts";
import { operations } from "../all-operations.ts";
import { runOperation } from "../operation.ts";

let company: Company;

beforeEach(async () => {
  company = await openCompany();
});
afterEach(() => company.close());

const newId = () => uuidV7(company.context.clock, company.context.random);

async function admin(name: string, ...logins: readonly string[]): Promise<void> {
  const { pool } = company;
  const personId = await insertPerson(pool, newId(), name);
  for (const login of logins) {
    const account = { id: newId(), personId, kind: "local" as const, login };
    await insertAccount(pool, { ...account, passwordHash: "x", issuer: undefined });
  }
  const grant = { id: newId(), personId, role: "admin", legalEntity: undefined };
  await grantRole(pool, { ...grant, by: "test", despite: undefined });
}

const revoke = (who: string) =>
  runOperation(operations.revokeRole, company.context, { who, role: "admin" });
const disable = (who: string, login?: string) =>
  runOperation(operations.disableUser, company.context, { who, login });

/** Holds the grants until both acts stand at a lock: nobody decides before the other asked. */
async function atOnce(...acts: readonly (() => Promise<unknown>)[]): Promise<string[]> {
  const { pool } = company;
  const held = await pool.connect();
  await held.query("begin");
  await held.query("select from role_grant for update");
  await held.query("select from account for update");
  const ends = Promise.allSettled(acts.map((act) => act()));
  const waiting = `select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  await vi.waitUntil(async () => (await pool.query(waiting)).rowCount === acts.length);
  await held.query("commit");
  held.release();
  return (await ends).map((end) =>
    end.status === "fulfilled" ? "done" : (end.reason as { code: string }).code,
  );
}

const oneOfTwo = expect.arrayContaining(["done", "E_OPERATIONS_LAST_ADMIN"]);

test("given the last administrator and a login in capitals, then the account stays", async () => {
  await admin("Ada Admin", "ada@x");
  await expect(disable("Ada Admin", "ADA@x")).rejects.toThrow(/Ada Admin/);
  await admin("Ben Admin", "ben@x");
  expect(await disable("Ada Admin", "ADA@x")).toMatchObject({ disabled: ["ada@x"] });
});

test("given two administrators who revoke each other at once, then one is left", async () => {
  await admin("Ada Admin", "ada@x");
  await admin("Ben Admin", "ben@x");
  const ends = await atOnce(
    () => revoke("Ada Admin"),
    () => revoke("Ben Admin"),
  );
  expect(ends).toEqual(oneOfTwo);
});

test("given one who is revoked while the other is disabled, then one is left", async () => {
  await admin("Ada Admin", "ada@x");
  await admin("Ben Admin", "ben@x");
  const ends = await atOnce(
    () => revoke("Ada Admin"),
    () => disable("Ben Admin"),
  );
  expect(ends).toEqual(oneOfTwo);
});

test("given both accounts of the last administrator disabled at once, then one is left", async () => {
  await admin("Ada Admin", "ada@x", "ada@y");
  const ends = await atOnce(
    () => disable("Ada Admin", "ada@x"),
    () => disable("Ada Admin", "ada@y"),
  );
  expect(ends).toEqual(oneOfTwo);
});
