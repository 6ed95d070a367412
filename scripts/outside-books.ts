// Trial balances of the books we write into, under the names of the roles that post.
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Balance } from "../src/accounting/balances.ts";
import { groupBalances } from "../src/accounting/balances.ts";
import {
  DEMO_LEGAL_ENTITY,
  DEMO_NETSUITE_CONNECTION,
  DEMO_STRIPE_CONNECTION,
} from "../src/demo/names.ts";
import { messageOf } from "../src/kernel/errors.ts";
import { parseMoney } from "../src/kernel/money.ts";
import { trialBalance } from "../src/sandbox/tryton/inspect.ts";
import { openTryton } from "../src/sandbox/tryton/rpc.ts";

export interface OutsideBook {
  readonly name: string;
  /** Connection that writes into it. */
  readonly target: string;
  readonly entity: string;
  /** Accounts that nothing here posts to are left out. */
  readonly balances: readonly Balance[];
  /** Roles that stand on one account of the book have one name. */
  readonly nameOfRole: (role: string) => string | undefined;
}

/** What a customer owes and what it has paid ahead stand on one account in both books. */
const nameOfRole = (role: string): string =>
  role === "customer-credit" || role === "receivable" ? "customers" : role;

const NETSUITE_ACCOUNTS: Readonly<Record<string, string>> = {
  "119": "customers",
  "112": "clearing",
  "131": "tax-payable",
  "138": "contract-liability",
  "151": "contract-liability",
  "152": "contract-liability",
  "153": "contract-liability",
};

const TRYTON_ACCOUNTS: Readonly<Record<string, string>> = {
  "1200": "customers",
  "1120": "clearing",
  "2300": "tax-payable",
  "4000": "contract-liability",
  "4800": "contract-liability",
};

const netSuiteSchema = z.object({
  lines: z.array(z.object({ account: z.string(), currency: z.string(), balance: z.string() })),
});

/** The NetSuite sandbox keeps a general ledger; its control plane tells it. Or why not. */
export async function netSuiteSandboxBook(url: string): Promise<OutsideBook | string> {
  const entity = DEMO_LEGAL_ENTITY;
  try {
    const answer = await fetch(`${url}/__sandbox/netsuite/trial-balance`);
    const { lines } = netSuiteSchema.parse(await answer.json());
    const balances = lines.map(({ account, currency, balance }) => {
      return { entity, account, balance: parseMoney({ amount: balance, currency }) };
    });
    const grouped = groupBalances(balances, (account) => NETSUITE_ACCOUNTS[account]);
    const target = DEMO_NETSUITE_CONNECTION;
    return { name: "NetSuite sandbox", target, entity, balances: grouped, nameOfRole };
  } catch (thrown) {
    return `the NetSuite sandbox at ${url}: ${messageOf(thrown)}`;
  }
}

/**
 * Tryton, where TRYTON_URL, TRYTON_PASSWORD_FILE and TRYTON_TARGET (our connection's name) say so;
 * TRYTON_DATABASE, TRYTON_USER and TRYTON_ENTITY have defaults. Or why not.
 */
export async function trytonBook(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<OutsideBook | string> {
  const url = variables["TRYTON_URL"];
  const file = variables["TRYTON_PASSWORD_FILE"];
  const target = variables["TRYTON_TARGET"];
  if (url === undefined || file === undefined || target === undefined) {
    return "Tryton: TRYTON_URL, TRYTON_PASSWORD_FILE and TRYTON_TARGET are not all set";
  }
  const entity = variables["TRYTON_ENTITY"] ?? DEMO_STRIPE_CONNECTION;
  try {
    const database = variables["TRYTON_DATABASE"] ?? "fin";
    const user = variables["TRYTON_USER"] ?? "admin";
    const password = readFileSync(file, "utf8").trim();
    const rpc = await openTryton({ url, database, user, password });
    const company = z.number().parse(rpc.context()["company"]);
    const [row] = await rpc.list("company.company", [["id", "=", company]], ["currency.code"]);
    const currency = z.object({ code: z.string() }).parse(row?.["currency."]).code;
    const balances = (await trialBalance(rpc, company)).map(({ code, balance }) => {
      return { entity, account: code, balance: parseMoney({ amount: balance, currency }) };
    });
    const grouped = groupBalances(balances, (account) => TRYTON_ACCOUNTS[account]);
    return { name: "Tryton", target, entity, balances: grouped, nameOfRole };
  } catch (thrown) {
    return `Tryton at ${url}: ${messageOf(thrown)}`;
  }
}
