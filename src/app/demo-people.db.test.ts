import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Company } from "../../test/support/story-company.ts";
import { openCompany } from "../../test/support/story-company.ts";
import { operations } from "../operations/all-operations.ts";
import type { OperationContext } from "../operations/operation.ts";
import { runOperation } from "../operations/operation.ts";
import { findLocalAccount } from "../store/find-account.ts";
import { demoAccountsFile, describeDemoPeople, ensureDemoPeople } from "./demo-people.ts";
import { systemPasswords } from "./passwords.ts";
import { systemRandom } from "./system.ts";

let company: Company;
let context: OperationContext;
let folder: string;

beforeEach(async () => {
  company = await openCompany();
  context = { ...company.context, passwords: systemPasswords, random: systemRandom };
  folder = mkdtempSync(path.join(tmpdir(), "tieout-people-"));
});

afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await company.close();
});

test("given a new demo, then two people can sign in, who together can decide what needs two", async () => {
  const made = await ensureDemoPeople(context, folder);
  expect(made.made).toBe(true);
  const { people } = await runOperation(operations.listUsers, context, {});
  const ours = people.filter(({ accounts }) => accounts.length > 0);
  expect(ours.map(({ name }) => name)).toEqual(["Ada Meyer", "Kenji Sato"]);
  const roles = ours.flatMap((one) => one.roles.map(({ role }) => role));
  expect(roles).toEqual(expect.arrayContaining(["analyst", "approver"]));
  for (const { login, password } of made.accounts) {
    const account = await findLocalAccount(company.pool, login);
    expect(await systemPasswords.verify(account?.password_hash ?? undefined, password)).toBe(true);
    expect(describeDemoPeople(made, folder).join("\n")).toContain(password);
  }
});

test("given its file, then nobody else on the machine may read the passwords", async () => {
  await ensureDemoPeople(context, folder);
  expect(statSync(demoAccountsFile(folder)).mode & 0o077).toBe(0);
});

test("given a second start, then nobody is made anew and no password is printed again", async () => {
  const first = await ensureDemoPeople(context, folder);
  const again = await ensureDemoPeople(context, folder);
  expect(again).toEqual({ accounts: first.accounts, made: false });
  const told = describeDemoPeople(again, folder).join("\n");
  for (const { password } of first.accounts) expect(told).not.toContain(password);
  expect(told).toContain("demo-accounts.json");
});

test("given a ledger that was made anew beside the old file, then the file has the new passwords", async () => {
  const old = await ensureDemoPeople(context, folder);
  const next = await openCompany();
  try {
    const made = await ensureDemoPeople({ ...context, pool: next.pool }, folder);
    const kept = JSON.parse(readFileSync(demoAccountsFile(folder), "utf8")) as unknown;
    expect(kept).toEqual(made.accounts);
    expect(made.accounts).toHaveLength(2);
    expect(made.accounts[0]?.password).not.toBe(old.accounts[0]?.password);
  } finally {
    await next.close();
  }
});
