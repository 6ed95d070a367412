/**
 * Tryton's own trial balance, under the names of the roles that post, beside the event log's. Read
 * by the sandbox's driver and not by the connector that wrote the books.
 */
import type { Balance } from "../accounting/balances.ts";
import { compareBalances, groupBalances } from "../accounting/balances.ts";
import { DEMO_UK } from "../demo/names.ts";
import type { TrytonBooks } from "../demo/tryton-books.ts";
import { amountText, parseMoney } from "../kernel/money.ts";
import { operations } from "../operations/all-operations.ts";
import type { OperationContext } from "../operations/operation.ts";
import { runOperation } from "../operations/operation.ts";
import { trialBalance } from "../sandbox/tryton/inspect.ts";
import { openTryton } from "../sandbox/tryton/rpc.ts";

/** Accounts of the chart that a seeded company has. What is billed and not earned is on two. */
const ROLES: Readonly<Record<string, string>> = {
  "1200": "customers",
  "1120": "clearing",
  "2300": "tax-payable",
  "4000": "contract-liability",
  "4800": "contract-liability",
};

/** The name of a chart's account; undefined for one that nothing here posts to. */
export function roleOfTrytonAccount(code: string): string | undefined {
  return ROLES[code];
}

/** What a customer owes and what it has paid ahead stand on one account in the books. */
export function bookNameOfRole(role: string): string {
  return role === "customer-credit" || role === "receivable" ? "customers" : role;
}

/**
 * Balances as the server sums them, of posted entries over all open years. An account that is not
 * ours keeps its number as its name: somebody's entry on it must show.
 */
export async function readTrytonBalances(
  books: TrytonBooks,
  entity: string = DEMO_UK.legalEntity,
): Promise<Balance[]> {
  const rpc = await openTryton(books);
  const rows = await trialBalance(rpc, books.company);
  const balances = rows.map(({ code, balance }) => {
    const wire = { amount: balance, currency: books.currencyCode };
    return { entity, account: code, balance: parseMoney(wire) };
  });
  return groupBalances(balances, (code) => ROLES[code] ?? `account ${code}`);
}

export interface ComparedAccount {
  readonly account: string;
  readonly currency: string;
  /** Debit minus credit, major units. */
  readonly log: string;
  readonly book: string;
  readonly equal: boolean;
}

export interface ComparedBooks {
  readonly company: string;
  readonly target: string;
  /** Entries that the event log posts for the company. */
  readonly entries: number;
  readonly accounts: readonly ComparedAccount[];
  readonly equal: boolean;
}

/**
 * The second company's accounts, by the whole event log and by Tryton. The whole log, not what was
 * confirmed: a document that did not arrive is a difference.
 */
export async function compareTrytonBooks(
  context: OperationContext,
  books: TrytonBooks,
): Promise<ComparedBooks> {
  const { legalEntity: entity, company, books: target } = DEMO_UK;
  const told = await runOperation(operations.trialBalance, context, { entity });
  const log = groupBalances(
    told.accounts.map((one) => ({ ...one, balance: parseMoney(one.balance) })),
    bookNameOfRole,
  );
  const book = await readTrytonBalances(books);
  const differing = new Set(compareBalances(log, book).map(keyOf));
  const accounts = [...new Map([...book, ...log].map((one) => [keyOfBalance(one), one])).values()]
    .sort((a, b) => (keyOfBalance(a) < keyOfBalance(b) ? -1 : 1))
    .map((one): ComparedAccount => {
      const key = keyOfBalance(one);
      const { currency } = one.balance;
      return {
        account: one.account,
        currency,
        log: textOf(log, key),
        book: textOf(book, key),
        equal: !differing.has(key),
      };
    });
  const equal = differing.size === 0 && told.entries > 0;
  return { company, target, entries: told.entries, accounts, equal };
}

function keyOf({ account, currency }: { account: string; currency: string }): string {
  return `${account} ${currency}`;
}

function keyOfBalance({ account, balance }: Balance): string {
  return keyOf({ account, currency: balance.currency });
}

function textOf(balances: readonly Balance[], key: string): string {
  const found = balances.find((one) => keyOfBalance(one) === key);
  return found === undefined ? "0" : amountText(found.balance);
}
