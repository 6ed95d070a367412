/**
 * Exact decimals for quantities, unit prices and rates: a canonical text (no exponent, no leading
 * plus, no trailing zeros), computed with big.js, which never rounds a product or a sum.
 */
import Big from "big.js";
import { kernelErrors } from "./errors.ts";

export type Decimal = string & { readonly __decimal: unique symbol };

const DECIMAL = /^-?\d{1,30}(\.\d{1,30})?$/;

/** Reads an exact decimal. Throws E_DECIMAL_MALFORMED for exponents, separators, NaN, spaces. */
export function parseDecimal(text: string): Decimal {
  if (!DECIMAL.test(text)) throw kernelErrors.E_DECIMAL_MALFORMED({ text });
  return canonical(new Big(text));
}

export function decimalFromBigint(value: bigint): Decimal {
  return value.toString() as Decimal;
}

export function addDecimal(a: Decimal, b: Decimal): Decimal {
  return canonical(new Big(a).plus(b));
}

export function multiplyDecimal(a: Decimal, b: Decimal): Decimal {
  return canonical(new Big(a).times(b));
}

export function compareDecimal(a: Decimal, b: Decimal): -1 | 0 | 1 {
  return new Big(a).cmp(b);
}

/**
 * The quotient to `digits` places, half away from zero. Division is the one operation that
 * rounds, so its precision is always said by the caller.
 */
export function divideDecimal(a: Decimal, b: Decimal, digits: number): Decimal {
  const Context = Big();
  Context.DP = digits;
  Context.RM = Context.roundHalfUp;
  return canonical(new Context(a).div(b));
}

function canonical(value: Big): Decimal {
  const text = value.toFixed();
  return (text === "-0" ? "0" : text) as Decimal;
}
