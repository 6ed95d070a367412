/**
 * Money is integer minor units and a currency. No float ever carries an amount.
 *
 * minor    units of the currency's smallest part: cents, yen, fils
 * amount   the decimal text of it, with exactly the currency's digits: "1234.50"
 */
import { minorDigits } from "./currency.ts";
import { kernelErrors } from "./errors.ts";

export interface Money {
  readonly minor: bigint;
  readonly currency: string;
}

/** Money on the wire and in stored JSON: `{"amount":"1234.50","currency":"EUR"}`. */
export interface MoneyWire {
  readonly amount: string;
  readonly currency: string;
}

/** Throws E_MONEY_CURRENCY_UNKNOWN. */
export function money(minor: bigint, currency: string): Money {
  minorDigits(currency);
  return { minor, currency };
}

const AMOUNT = /^(-?)(\d{1,24})(?:\.(\d{1,6}))?$/;

/**
 * Reads a decimal text of a currency. Fewer decimals than the currency has are filled up; more are
 * accepted only when they are zeros, for rounding here would lose money silently.
 */
export function parseMoney(wire: MoneyWire): Money {
  const digits = minorDigits(wire.currency);
  const match = AMOUNT.exec(wire.amount);
  if (match === null) throw kernelErrors.E_MONEY_AMOUNT_MALFORMED({ amount: wire.amount });
  const fraction = match[3] ?? "";
  if (/[1-9]/.test(fraction.slice(digits))) {
    throw kernelErrors.E_MONEY_TOO_PRECISE({ ...wire, digits });
  }
  const minor = BigInt((match[2] ?? "") + fraction.slice(0, digits).padEnd(digits, "0"));
  return { minor: match[1] === "-" ? -minor : minor, currency: wire.currency };
}

/** The decimal text with exactly the currency's digits. */
export function amountText(value: Money): string {
  const digits = minorDigits(value.currency);
  const negative = value.minor < 0n;
  const text = (negative ? -value.minor : value.minor).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const body = digits === 0 ? whole : `${whole}.${text.slice(text.length - digits)}`;
  return negative ? `-${body}` : body;
}

export function moneyToWire(value: Money): MoneyWire {
  return { amount: amountText(value), currency: value.currency };
}

/** For people: `1,234.50 EUR`. */
export function formatMoney(value: Money): string {
  const [whole = "", fraction] = amountText(value).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${fraction === undefined ? grouped : `${grouped}.${fraction}`} ${value.currency}`;
}

export function addMoney(a: Money, b: Money): Money {
  return { minor: a.minor + same(a, b).minor, currency: a.currency };
}

export function subtractMoney(a: Money, b: Money): Money {
  return { minor: a.minor - same(a, b).minor, currency: a.currency };
}

export function negateMoney(value: Money): Money {
  return { minor: -value.minor, currency: value.currency };
}

export function compareMoney(a: Money, b: Money): -1 | 0 | 1 {
  same(a, b);
  return a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0;
}

export function isZeroMoney(value: Money): boolean {
  return value.minor === 0n;
}

export function sumMoney(currency: string, values: Iterable<Money>): Money {
  let total = money(0n, currency);
  for (const value of values) total = addMoney(total, value);
  return total;
}

/**
 * Splits an amount in proportion to weights by largest remainder: the parts sum to the whole, and
 * no part is further than one minor unit from its exact share. Equal remainders go to the earlier
 * part, so the result is the same everywhere. Throws E_MONEY_SPLIT_WEIGHTS.
 */
export function splitMoney(total: Money, weights: readonly bigint[]): Money[] {
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (sum <= 0n || weights.some((w) => w < 0n)) throw kernelErrors.E_MONEY_SPLIT_WEIGHTS();
  const sign = total.minor < 0n ? -1n : 1n;
  const magnitude = total.minor * sign;
  const parts = weights.map((w) => (magnitude * w) / sum);
  let left = magnitude - parts.reduce((a, b) => a + b, 0n);
  const order = weights
    .map((w, index) => ({ index, remainder: (magnitude * w) % sum }))
    .sort((a, b) =>
      a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
    );
  for (const { index } of order) {
    if (left === 0n) break;
    parts[index] = (parts[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts.map((minor) => ({
    minor: minor * sign,
    currency: total.currency,
  }));
}

function same(a: Money, b: Money): Money {
  if (a.currency !== b.currency) {
    throw kernelErrors.E_MONEY_CURRENCY_MIXED({
      left: a.currency,
      right: b.currency,
    });
  }
  return b;
}
