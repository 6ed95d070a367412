/**
 * Money from a customer.
 *
 * amount        what was received, in the currency the customer paid (presentment)
 * settlement    the same money in the currency of our balance, where the source tells it
 * fee           what the processor kept; usually told later, by the payout
 * allocations   the documents it paid, as far as this fact tells; the rest is customer credit
 */
import { z } from "zod";
import { allocationSchema } from "../allocation/allocation.ts";
import {
  businessDate,
  instantText,
  metadata,
  moneyValue,
  sourceId,
  text,
  timeZone,
} from "../values.ts";

export const paymentSchema = z.strictObject({
  id: sourceId,
  status: z.enum(["succeeded", "failed"]),
  customerId: sourceId.optional(),
  /** What was received; for a failed payment what was asked. */
  amount: moneyValue,
  settlement: moneyValue.optional(),
  fee: moneyValue.optional(),
  /** The source's word: `card`, `sepa_debit`. */
  method: text.optional(),
  chargeId: sourceId.optional(),
  date: businessDate,
  timeZone,
  createdAt: instantText,
  allocations: z.array(allocationSchema),
  failure: z.strictObject({ code: text, message: text.optional() }).optional(),
  metadata,
});

export type Payment = z.infer<typeof paymentSchema>;

export const paymentPersonal = {
  "failure.message": "free-text",
  metadata: "free-text",
} as const;

export const paymentClear = {
  method: "the source's word for a means of payment",
  "failure.code": "one of the source's codes",
} as const;
