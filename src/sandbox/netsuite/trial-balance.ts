/** What the general ledger holds, summed from the postings of every document. */
import { fromMinor } from "./amounts.ts";
import type { Balance, Books } from "./books.ts";
import { digitsOf, symbolOf } from "./transaction-terms.ts";

export interface TrialBalanceLine {
  readonly subsidiary: string;
  /** ISO code of the transactions' currency. */
  readonly currency: string;
  readonly account: string;
  readonly number: string;
  readonly name: string;
  /** Decimal texts in `currency`; balance is debit minus credit. */
  readonly debit: string;
  readonly credit: string;
  readonly balance: string;
  /** Balance in the subsidiary's own currency. */
  readonly baseBalance: string;
}

/**
 * Balances by subsidiary, currency and account, of one period (its id) or of all. Lines whose
 * debit and credit are both zero are left out. Sorted by subsidiary, currency, account number.
 */
export function trialBalance(books: Books, period?: string): TrialBalanceLine[] {
  const sums = new Map<string, Balance>();
  for (const one of books.balances.values()) {
    if (period !== undefined && one.period !== period) continue;
    const key = `${one.subsidiary}|${one.currency}|${one.account}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { ...one });
    else {
      sum.debit += one.debit;
      sum.credit += one.credit;
      sum.base += one.base;
    }
  }
  return [...sums.values()]
    .filter((one) => one.debit !== 0n || one.credit !== 0n)
    .map((one) => line(books, one))
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function line(books: Books, sum: Balance): TrialBalanceLine {
  const digits = digitsOf(books, sum.currency);
  const base = String(books.get("subsidiary", sum.subsidiary)?.body["currency"]);
  const account = books.get("account", sum.account)?.body;
  return {
    subsidiary: sum.subsidiary,
    currency: symbolOf(books, sum.currency),
    account: sum.account,
    number: String(account?.["acctNumber"] ?? ""),
    name: String(account?.["acctName"] ?? ""),
    debit: fromMinor(sum.debit, digits),
    credit: fromMinor(sum.credit, digits),
    balance: fromMinor(sum.debit - sum.credit, digits),
    baseBalance: fromMinor(sum.base, digitsOf(books, base)),
  };
}

function sortKey(one: TrialBalanceLine): string {
  return `${one.subsidiary}|${one.currency}|${one.number}`;
}
