/**
 * Money or credit put against a document. Its id is a function of the two, so that a source that
 * tells of it in two ways tells of one allocation.
 */
import { z } from "zod";
import { businessDate, instantText, moneyValue, sourceId, timeZone } from "../values.ts";

export const allocationSchema = z.strictObject({
  /** `<payment>:<invoice>`. */
  id: sourceId,
  paymentId: sourceId,
  invoiceId: sourceId,
  amount: moneyValue,
  /** Day on which it was applied. */
  date: businessDate,
  timeZone,
  appliedAt: instantText,
  discount: moneyValue.optional(),
  withholding: moneyValue.optional(),
  writeOff: moneyValue.optional(),
});

export type Allocation = z.infer<typeof allocationSchema>;

export function allocationId(paymentId: string, invoiceId: string): string {
  return `${paymentId}:${invoiceId}`;
}
