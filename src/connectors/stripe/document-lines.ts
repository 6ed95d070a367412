/**
 * Lines of invoices and credit notes. What is the same in both: an amount before discounts, with
 * inclusive tax inside; discounts told per line in `discount_amounts`; prepaid credit
 * (`pretax_credit_amounts` of the type credit_balance_transaction) that comes off before tax.
 */
import type { AllowanceOrCharge, DocumentLine } from "../../contracts/document-parts.ts";
import {
  compareDecimal,
  divideDecimal,
  multiplyDecimal,
  parseDecimal,
} from "../../kernel/decimal.ts";
import type { JsonObject } from "../kit/json-read.ts";
import {
  asObject,
  optionalInteger,
  optionalList,
  optionalObject,
  optionalText,
  readInteger,
  readObject,
  readText,
} from "../kit/json-read.ts";
import { decimalOfNumber, majorUnits, moneyOf } from "./amounts.ts";
import type { Shape } from "./api-version.ts";
import type { Scene } from "./draft.ts";
import { periodOf } from "./draft.ts";
import { stripeErrors } from "./errors.ts";
import { idOf, readSeconds } from "./fact.ts";
import type { Taxes, TaxRates } from "./taxes.ts";
import { collectRates, readTaxes } from "./taxes.ts";

/** What one line adds up to, in Stripe's own units. */
export interface LineSums {
  readonly amount: number;
  readonly allowances: number;
  readonly discounts: number;
  readonly taxes: Taxes;
}

export interface ReadLine {
  readonly line: DocumentLine;
  readonly sums: LineSums;
}

export interface LineContext {
  readonly scene: Scene;
  readonly shape: Shape;
  readonly currency: string;
  readonly rates: TaxRates;
}

/** The objects of a list; throws E_STRIPE_TRUNCATED when Stripe sent only part of it. */
export function wholeList(
  object: JsonObject,
  key: string,
  name: { readonly object: string; readonly id: string },
  at: string,
): readonly JsonObject[] {
  const list = readObject(object, key, at);
  if (list["has_more"] === true) throw stripeErrors.E_STRIPE_TRUNCATED({ ...name, list: key });
  return optionalList(list, "data", `${at}.${key}`).map((item, i) =>
    asObject(item, `${at}.${key}.data.${i}`),
  );
}

/** A line of a credit note: what it takes back is said beside it. */
export function readLine(context: LineContext, raw: JsonObject, at: string): ReadLine {
  return readWith(context, raw, NO_LINKS, at);
}

/** An invoice line: also what it is for, which period it serves, and what it takes back. */
export function readInvoiceLine(context: LineContext, raw: JsonObject, at: string): ReadLine {
  const own = optionalText(raw, "currency", at);
  if (own !== undefined && own.toUpperCase() !== context.currency) {
    const problem = `${at} is in ${own}, the invoice in ${context.currency.toLowerCase()}`;
    throw stripeErrors.E_STRIPE_CONTRADICTION({ kind: context.scene.fact.kind, problem });
  }
  return readWith(
    context,
    raw,
    context.shape.basil ? basilLinks(raw, at) : classicLinks(raw, at),
    at,
  );
}

function readWith(context: LineContext, raw: JsonObject, links: LineLinks, at: string): ReadLine {
  const { currency, shape, rates } = context;
  const amount = readInteger(raw, "amount", at);
  const allowances = readAllowances(raw, currency, at);
  collectRates(rates, raw, "tax_rates", at);
  const taxes = readTaxes(raw, { of: "line", shape, currency, rates }, at);
  const quantity = quantityOf(raw, at);
  const line: DocumentLine = {
    id: readText(raw, "id", at),
    description: optionalText(raw, "description", at) ?? "",
    productId: links.productId,
    priceId: links.priceId,
    subscriptionId: links.subscriptionId,
    subscriptionItemId: links.subscriptionItemId,
    quantity,
    unitPrice: unitPriceOf(context, raw, { quantity, amount }, at),
    amount: moneyOf(amount, currency),
    allowances: allowances.parts,
    net: moneyOf(amount - allowances.sum - taxes.inclusive, currency),
    taxes: taxes.parts,
    servicePeriod: servicePeriodOf(context.scene, raw, at),
    proration: links.proration,
  };
  const sums = { amount, allowances: allowances.sum, discounts: allowances.discounts, taxes };
  return { line, sums };
}

/** Lines of credit notes have none. */
function servicePeriodOf(scene: Scene, raw: JsonObject, at: string): DocumentLine["servicePeriod"] {
  const period = optionalObject(raw, "period", at);
  if (period === undefined) return undefined;
  return periodOf(scene, readSeconds(period, "start", at), readSeconds(period, "end", at));
}

interface Allowances {
  readonly parts: AllowanceOrCharge[];
  readonly sum: number;
  readonly discounts: number;
}

function readAllowances(raw: JsonObject, currency: string, at: string): Allowances {
  const parts: AllowanceOrCharge[] = [];
  let discounts = 0;
  let credits = 0;
  for (const item of optionalList(raw, "discount_amounts", at)) {
    const part = asObject(item, `${at}.discount_amounts`);
    const amount = readInteger(part, "amount", `${at}.discount_amounts`);
    if (amount === 0) continue;
    discounts += amount;
    const id = idOf(part, "discount", at);
    parts.push({ kind: "discount", id, amount: moneyOf(amount, currency) });
  }
  for (const item of optionalList(raw, "pretax_credit_amounts", at)) {
    const part = asObject(item, `${at}.pretax_credit_amounts`);
    // Discounts are repeated here; they were taken above.
    if (readText(part, "type", at) !== "credit_balance_transaction") continue;
    const amount = readInteger(part, "amount", `${at}.pretax_credit_amounts`);
    credits += amount;
    const id = idOf(part, "credit_balance_transaction", at);
    parts.push({ kind: "prepaid-credit", id, amount: moneyOf(amount, currency) });
  }
  return { parts, sum: discounts + credits, discounts };
}

