/**
 * Stripe's integer amounts. Its currency table is not ISO 4217's; source: Stripe documentation,
 * "Supported currencies" (zero-decimal, three-decimal and special-case currencies).
 */
import { divideDecimal, multiplyDecimal, parseDecimal } from "../../kernel/decimal.ts";
import { invalid } from "./errors.ts";

const ZERO_DECIMAL = new Set(
  "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "),
);
const THREE_DECIMAL = new Set("bhd jod kwd omr tnd".split(" "));
/** Without minor unit in use, but still counted with two digits that must be 00. */
const HUNDREDS_CHARGED = new Set(["isk", "ugx"]);
/** Two digits when charged; payouts only in whole units. */
const HUNDREDS_PAID_OUT = new Set(["huf", "isk", "twd", "ugx"]);

/** Digits after the point in Stripe's way of counting. */
export function stripeDigits(currency: string): 0 | 2 | 3 {
  if (ZERO_DECIMAL.has(currency)) return 0;
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}

/** Refuses an amount that cannot be charged in the currency. */
export function checkChargeable(amount: number, currency: string): void {
  if (THREE_DECIMAL.has(currency) && amount % 10 !== 0) {
    // The card networks know two digits only: the last of the three must be 0.
    throw invalid(
      `Invalid amount: ${currency} amounts must be divisible by 10.`,
      "invalid_charge_amount",
      "amount",
    );
  }
  if (HUNDREDS_CHARGED.has(currency) && amount % 100 !== 0) {
    throw invalid(
      `Invalid amount: ${currency} amounts must be divisible by 100.`,
      "invalid_charge_amount",
      "amount",
    );
  }
}

/** The largest amount, at most this, that can be paid out in the currency. */
export function payableAmount(amount: number, currency: string): number {
  return HUNDREDS_PAID_OUT.has(currency) ? amount - (amount % 100) : amount;
}

/** amount × decimal, half away from zero. */
export function timesDecimal(amount: number, factor: string): number {
  const product = multiplyDecimal(parseDecimal(String(amount)), parseDecimal(factor));
  return Number(divideDecimal(product, parseDecimal("1"), 0));
}

/** `percent` of an amount, half away from zero; `percent` is an exact decimal such as "8.875". */
export function percentOf(amount: number, percent: string): number {
  const product = multiplyDecimal(parseDecimal(String(amount)), parseDecimal(percent));
  return Number(divideDecimal(product, parseDecimal("100"), 0));
}

/** The tax contained in an amount that includes it. */
export function taxInside(amount: number, percent: string): number {
  const product = multiplyDecimal(parseDecimal(String(amount)), parseDecimal(percent));
  const whole = parseDecimal(addHundred(percent));
  return Number(divideDecimal(product, whole, 0));
}

function addHundred(percent: string): string {
  const [whole = "0", rest] = percent.split(".");
  const sum = (BigInt(whole) + 100n).toString();
  return rest === undefined ? sum : `${sum}.${rest}`;
}

/** part ÷ whole of an amount, half away from zero; used for proration and partial credits. */
export function shareOf(amount: number, part: number, whole: number): number {
  if (whole === 0) return 0;
  const product = BigInt(amount) * BigInt(part);
  const divisor = BigInt(whole);
  const twice = 2n * (product < 0n ? -product : product);
  const absolute = divisor < 0n ? -divisor : divisor;
  const rounded = (twice + absolute) / (2n * absolute);
  return Number(product < 0n !== divisor < 0n ? -rounded : rounded);
}

/** Splits a total over weights so that the parts sum to it; the largest rests get the remainder. */
export function splitOver(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (sum === 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (BigInt(total) * BigInt(weight)) / BigInt(sum));
  const parts = exact.map(Number);
  let left = total - parts.reduce((a, b) => a + b, 0);
  const order = weights
    .map((weight, index) => ({ index, rest: (BigInt(total) * BigInt(weight)) % BigInt(sum) }))
    .sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  for (const { index } of order) {
    if (left <= 0) break;
    parts[index] = (parts[index] ?? 0) + 1;
    left -= 1;
  }
  return parts;
}

/** `12.50` for 1250 of a two-digit currency. */
export function amountText(amount: number, currency: string): string {
  const digits = stripeDigits(currency);
  const sign = amount < 0 ? "-" : "";
  const text = String(Math.abs(amount)).padStart(digits + 1, "0");
  return digits === 0
    ? `${sign}${text}`
    : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
