/**
 * The demo company's two people, so that a stranger can sign in and an exclusion can have its
 * second person. Their passwords are made up, printed when they are made, and kept beside the
 * ledger for this machine's user alone.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { Role } from "../access/roles.ts";
import { operations } from "../operations/all-operations.ts";
import type { OperationContext } from "../operations/operation.ts";
import { runOperation } from "../operations/operation.ts";

const people: readonly { name: string; login: string; roles: readonly Role[] }[] = [
  { name: "Ada Meyer", login: "ada", roles: ["admin", "analyst", "engineer"] },
  { name: "Kenji Sato", login: "kenji", roles: ["controller", "approver"] },
];

const accountSchema = z.strictObject({
  name: z.string(),
  login: z.string(),
  password: z.string(),
  roles: z.array(z.string()),
});

export type DemoAccount = z.infer<typeof accountSchema>;

export function demoAccountsFile(dataDir: string): string {
  return path.join(dataDir, "demo-accounts.json");
}

/** The accounts of the demo with their passwords; `made` when they were made just now. */
export async function ensureDemoPeople(
  context: OperationContext,
  dataDir: string,
): Promise<{ readonly accounts: readonly DemoAccount[]; readonly made: boolean }> {
  const file = demoAccountsFile(dataDir);
  const { people: known } = await runOperation(operations.listUsers, context, {});
  const logins = new Set(known.flatMap((one) => one.accounts.map(({ login }) => login)));
  const lacking = people.filter(({ login }) => !logins.has(login));
  const kept = existsSync(file)
    ? z.array(accountSchema).parse(JSON.parse(readFileSync(file, "utf8")))
    : [];
  const made: DemoAccount[] = [];
  for (const { name, login, roles } of lacking) {
    const { password = "" } = await runOperation(operations.addUser, context, { name, login });
    for (const role of roles)
      await runOperation(operations.grantRole, context, { who: login, role });
    made.push({ name, login, password, roles: [...roles] });
  }
  const before = kept.filter(({ login }) => !made.some((one) => one.login === login));
  const accounts = [...before, ...made];
  if (made.length > 0) {
    writeFileSync(file, `${JSON.stringify(accounts, null, 2)}\n`, { mode: 0o600 });
  }
  return { accounts, made: made.length > 0 };
}

/** Lines for a terminal; passwords only when they are new. */
export function describeDemoPeople(
  { accounts, made }: Awaited<ReturnType<typeof ensureDemoPeople>>,
  dataDir: string,
): string[] {
  const file = path.relative(process.cwd(), demoAccountsFile(dataDir));
  if (!made) return [`Sign in as one of the accounts in ${file}.`];
  return [
    `Sign in as (shown this once; kept in ${file}, readable by you alone):`,
    ...accounts.map(
      ({ login, password, name, roles }) =>
        `  ${login.padEnd(6)} ${password}   ${name}: ${roles.join(", ")}`,
    ),
  ];
}