/** "1" where Stripe bills a sum without a count, as the contract has it. */
function quantityOf(raw: JsonObject, at: string): string {
  const exact = optionalText(raw, "quantity_decimal", at);
  if (exact !== undefined) return parseDecimal(exact);
  const count = raw["quantity"];
  if (count === undefined || count === null) return "1";
  const text = typeof count === "number" ? decimalOfNumber(count) : undefined;
  return text ?? String(readInteger(raw, "quantity", at));
}

/** Half away from zero, as Stripe rounds a price times a quantity. */
const ONE = parseDecimal("1");
const WHOLE = /^-?\d{1,15}$/;

/**
 * The price of one unit, only where quantity × price is the line's amount to the minor unit. Tiers,
 * packages and prorations have prices that did not make the amount; those are not told.
 */
function unitPriceOf(
  context: LineContext,
  raw: JsonObject,
  line: { readonly quantity: string; readonly amount: number },
  at: string,
): string | undefined {
  const holder = context.shape.basil
    ? optionalObject(raw, "pricing", at)
    : (optionalObject(raw, "price", at) ?? optionalObject(raw, "plan", at));
  const minor =
    optionalText(raw, "unit_amount_decimal", at) ??
    (holder === undefined ? undefined : decimalPrice(holder, at));
  if (minor === undefined) return undefined;
  const price = majorUnits(minor, context.currency);
  if (price === undefined) return undefined;
  if (WHOLE.test(minor) && WHOLE.test(line.quantity)) {
    return BigInt(minor) * BigInt(line.quantity) === BigInt(line.amount) ? price : undefined;
  }
  const product = multiplyDecimal(parseDecimal(minor), parseDecimal(line.quantity));
  const rounded = product.includes(".") ? divideDecimal(product, ONE, 0) : product;
  return compareDecimal(rounded, parseDecimal(String(line.amount))) === 0 ? price : undefined;
}

/** Prices write `unit_amount_decimal`, plans `amount_decimal`. */
function decimalPrice(holder: JsonObject, at: string): string | undefined {
  return (
    optionalText(holder, "unit_amount_decimal", at) ?? optionalText(holder, "amount_decimal", at)
  );
}

type LineLinks = Pick<
  DocumentLine,
  "productId" | "priceId" | "subscriptionId" | "subscriptionItemId" | "proration"
>;

const NO_LINKS: LineLinks = {
  productId: undefined,
  priceId: undefined,
  subscriptionId: undefined,
  subscriptionItemId: undefined,
  proration: undefined,
};

function classicLinks(raw: JsonObject, at: string): LineLinks {
  const price = optionalObject(raw, "price", at) ?? optionalObject(raw, "plan", at);
  return {
    productId: price === undefined ? undefined : idOf(price, "product", `${at}.price`),
    priceId: price === undefined ? undefined : idOf(price, "id", `${at}.price`),
    subscriptionId: idOf(raw, "subscription", at),
    subscriptionItemId: idOf(raw, "subscription_item", at),
    proration:
      raw["proration"] === true
        ? prorationOf(optionalObject(raw, "proration_details", at), at)
        : undefined,
  };
}

function basilLinks(raw: JsonObject, at: string): LineLinks {
  const pricing = optionalObject(raw, "pricing", at);
  const details = pricing === undefined ? undefined : optionalObject(pricing, "price_details", at);
  const parent = optionalObject(raw, "parent", at);
  const key = parent === undefined ? undefined : optionalText(parent, "type", at);
  const origin =
    parent === undefined || key === undefined ? undefined : optionalObject(parent, key, at);
  return {
    productId: details === undefined ? undefined : idOf(details, "product", at),
    priceId: details === undefined ? undefined : idOf(details, "price", at),
    subscriptionId:
      (origin === undefined ? undefined : idOf(origin, "subscription", at)) ??
      idOf(raw, "subscription", at),
    subscriptionItemId: origin === undefined ? undefined : idOf(origin, "subscription_item", at),
    proration:
      origin?.["proration"] === true
        ? prorationOf(optionalObject(origin, "proration_details", at), at)
        : undefined,
  };
}

function prorationOf(details: JsonObject | undefined, at: string): DocumentLine["proration"] {
  const credited =
    details === undefined ? undefined : optionalObject(details, "credited_items", at);
  if (credited === undefined) return {};
  const lineIds = optionalList(credited, "invoice_line_items", at).filter(
    (id): id is string => typeof id === "string",
  );
  return { credits: { invoiceId: readText(credited, "invoice", at), lineIds } };
}

/** The sum of a list of parts with an `amount`. */
export function sumAmounts(from: JsonObject, key: string, at: string): number {
  let sum = 0;
  for (const item of optionalList(from, key, at)) {
    sum += readInteger(asObject(item, `${at}.${key}`), "amount", `${at}.${key}`);
  }
  return sum;
}

/** `shipping_cost` as a charge before tax; none where nothing is shipped. */
export function shippingOf(object: JsonObject, currency: string, at: string): AllowanceOrCharge[] {
  const cost = optionalObject(object, "shipping_cost", at);
  const amount = cost === undefined ? 0 : (optionalInteger(cost, "amount_subtotal", at) ?? 0);
  return amount === 0 ? [] : [{ kind: "shipping", amount: moneyOf(amount, currency) }];
}
