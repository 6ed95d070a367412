// Trial balances of the books we write into, under the names of the roles that post.
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Balance } from "../src/accounting/balances.ts";
import { groupBalances } from "../src/accounting/balances.ts";
import {
  bookNameOfRole,
  readTrytonBalances,
  roleOfTrytonAccount,
} from "../src/app/tryton-balances.ts";
import {
  DEMO_LEGAL_ENTITY,
  DEMO_NETSUITE_CONNECTION,
  DEMO_STRIPE_CONNECTION,
  DEMO_UK,
} from "../src/demo/names.ts";
import type { TrytonBooks } from "../src/demo/tryton-books.ts";
import { messageOf } from "../src/kernel/errors.ts";
import { parseMoney } from "../src/kernel/money.ts";
import { trialBalance } from "../src/sandbox/tryton/inspect.ts";
import { openTryton } from "../src/sandbox/tryton/rpc.ts";

export interface OutsideBook {
  readonly name: string;
  /** Connection that writes into it. */
  readonly target: string;
  readonly entity: string;
  readonly balances: readonly Balance[];
  /** Roles that stand on one account of the book have one name. */
  readonly nameOfRole: (role: string) => string | undefined;
}

const NETSUITE_ACCOUNTS: Readonly<Record<string, string>> = {
  "119": "customers",
  "112": "clearing",
  "131": "tax-payable",
  "138": "contract-liability",
  "151": "contract-liability",
  "152": "contract-liability",
  "153": "contract-liability",
};

const netSuiteSchema = z.object({
  lines: z.array(z.object({ account: z.string(), currency: z.string(), balance: z.string() })),
});

/** A book that is not compared, and why. */
export interface UnreadBook {
  readonly why: string;
  /** It belongs to what runs: that it cannot be read is a failure, and no reason to pass. */
  readonly mustBeRead: boolean;
}

/** The NetSuite sandbox keeps a general ledger; its control plane tells it. */
export async function netSuiteSandboxBook(
  url: string,
  mustBeRead: boolean,
): Promise<OutsideBook | UnreadBook> {
  const entity = DEMO_LEGAL_ENTITY;
  try {
    const answer = await fetch(`${url}/__sandbox/netsuite/trial-balance`);
    const { lines } = netSuiteSchema.parse(await answer.json());
    const balances = lines.map(({ account, currency, balance }) => {
      return { entity, account, balance: parseMoney({ amount: balance, currency }) };
    });
    const grouped = groupBalances(balances, (account) => NETSUITE_ACCOUNTS[account]);
    const target = DEMO_NETSUITE_CONNECTION;
    const name = "NetSuite sandbox";
    return { name, target, entity, balances: grouped, nameOfRole: bookNameOfRole };
  } catch (thrown) {
    return { why: `the NetSuite sandbox at ${url}: ${messageOf(thrown)}`, mustBeRead };
  }
}

/**
 * Tryton: the books of the second company that runs on this data folder, or those that TRYTON_URL,
 * TRYTON_PASSWORD_FILE and TRYTON_TARGET (our connection's name) name; TRYTON_DATABASE, TRYTON_USER
 * and TRYTON_ENTITY have defaults.
 */
export async function trytonBook(
  variables: Readonly<Record<string, string | undefined>>,
  running: TrytonBooks | undefined,
): Promise<OutsideBook | UnreadBook> {
  const url = variables["TRYTON_URL"];
  if (url === undefined) {
    if (running === undefined) {
      return { why: "Tryton: no company of this data folder is booked there", mustBeRead: false };
    }
    const { legalEntity: entity, books: target } = DEMO_UK;
    return await unlessItFails(running.url, async () => {
      const balances = await readTrytonBalances(running);
      return { name: "Tryton", target, entity, balances, nameOfRole: bookNameOfRole };
    });
  }
  const file = variables["TRYTON_PASSWORD_FILE"];
  const target = variables["TRYTON_TARGET"];
  if (file === undefined || target === undefined) {
    const why = "Tryton: TRYTON_URL is set, TRYTON_PASSWORD_FILE and TRYTON_TARGET are not both";
    return { why, mustBeRead: true };
  }
  const entity = variables["TRYTON_ENTITY"] ?? DEMO_STRIPE_CONNECTION;
  return await unlessItFails(url, async () => {
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
    // Such books may be kept by others, too; what nothing here posts to is theirs.
    const grouped = groupBalances(balances, roleOfTrytonAccount);
    return { name: "Tryton", target, entity, balances: grouped, nameOfRole: bookNameOfRole };
  });
}

async function unlessItFails(
  url: string,
  read: () => Promise<OutsideBook>,
): Promise<OutsideBook | UnreadBook> {
  try {
    return await read();
  } catch (thrown) {
    return { why: `Tryton at ${url}: ${messageOf(thrown)}`, mustBeRead: true };
  }
}
