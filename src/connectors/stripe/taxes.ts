/**
 * Taxes of documents and lines in either shape.
 *
 * classic  `tax_amounts: [{amount, inclusive, tax_rate, taxability_reason, taxable_amount}]`
 * basil    `taxes: [{amount, tax_behavior, tax_rate_details.tax_rate, taxability_reason, …}]`
 *
 * The rate's percentage stands on the rate; a body carries rates in `default_tax_rates` and, per
 * line, in `tax_rates`, and otherwise only their ids.
 */
import type { TaxCategory, TaxPart } from "../../contracts/document-parts.ts";
import type { JsonObject } from "../kit/json-read.ts";
import {
  asObject,
  isObject,
  optionalInteger,
  optionalList,
  optionalObject,
  optionalText,
  readBoolean,
  readInteger,
  readText,
} from "../kit/json-read.ts";
import { decimalOfNumber, moneyOf } from "./amounts.ts";
import type { Shape } from "./api-version.ts";
import { idOf } from "./fact.ts";

const CATEGORIES = new Map<string, TaxCategory>([
  ["standard_rated", "standard"],
  ["portion_standard_rated", "standard"],
  ["reduced_rated", "reduced"],
  ["portion_reduced_rated", "reduced"],
  ["proportionally_rated", "reduced"],
  ["taxable_basis_reduced", "reduced"],
  ["zero_rated", "zero"],
  ["reverse_charge", "reverse-charge"],
  ["customer_exempt", "exempt"],
  ["product_exempt", "exempt"],
  ["product_exempt_holiday", "exempt"],
  ["portion_product_exempt", "exempt"],
  ["not_collecting", "out-of-scope"],
  ["not_subject_to_tax", "out-of-scope"],
  ["not_supported", "out-of-scope"],
]);

export interface TaxRate {
  readonly percent: string | undefined;
  readonly jurisdiction: string | undefined;
}

export type TaxRates = Map<string, TaxRate>;

/** Adds the rates that a document or a line carries in full. */
export function collectRates(rates: TaxRates, from: JsonObject, key: string, at: string): void {
  for (const item of optionalList(from, key, at)) {
    if (!isObject(item)) continue;
    const percent = item["effective_percentage"] ?? item["percentage"];
    rates.set(readText(item, "id", `${at}.${key}`), {
      percent: typeof percent === "number" ? decimalOfNumber(percent) : undefined,
      jurisdiction: optionalText(item, "jurisdiction", `${at}.${key}`),
    });
  }
}

/** Names under which taxes stand in either shape: on a document, or on a line. */
const FIELDS = {
  invoice: { basil: "total_taxes", classic: "total_tax_amounts" },
  "credit-memo": { basil: "total_taxes", classic: "tax_amounts" },
  line: { basil: "taxes", classic: "tax_amounts" },
} as const;

interface TaxSource {
  readonly of: keyof typeof FIELDS;
  readonly shape: Shape;
  readonly currency: string;
  readonly rates: TaxRates;
}

export interface Taxes {
  readonly parts: TaxPart[];
  /** Sums in Stripe's own units. */
  readonly all: number;
  readonly inclusive: number;
}

export function readTaxes(from: JsonObject, source: TaxSource, at: string): Taxes {
  const key = FIELDS[source.of][source.shape.basil ? "basil" : "classic"];
  const parts: TaxPart[] = [];
  let all = 0;
  let inclusive = 0;
  for (const item of optionalList(from, key, at)) {
    const place = `${at}.${key}`;
    const tax = asObject(item, place);
    const amount = readInteger(tax, "amount", place);
    const part = readTax(tax, amount, source, place);
    parts.push(part);
    all += amount;
    if (part.inclusive) inclusive += amount;
  }
  return { parts, all, inclusive };
}

function readTax(tax: JsonObject, amount: number, source: TaxSource, at: string): TaxPart {
  const { basil } = source.shape;
  const inclusive = basil
    ? readText(tax, "tax_behavior", at) === "inclusive"
    : readBoolean(tax, "inclusive", at);
  const holder = basil ? optionalObject(tax, "tax_rate_details", at) : tax;
  const rateId = holder === undefined ? undefined : idOf(holder, "tax_rate", at);
  const rate = rateId === undefined ? undefined : source.rates.get(rateId);
  const reason = optionalText(tax, "taxability_reason", at);
  const taxable = optionalInteger(tax, "taxable_amount", at);
  return {
    amount: moneyOf(amount, source.currency),
    taxable: taxable === undefined ? undefined : moneyOf(taxable, source.currency),
    inclusive,
    category: CATEGORIES.get(reason ?? "") ?? "unspecified",
    percent: rate?.percent,
    jurisdiction: rate?.jurisdiction,
    taxRateId: rateId,
    reason,
  };
}
