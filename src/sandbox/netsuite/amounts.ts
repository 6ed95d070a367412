/**
 * NetSuite's rounding and its number format. Inside, amounts are bigint minor units of the
 * precision that the *account's* currency record has (2 or 0), not of ISO 4217: a Kuwaiti amount
 * of 1.234 is 1.23 there [schema: CurrencyCurrencyPrecision]. Rounding half away from zero and
 * doing so silently is [mem].
 */
import Big from "big.js";

/** Decimal text to minor units, half away from zero. */
export function toMinor(decimal: string, digits: number): bigint {
  return BigInt(
    new Big(decimal).times(new Big(10).pow(digits)).round(0, Big.roundHalfUp).toFixed(),
  );
}

/** Minor units to decimal text with all digits: 1234n at 2 is "12.34". */
export function fromMinor(minor: bigint, digits: number): string {
  if (digits === 0) return minor.toString();
  const sign = minor < 0n ? "-" : "";
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, "0");
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Quantity times rate, rounded once, at the line. */
export function lineAmount(quantity: string, rate: string, digits: number): bigint {
  return toMinor(new Big(quantity).times(rate).toFixed(), digits);
}

/** Percent of an amount, rounded once. */
export function percentOf(minor: bigint, percent: string): bigint {
  return BigInt(
    new Big(minor.toString()).times(percent).div(100).round(0, Big.roundHalfUp).toFixed(),
  );
}

/** An amount in another currency at a rate, both in minor units of their own precision. */
export function convert(minor: bigint, rate: string, from: number, into: number): bigint {
  return toMinor(new Big(fromMinor(minor, from)).times(rate).toFixed(), into);
}

/** Rate between two currencies by way of the dollar, 8 decimals as NetSuite shows them [mem]. */
export function crossRate(from: string, into: string): string {
  return new Big(from).div(into).round(8, Big.roundHalfUp).toFixed();
}

/**
 * A JSON number to exact decimal text. SuiteTalk's numbers are doubles (format "double"); the
 * shortest text of a double is what the sender wrote, up to 15 digits.
 */
export function decimalOfNumber(value: number): string {
  return new Big(String(value)).toFixed();
}

/** Decimal text to the JSON number that SuiteTalk would send. */
export function wireNumber(decimal: string): number {
  return Number(decimal);
}
