/** The trial balance of the whole event log against Tryton's own, account by account. */
import type { Balance } from "../../src/accounting/balances.ts";
import { compareBalances, groupBalances, sumEntries } from "../../src/accounting/balances.ts";
import type { JournalEntry } from "../../src/accounting/types.ts";
import { formatMoney, parseMoney } from "../../src/kernel/money.ts";
import { readPostings } from "../../src/operations/read-postings.ts";
import type { SeededCompany } from "../../src/sandbox/tryton/company-spec.ts";
import { trialBalance } from "../../src/sandbox/tryton/inspect.ts";
import type { TrytonRpc } from "../../src/sandbox/tryton/rpc.ts";
import type { Pool } from "../../src/store/database.ts";
import type { Judgement } from "./oracle.ts";
import { TRYTON_ACCOUNTS } from "./settings.ts";

const ENTITY = "us";

/** What customers owe and what they have paid ahead stand on one account. */
const nameOfRole = (role: string): string =>
  role === "receivable" || role === "customer-credit" ? "customers" : role;

/** An account that nothing of ours posts to keeps its code, and so is a difference. */
const nameOfCode = (code: string): string =>
  Object.entries(TRYTON_ACCOUNTS).find(([, own]) => own === code)?.[0] ?? code;

export async function judgeTrialBalance(
  rpc: TrytonRpc,
  seeded: SeededCompany,
  pool: Pool,
): Promise<Judgement> {
  const entries: JournalEntry[] = [];
  for await (const entry of readPostings(pool)) entries.push(entry);
  const ours = groupBalances(sumEntries(entries), nameOfRole);
  const rows = await trialBalance(rpc, seeded.company);
  const said = rows.map(({ code, balance }): Balance => {
    const money = parseMoney({ amount: balance, currency: "USD" });
    return { entity: ENTITY, account: code, balance: money };
  });
  const theirs = groupBalances(said, nameOfCode);
  const differences = compareBalances(ours, theirs).map(({ account, left, right }) => ({
    what: "trial balance",
    object: "",
    detail: `${account}: the event log says ${formatMoney(left)}, Tryton ${formatMoney(right)}`,
  }));
  const looked = {
    "entries of the event log": entries.length,
    "balances of accounts": ours.length,
  };
  return { differences, looked };
}
