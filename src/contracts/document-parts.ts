/**
 * What invoices and credit memos are made of, after EN 16931.
 *
 * amount       what a line asks before allowances, in the pricing of the source: with tax inside
 *              when its taxes are inclusive, without when they are exclusive
 * allowance    what is taken off (a discount, prepaid credit); always a positive sum to subtract
 *              unless the line itself is negative
 * charge       what is put on (shipping)
 * net          amount − allowances − inclusive taxes: what the line adds to the document's net
 * inclusive    the tax is already inside the amount
 * taxable      the base of a tax, where the source tells it
 */
import { z } from "zod";
import { decimalText, moneyValue, servicePeriod, sourceId, text } from "./values.ts";

export const taxCategory = z.enum([
  "standard",
  "reduced",
  "zero",
  "exempt",
  "reverse-charge",
  "export",
  "out-of-scope",
  /** The source does not say. */
  "unspecified",
]);

export type TaxCategory = z.infer<typeof taxCategory>;

export const taxPart = z.strictObject({
  amount: moneyValue,
  taxable: moneyValue.optional(),
  inclusive: z.boolean(),
  category: taxCategory,
  percent: decimalText.optional(),
  jurisdiction: text.optional(),
  taxRateId: sourceId.optional(),
  /** The source's own word for why it taxed so. */
  reason: text.optional(),
});

export type TaxPart = z.infer<typeof taxPart>;

export const allowanceOrCharge = z.strictObject({
  /** `tax-rounding`: the document rounds its inclusive tax once, its lines each by themselves. */
  kind: z.enum(["discount", "prepaid-credit", "shipping", "tax-rounding", "other"]),
  id: sourceId.optional(),
  amount: moneyValue,
  reason: text.optional(),
});

export type AllowanceOrCharge = z.infer<typeof allowanceOrCharge>;

/** A change in the middle of a period; a credit names the lines it takes back. */
export const proration = z.strictObject({
  credits: z.strictObject({ invoiceId: sourceId, lineIds: z.array(sourceId) }).optional(),
});

export const documentLine = z.strictObject({
  id: sourceId,
  description: text,
  productId: sourceId.optional(),
  priceId: sourceId.optional(),
  subscriptionId: sourceId.optional(),
  subscriptionItemId: sourceId.optional(),
  /** "1" where the source bills a sum without a count. */
  quantity: decimalText,
  /** Major units of the document's currency; absent where tiers or a flat sum made the amount. */
  unitPrice: decimalText.optional(),
  amount: moneyValue,
  allowances: z.array(allowanceOrCharge),
  net: moneyValue,
  taxes: z.array(taxPart),
  servicePeriod: servicePeriod.optional(),
  proration: proration.optional(),
});

export type DocumentLine = z.infer<typeof documentLine>;

const OFFICE = "the tax authority's or the rate's words";
const TERMS = "the name of a coupon or charge of the seller";

/** Texts of a document that name nobody. */
export const documentClear = {
  "taxBreakdown[].jurisdiction": OFFICE,
  "taxBreakdown[].reason": OFFICE,
  "allowances[].reason": TERMS,
  "charges[].reason": TERMS,
  "lines[].allowances[].reason": TERMS,
  "lines[].taxes[].jurisdiction": OFFICE,
  "lines[].taxes[].reason": OFFICE,
} as const;
