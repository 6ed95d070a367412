/**
 * The credit memo: corrects an invoice, line by line where the source knows the lines.
 * Its sums are positive; what it takes back is positive too.
 *
 * settlement   where the credit went; the parts sum to gross
 * applied      what reduced its invoice; the rest was refunded, kept as credit or settled outside
 */
import { z } from "zod";
import { allowanceOrCharge, documentClear, documentLine, taxPart } from "../document-parts.ts";
import {
  businessDate,
  currencyCode,
  instantText,
  metadata,
  moneyValue,
  sourceId,
  text,
  timeZone,
} from "../values.ts";

/** `unspecified`: the source says that it was settled after payment and not how it was split. */
export const creditSettlement = z.strictObject({
  kind: z.enum(["invoice", "refund", "customer-credit", "out-of-band", "unspecified"]),
  amount: moneyValue,
  refundId: sourceId.optional(),
});

export const creditMemoLine = z.strictObject({
  ...documentLine.shape,
  /** The line of the invoice that this takes back. */
  invoiceLineId: sourceId.optional(),
});

export const creditMemoSchema = z.strictObject({
  id: sourceId,
  number: sourceId,
  status: z.enum(["issued", "void"]),
  /** Absent for a memo that corrects no single document. */
  invoiceId: sourceId.optional(),
  customerId: sourceId,
  issueDate: businessDate,
  timeZone,
  currency: currencyCode,
  reason: text.optional(),
  memo: text.optional(),
  lines: z.array(creditMemoLine),
  allowances: z.array(allowanceOrCharge),
  charges: z.array(allowanceOrCharge),
  net: moneyValue,
  taxBreakdown: z.array(taxPart),
  tax: moneyValue,
  gross: moneyValue,
  settlements: z.array(creditSettlement),
  applied: moneyValue,
  unapplied: moneyValue,
  voidedAt: instantText.optional(),
  metadata,
});

export type CreditMemo = z.infer<typeof creditMemoSchema>;
export type CreditMemoLine = z.infer<typeof creditMemoLine>;
export type CreditSettlement = z.infer<typeof creditSettlement>;

export const creditMemoPersonal = {
  "lines[].description": "free-text",
  memo: "free-text",
  metadata: "free-text",
} as const;

export const creditMemoClear = { ...documentClear, reason: "one of the source's codes" } as const;
