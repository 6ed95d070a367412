/**
 * An agreement that bills by period.
 *
 * period      the span billed at present; both days included
 * changed     which parts the source says are new, in its own words; empty when it does not say
 */
import { z } from "zod";
import {
  businessDate,
  currencyCode,
  decimalText,
  instantText,
  metadata,
  servicePeriod,
  sourceId,
  timeZone,
} from "../values.ts";

export const subscriptionItem = z.strictObject({
  id: sourceId,
  productId: sourceId.optional(),
  priceId: sourceId,
  /** Absent for metered items. */
  quantity: decimalText.optional(),
  unitPrice: decimalText.optional(),
  period: servicePeriod.optional(),
});

export const subscriptionSchema = z.strictObject({
  id: sourceId,
  customerId: sourceId,
  status: z.enum([
    "incomplete",
    "expired",
    "trialing",
    "active",
    "past-due",
    "unpaid",
    "paused",
    "cancelled",
  ]),
  currency: currencyCode.optional(),
  startDate: businessDate,
  timeZone,
  /** Where all items share one. */
  period: servicePeriod.optional(),
  items: z.array(subscriptionItem),
  cancelAtPeriodEnd: z.boolean(),
  cancelAt: instantText.optional(),
  cancelledAt: instantText.optional(),
  endedAt: instantText.optional(),
  trialEnd: instantText.optional(),
  changed: z.array(sourceId),
  metadata,
});

export type Subscription = z.infer<typeof subscriptionSchema>;
export type SubscriptionItem = z.infer<typeof subscriptionItem>;

export const subscriptionPersonal = { metadata: "free-text" } as const;
