/** Money given back. It never reduces revenue; its credit memo does. */
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

export const refundSchema = z.strictObject({
  id: sourceId,
  /** `cancelled`: called off before the money left. */
  status: z.enum(["succeeded", "failed", "cancelled"]),
  paymentId: sourceId.optional(),
  chargeId: sourceId.optional(),
  amount: moneyValue,
  date: businessDate,
  timeZone,
  createdAt: instantText,
  reason: text.optional(),
  failureReason: text.optional(),
  metadata,
});

export type Refund = z.infer<typeof refundSchema>;

export const refundPersonal = { metadata: "free-text" } as const;

export const refundClear = {
  reason: "one of the source's codes",
  failureReason: "one of the source's codes",
} as const;
