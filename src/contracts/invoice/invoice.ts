/**
 * The invoice.
 *
 * gross        what the document asks in all, tax included
 * paid         what is settled so far, by whatever means; `settlements` says by which
 * due          gross − paid + rounding: what is still to come
 * issue date   the date on the document; due date: when it is to be paid
 * tax point    the date that decides the tax period, where the source has one
 */
import { z } from "zod";
import { allowanceOrCharge, documentClear, documentLine, taxPart } from "../document-parts.ts";
import {
  address,
  businessDate,
  countryCode,
  currencyCode,
  instantText,
  metadata,
  moneyValue,
  sourceId,
  taxRegistration,
  text,
  timeZone,
} from "../values.ts";

/**
 * payment            money through this source
 * payment-outside    money that the source was told of and did not move itself
 * customer-credit    the customer's balance: positive when it paid for this invoice, negative when
 *                    this invoice added to it (a negative total) or collected an older debt
 * credit-memo        credit memos issued while the invoice was unpaid
 * overpayment        negative: what was paid too much and went to the customer's balance
 */
export const settlement = z.strictObject({
  kind: z.enum(["payment", "payment-outside", "customer-credit", "credit-memo", "overpayment"]),
  amount: moneyValue,
});

export const invoiceParty = z.strictObject({
  name: text.optional(),
  country: countryCode.optional(),
  address: address.optional(),
  taxRegistrations: z.array(taxRegistration),
  taxExempt: z.enum(["none", "exempt", "reverse-charge"]).optional(),
});

export const invoiceSchema = z.strictObject({
  id: sourceId,
  number: sourceId,
  /** `credit-invoice`: its gross is negative; books as a credit memo. */
  type: z.enum(["invoice", "credit-invoice"]),
  status: z.enum(["open", "paid", "void", "uncollectible"]),
  customerId: sourceId,
  subscriptionId: sourceId.optional(),
  issueDate: businessDate,
  dueDate: businessDate.optional(),
  taxPointDate: businessDate.optional(),
  /** Zone of the legal entity, in which every date here was derived. */
  timeZone,
  currency: currencyCode,
  seller: invoiceParty,
  buyer: invoiceParty,
  lines: z.array(documentLine),
  /** Of the document as a whole; those of a line are inside its net. */
  allowances: z.array(allowanceOrCharge),
  charges: z.array(allowanceOrCharge),
  net: moneyValue,
  taxBreakdown: z.array(taxPart),
  tax: moneyValue,
  gross: moneyValue,
  settlements: z.array(settlement),
  paid: moneyValue,
  rounding: moneyValue,
  due: moneyValue,
  paymentIds: z.array(sourceId),
  finalizedAt: instantText.optional(),
  paidAt: instantText.optional(),
  voidedAt: instantText.optional(),
  writtenOffAt: instantText.optional(),
  memo: text.optional(),
  metadata,
});

export type Invoice = z.infer<typeof invoiceSchema>;
export type InvoiceSettlement = z.infer<typeof settlement>;

const COMPANY = "our own company, on its own document";

/** Lines are written by hand in some sources: for whom, about whom. */
export const invoicePersonal = {
  "buyer.name": "name",
  "buyer.address": "address",
  "buyer.taxRegistrations": "tax-id",
  "lines[].description": "free-text",
  memo: "free-text",
  metadata: "free-text",
} as const;

export const invoiceClear = {
  ...documentClear,
  "seller.name": COMPANY,
  "seller.address": COMPANY,
  "seller.taxRegistrations": COMPANY,
} as const;
