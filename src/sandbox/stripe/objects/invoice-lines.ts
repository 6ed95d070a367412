/** Lines of invoices: what they cost, their discounts and taxes, and the invoice's totals. */
import { z } from "zod";
import { percentOf, splitOver, taxInside, timesDecimal } from "../amounts.ts";
import type { Draft } from "../draft.ts";
import { invalid } from "../errors.ts";
import { decimal, flag, int, mergeMetadata, metadata, positiveInt, text } from "../params.ts";
import type {
  CustomerRecord,
  DiscountPart,
  InvoiceRecord,
  LineRecord,
  TaxPart,
  TaxRateRecord,
} from "../records.ts";
import { taxRatesOf } from "./catalog.ts";

export const period = z.strictObject({ start: int, end: int });

/** What a caller may say of a line, on an invoice item or in `add_lines`. */
export const lineFields = {
  amount: int.optional(),
  unit_amount_decimal: decimal.optional(),
  /** Before basil. */
  unit_amount: int.optional(),
  price: text.optional(),
  /** From basil on. */
  pricing: z.strictObject({ price: text }).optional(),
  quantity: positiveInt.optional(),
  description: text.optional(),
  discountable: flag.optional(),
  period: period.optional(),
  tax_rates: z.union([z.array(text), z.literal("")]).optional(),
  metadata: metadata.optional(),
};
const lineInput = z.object(lineFields);

/** Makes a line; taxes and discounts come with the invoice's totals. */
export function makeLine(
  draft: Draft,
  given: z.output<typeof lineInput>,
  base: { readonly currency: string; readonly at: number; readonly invoice_item: string | null },
): LineRecord {
  const priceId = given.pricing?.price ?? given.price;
  const price = priceId === undefined ? null : draft.get("price", priceId, "price");
  if (price !== null && price.currency !== base.currency) {
    throw invalid(
      `The price supports only \`${price.currency}\`, expected is \`${base.currency}\`.`,
      undefined,
      "price",
    );
  }
  if (price?.recurring != null) {
    throw invalid(
      "The price has `type=recurring`, but this field accepts only `type=one_time`.",
      undefined,
      "price",
    );
  }
  const quantity = given.quantity ?? 1;
  const unit =
    price?.unit_amount_decimal ?? given.unit_amount_decimal ?? given.unit_amount?.toString();
  if (unit === undefined && given.amount === undefined) {
    throw invalid(
      "One of `amount`, `unit_amount_decimal` or `pricing` is required.",
      "parameter_missing",
      "amount",
    );
  }
  const amount = given.amount ?? timesDecimal(quantity, unit ?? "0");
  return {
    id: draft.id("il"),
    amount,
    currency: base.currency,
    description: given.description ?? (price === null ? null : productName(draft, price.product)),
    quantity,
    unit_amount_decimal: unit ?? String(amount),
    period: given.period ?? { start: base.at, end: base.at },
    price,
    proration: false,
    credited: null,
    invoice_item: base.invoice_item,
    subscription: null,
    subscription_item: null,
    discounts: [],
    taxes: [],
    tax_rates: taxRatesOf(draft, given.tax_rates === "" ? [] : given.tax_rates),
    metadata: mergeMetadata({}, given.metadata),
  };
}

export function productName(draft: Draft, id: string): string {
  return draft.find("product", id)?.name ?? id;
}

type Totalled = Pick<
  InvoiceRecord,
  "lines" | "discounts" | "default_tax_rates" | "starting_balance" | "currency"
>;
type Totals = Pick<
  InvoiceRecord,
  "lines" | "subtotal" | "total" | "amount_due" | "amount_remaining"
>;

/**
 * Recomputes a draft invoice. Discounts come first, tax is per line on what is left, rounded half
 * away from zero per line (observed for tax rates; Stripe Tax can round per invoice: unconfirmed).
 */
export function totalsOf(invoice: Totalled, customer: CustomerRecord): Totals {
  const off = invoice.lines.map(() => [] as { amount: number; discount: string }[]);
  for (const discount of invoice.discounts) spread(discount, invoice.lines, off);
  const taxed = customer.tax_exempt === "none";
  const lines = invoice.lines.map((line, index): LineRecord => {
    const discounts = off[index] ?? [];
    const rest = line.amount - discounts.reduce((sum, one) => sum + one.amount, 0);
    const rates = line.tax_rates.length > 0 ? line.tax_rates : invoice.default_tax_rates;
    return { ...line, discounts, taxes: taxed ? taxesOf(rest, rates) : [] };
  });
  const subtotal = lines.reduce((sum, line) => sum + line.amount, 0);
  const total = lines.reduce(
    (sum, line) => sum + line.amount - offOf(line) + exclusiveTax(line),
    0,
  );
  const due = Math.max(0, total + invoice.starting_balance);
  return { lines, subtotal, total, amount_due: due, amount_remaining: due };
}

export function taxesOf(amount: number, rates: readonly TaxRateRecord[]): TaxPart[] {
  return rates.map((rate) => {
    if (!rate.inclusive) {
      return { amount: percentOf(amount, rate.percentage), taxable_amount: amount, rate };
    }
    const inside = taxInside(amount, rate.percentage);
    return { amount: inside, taxable_amount: amount - inside, rate };
  });
}

export function offOf(line: Pick<LineRecord, "discounts">): number {
  return line.discounts.reduce((sum, one) => sum + one.amount, 0);
}

export function exclusiveTax(line: { readonly taxes: readonly TaxPart[] }): number {
  return line.taxes.reduce((sum, tax) => sum + (tax.rate.inclusive ? 0 : tax.amount), 0);
}

export function inclusiveTax(line: { readonly taxes: readonly TaxPart[] }): number {
  return line.taxes.reduce((sum, tax) => sum + (tax.rate.inclusive ? tax.amount : 0), 0);
}

function spread(
  discount: DiscountPart,
  lines: readonly LineRecord[],
  off: { amount: number; discount: string }[][],
): void {
  const { percent_off, amount_off } = discount.coupon;
  const open = lines.map((line, i) =>
    Math.max(0, line.amount - (off[i] ?? []).reduce((sum, one) => sum + one.amount, 0)),
  );
  const whole = open.reduce((a, b) => a + b, 0);
  const parts =
    percent_off === null
      ? splitOver(Math.min(amount_off ?? 0, whole), open)
      : open.map((amount) => percentOf(amount, percent_off));
  for (const [i, amount] of parts.entries()) {
    if (amount > 0) off[i]?.push({ amount, discount: discount.id });
  }
}
