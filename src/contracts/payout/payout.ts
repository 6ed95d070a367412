/** What the processor sends to our bank. A negative amount is taken from it. */
import { z } from "zod";
import {
  businessDate,
  instantText,
  metadata,
  moneyValue,
  sourceId,
  text,
  timeZone,
} from "../values.ts";

export const payoutSchema = z.strictObject({
  id: sourceId,
  status: z.enum(["paid", "failed", "cancelled"]),
  amount: moneyValue,
  /** Value date that the processor expects at the bank. */
  arrivalDate: businessDate,
  timeZone,
  createdAt: instantText,
  /** False: somebody asked for it, and no list of what it is made of may exist. */
  automatic: z.boolean(),
  method: text,
  bankAccountId: sourceId.optional(),
  balanceTransactionId: sourceId.optional(),
  failureBalanceTransactionId: sourceId.optional(),
  statementDescriptor: text.optional(),
  /** The bank's own reference, for matching the statement line. */
  traceId: sourceId.optional(),
  originalPayoutId: sourceId.optional(),
  failure: z.strictObject({ code: text, message: text.optional() }).optional(),
  metadata,
});

export type Payout = z.infer<typeof payoutSchema>;

export const payoutPersonal = {
  "failure.message": "free-text",
  metadata: "free-text",
} as const;

export const payoutClear = {
  method: "the source's word for a means of payment",
  statementDescriptor: "what our own bank prints",
  "failure.code": "one of the source's codes",
} as const;
