/**
 * Amounts on NetSuite's wire. Its REST numbers are doubles and its currencies keep two decimals or
 * none, whatever ISO 4217 says (vendor: currency record, "Currency Precision"). We send a number
 * only where it is exactly the amount meant.
 */
import type { Money } from "../../kernel/money.ts";
import { amountText, parseMoney } from "../../kernel/money.ts";
import { lacking } from "./lack.ts";
import type { NetSuiteSettings } from "./settings.ts";

/** The longest decimal that every double carries exactly there and back. */
const EXACT_DIGITS = 15;

export interface CurrencyRecord {
  readonly code: string;
  readonly id: string;
  readonly decimals: number;
}

export function currencyOf(settings: NetSuiteSettings, code: string): CurrencyRecord {
  const found = settings.currencies[code];
  if (found !== undefined) return { code, ...found };
  throw lacking("E_NETSUITE_CURRENCY_UNMAPPED", `currency ${code}`, { currency: code });
}

/** The JSON number of an amount; a lack where NetSuite could not keep it. */
export function wireAmount(value: Money, currency: CurrencyRecord): number {
  const text = amountText(value);
  const fraction = text.split(".")[1] ?? "";
  if (/[1-9]/.test(fraction.slice(currency.decimals))) {
    throw lacking("E_NETSUITE_AMOUNT_TOO_FINE", `currency ${currency.code}`, {
      amount: text,
      currency: currency.code,
      decimals: currency.decimals,
    });
  }
  return exactNumber(text, currency.code);
}

/** The JSON number of a quantity. */
export function wireQuantity(text: string): number {
  return exactNumber(text, "units");
}

/** Undefined when a text of NetSuite's is not an amount of the currency. */
export function readAmount(text: string, currency: string): Money | undefined {
  try {
    return parseMoney({ amount: text, currency });
  } catch {
    return undefined;
  }
}

function exactNumber(text: string, unit: string): number {
  const digits = text.replace(/[-.]/g, "").replace(/^0+/, "");
  if (digits.length > EXACT_DIGITS) {
    throw lacking("E_NETSUITE_AMOUNT_TOO_LARGE", `more than ${EXACT_DIGITS} digits`, {
      amount: text,
      currency: unit,
    });
  }
  return Number(text);
}
