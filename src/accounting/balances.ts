/** Balances by entity, account and currency, and where two sets of them differ. */
import type { Money } from "../kernel/money.ts";
import { addMoney, isZeroMoney, money, subtractMoney } from "../kernel/money.ts";
import type { JournalEntry } from "./types.ts";

export interface Balance {
  readonly entity: string;
  /** A role, or an account's code in an outside ledger. */
  readonly account: string;
  /** Debit minus credit. */
  readonly balance: Money;
}

/** An entry whose accounts are those of an outside ledger. */
export type AnyEntry = Pick<JournalEntry, "entity"> & {
  readonly lines: readonly {
    readonly account: string;
    readonly debit: Money;
    readonly credit: Money;
  }[];
};

/** Sums entries; sorted by entity, account, currency. Balances of zero are kept. */
export function sumEntries(entries: Iterable<AnyEntry>): Balance[] {
  const sums = new Map<string, Balance>();
  for (const entry of entries) {
    for (const { account, debit, credit } of entry.lines) {
      add(sums, entry.entity, account, subtractMoney(debit, credit));
    }
  }
  return sorted(sums);
}

/**
 * Puts balances of several accounts together under one name, for ledgers that keep them on one
 * account. `nameOf` answers undefined for an account that is not to be compared.
 */
export function groupBalances(
  balances: Iterable<Balance>,
  nameOf: (account: string) => string | undefined,
): Balance[] {
  const sums = new Map<string, Balance>();
  for (const { entity, account, balance } of balances) {
    const name = nameOf(account);
    if (name !== undefined) add(sums, entity, name, balance);
  }
  return sorted(sums);
}

export interface BalanceDifference {
  readonly entity: string;
  readonly account: string;
  readonly currency: string;
  readonly left: Money;
  readonly right: Money;
}

/** Every account where the two differ; one that a side does not have is zero there. */
export function compareBalances(
  left: readonly Balance[],
  right: readonly Balance[],
): BalanceDifference[] {
  const [lefts, rights] = [keyed(left), keyed(right)];
  const keys = [...new Set([...lefts.keys(), ...rights.keys()])].sort();
  return keys.flatMap((key) => {
    const some = (lefts.get(key) ?? rights.get(key)) as Balance;
    const { currency } = some.balance;
    const zero = money(0n, currency);
    const [a, b] = [lefts.get(key)?.balance ?? zero, rights.get(key)?.balance ?? zero];
    if (isZeroMoney(subtractMoney(a, b))) return [];
    return [{ entity: some.entity, account: some.account, currency, left: a, right: b }];
  });
}

function keyOf(entity: string, account: string, currency: string): string {
  return JSON.stringify([entity, account, currency]);
}

function keyed(balances: readonly Balance[]): Map<string, Balance> {
  return new Map(
    balances.map((one) => [keyOf(one.entity, one.account, one.balance.currency), one]),
  );
}

function add(sums: Map<string, Balance>, entity: string, account: string, by: Money): void {
  const key = keyOf(entity, account, by.currency);
  const known = sums.get(key);
  const balance = known === undefined ? by : addMoney(known.balance, by);
  sums.set(key, { entity, account, balance });
}

function sorted(sums: ReadonlyMap<string, Balance>): Balance[] {
  return [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, balance]) => balance);
}
