/**
 * A payment contested through the customer's bank.
 *
 * inquiry     a question before a dispute; moves no money
 * movement    one balance transaction: amount and fee as they hit our balance, signed from our side
 */
import { z } from "zod";
import { businessDate, instantText, moneyValue, sourceId, text, timeZone } from "../values.ts";

export const disputeMovement = z.strictObject({
  id: sourceId,
  kind: z.enum(["withdrawal", "reinstatement"]),
  amount: moneyValue,
  fee: moneyValue,
  net: moneyValue,
});

export const disputeSchema = z.strictObject({
  id: sourceId,
  status: z.enum(["inquiry", "inquiry-closed", "open", "under-review", "won", "lost", "prevented"]),
  paymentId: sourceId.optional(),
  chargeId: sourceId,
  /** What is disputed, in the currency the customer paid. */
  amount: moneyValue,
  reason: text,
  openedAt: instantText,
  /** Day of the fact that this event tells, not of the opening. */
  date: businessDate,
  timeZone,
  evidenceDueBy: instantText.optional(),
  movements: z.array(disputeMovement),
});

export type Dispute = z.infer<typeof disputeSchema>;
export type DisputeMovement = z.infer<typeof disputeMovement>;

export const disputeClear = { reason: "one of the network's codes" } as const;
