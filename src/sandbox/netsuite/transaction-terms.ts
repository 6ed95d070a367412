/**
 * What every transaction has in common: customer, subsidiary, currency, rate, date, period.
 *
 * terms   these, settled: defaults filled from the customer, contradictions refused
 */
import { convert, crossRate } from "./amounts.ts";
import type { Books } from "./books.ts";
import type { Merged } from "./merge-patch.ts";
import { choosePeriod } from "./posting-period.ts";
import { invalidFieldValue, missingValues } from "./refusal.ts";
import type { Body, Posting, RecordType, StoredRecord } from "./types.ts";

export interface Composition {
  readonly books: Books;
  readonly type: RecordType;
  readonly merged: Merged;
  readonly before: StoredRecord | undefined;
  /** Today in the account's time zone, `YYYY-MM-DD`: the date of a document that has none. */
  readonly today: string;
}

export interface Terms {
  readonly subsidiary: string;
  readonly currency: string;
  /** Digits of the transaction's currency and of the subsidiary's. */
  readonly digits: number;
  readonly baseDigits: number;
  readonly rate: string;
  readonly tranDate: string;
  readonly period: string;
}

/** The customer of a receivables document. Throws when it is missing. */
export function customerOf(job: Composition, field: "customer" | "entity"): StoredRecord {
  const id = job.merged.body[field];
  if (typeof id !== "string") throw missingValues(["Customer"]);
  const customer = job.books.get("entity", id);
  if (customer === undefined) throw invalidFieldValue(field, id, field);
  return customer;
}

/**
 * Settles the terms of a receivables document. The subsidiary is the customer's and no other; the
 * currency must be one of the customer's.
 */
export function termsWith(job: Composition, customer: StoredRecord): Terms {
  const { body } = job.merged;
  const subsidiary = String(customer.body["subsidiary"]);
  if (body["subsidiary"] !== undefined && body["subsidiary"] !== subsidiary) {
    throw invalidFieldValue("subsidiary", String(body["subsidiary"]), "subsidiary");
  }
  const currency = String(body["currency"] ?? customer.body["currency"]);
  const allowed = (customer.sublists["currencyList"] ?? []).map((line) => line["currency"]);
  if (currency !== customer.body["currency"] && !allowed.includes(currency)) {
    throw invalidFieldValue("currency", currency, "currency");
  }
  return settle(job, subsidiary, currency);
}

/** Settles the terms once subsidiary and currency are known. */
export function settle(job: Composition, subsidiary: string, currency: string): Terms {
  const { books, merged, type } = job;
  const base = String(books.get("subsidiary", subsidiary)?.body["currency"]);
  const tranDate = String(merged.body["tranDate"] ?? job.today);
  const wanted = merged.body["postingPeriod"];
  const natural = wanted === undefined || wanted === job.before?.body["postingPeriod"];
  const period = choosePeriod(books, {
    type,
    tranDate,
    wanted: natural ? undefined : String(wanted),
  });
  const rate =
    merged.body["exchangeRate"] ?? crossRate(dollarRate(books, currency), dollarRate(books, base));
  return {
    subsidiary,
    currency,
    digits: digitsOf(books, currency),
    baseDigits: digitsOf(books, base),
    rate: currency === base ? "1" : String(rate),
    tranDate,
    period,
  };
}

/** The body as it is stored, defaults visible. */
export function settledBody(job: Composition, terms: Terms): Body {
  return {
    ...job.merged.body,
    subsidiary: terms.subsidiary,
    currency: terms.currency,
    exchangeRate: terms.rate,
    tranDate: terms.tranDate,
    postingPeriod: terms.period,
    tranId: job.merged.body["tranId"] ?? job.books.nextNumber(job.type),
  };
}

/** Decimals that the account keeps of a currency, by the currency's id. */
export function digitsOf(books: Books, currency: string): number {
  return Number(books.get("currency", currency)?.body["currencyPrecision"] ?? 2);
}

/** ISO code of a currency id. */
export function symbolOf(books: Books, currency: string): string {
  return String(books.get("currency", currency)?.body["symbol"] ?? "");
}

function dollarRate(books: Books, currency: string): string {
  return books.settings.dollarRates[symbolOf(books, currency)] ?? "1";
}

/** A signed movement before it becomes a debit or a credit; debit positive. */
export interface Movement {
  readonly account: string;
  readonly amount: bigint;
  readonly line: number;
  readonly tax: boolean;
}

/**
 * Movements to postings, in both currencies. Each line is converted for itself; what rounding
 * leaves goes to the first movement, so that the base column balances as well [mem].
 */
export function toPostings(movements: readonly Movement[], terms: Terms): Posting[] {
  const base = movements.map((one) =>
    convert(one.amount, terms.rate, terms.digits, terms.baseDigits),
  );
  const rest = base.slice(1).reduce((sum, one) => sum + one, 0n);
  return movements.map(({ account, amount, line, tax }, index) => ({
    account,
    debit: amount > 0n ? amount.toString() : "0",
    credit: amount < 0n ? (-amount).toString() : "0",
    base: (index === 0 ? -rest : (base[index] ?? 0n)).toString(),
    line,
    tax,
  }));
}
