/**
 * Stripe's integer amounts. Its currency table is not ISO 4217's (vendor: "Supported currencies"):
 *
 *   no decimals     BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF; ISO gives MGA two
 *   three decimals  BHD JOD KWD OMR TND; the last digit of a charge is 0
 *   ISK, UGX        ISO has no decimals; Stripe still counts two, which are 00
 *   HUF, TWD        two decimals; a payout is whole, so its last two digits are 00
 *   all others      two decimals
 *
 * A currency that ISO gives three or four decimals and Stripe does not list is refused: a guess
 * would be wrong by ten.
 */
import { minorDigits } from "../../kernel/currency.ts";
import { kernelErrors } from "../../kernel/errors.ts";
import type { MoneyWire } from "../../kernel/money.ts";
import { moneyToWire } from "../../kernel/money.ts";
import { stripeErrors } from "./errors.ts";

const ZERO = new Set("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(" "));
const THREE = new Set("BHD JOD KWD OMR TND".split(" "));
const COUNTED_IN_HUNDREDTHS = new Set(["ISK", "UGX"]);
const PAID_OUT_WHOLE = new Set(["HUF", "TWD"]);

/** Digits after the point in Stripe's way of counting; the code is upper case. */
export function stripeDigits(currency: string): 0 | 2 | 3 {
  if (ZERO.has(currency)) return 0;
  if (THREE.has(currency)) return 3;
  if (COUNTED_IN_HUNDREDTHS.has(currency) || minorDigits(currency) === 2) return 2;
  throw stripeErrors.E_STRIPE_CURRENCY({ currency });
}

/** `usd` → `USD`. Throws E_MONEY_CURRENCY_UNKNOWN, E_STRIPE_CURRENCY. */
export function currencyOf(code: string): string {
  const currency = code.toUpperCase();
  if (!/^[A-Z]{3}$/.test(currency)) {
    throw kernelErrors.E_MONEY_CURRENCY_UNKNOWN({ currency: code.slice(0, 8) });
  }
  stripeDigits(currency);
  return currency;
}

/**
 * ISO minor units of a Stripe amount. Throws E_STRIPE_AMOUNT where Stripe counts digits that the
 * currency does not have and they are not zero.
 */
export function minorOf(amount: number, currency: string): bigint {
  const from = stripeDigits(currency);
  const to = minorDigits(currency);
  const value = BigInt(amount);
  if (to >= from) return value * 10n ** BigInt(to - from);
  const scale = 10n ** BigInt(from - to);
  if (value % scale !== 0n) {
    const rule = `the last ${from - to} digits are zero`;
    throw stripeErrors.E_STRIPE_AMOUNT({ amount, currency, rule });
  }
  return value / scale;
}

/** Money of a Stripe amount, for a contract. */
export function moneyOf(amount: number, currency: string): MoneyWire {
  return moneyToWire({ minor: minorOf(amount, currency), currency });
}

/** A payout's amount: whole units where Stripe pays out only those. */
export function payoutMoneyOf(amount: number, currency: string): MoneyWire {
  if (PAID_OUT_WHOLE.has(currency) && amount % 100 !== 0) {
    const rule = "payouts are in whole units";
    throw stripeErrors.E_STRIPE_AMOUNT({ amount, currency, rule });
  }
  return moneyOf(amount, currency);
}

const DECIMAL = /^(-?)(\d{1,20})(?:\.(\d{1,12}))?$/;

/**
 * A decimal amount of Stripe (`unit_amount_decimal`, up to 12 places below its minor unit) in major
 * units: exact, by moving the point. Undefined for what is no decimal.
 */
export function majorUnits(text: string, currency: string): string | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const digits = stripeDigits(currency);
  const whole = (match[2] ?? "").padStart(digits + 1, "0");
  const point = whole.length - digits;
  const fraction = (whole.slice(point) + (match[3] ?? "")).replace(/0+$/, "");
  const units = whole.slice(0, point).replace(/^0+(?=\d)/, "");
  const magnitude = fraction === "" ? units : `${units}.${fraction}`;
  return magnitude === "0" ? "0" : `${match[1] ?? ""}${magnitude}`;
}

/** A JSON number as an exact decimal; undefined where a double cannot promise what was written. */
export function decimalOfNumber(value: number): string | undefined {
  const text = String(value);
  if (!/^-?\d+(\.\d+)?$/.test(text)) return undefined;
  return text.replace(/[-.]/g, "").replace(/^0+/, "").length > 15 ? undefined : text;
}
