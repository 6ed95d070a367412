/** Refunds, and the ones that fail afterwards. */
import { z } from "zod";
import { amountText } from "../amounts.ts";
import { invalid } from "../errors.ts";
import { operation } from "../operation.ts";
import { expand, mergeMetadata, metadata, positiveInt, text } from "../params.ts";
import type { RefundRecord } from "../payment-records.ts";
import { recordMovement } from "./balance.ts";
import { replaceCharge } from "./replace-charge.ts";

export const createRefund = operation(
  "refund.create",
  "POST /v1/refunds",
  z.strictObject({
    charge: text.optional(),
    payment_intent: text.optional(),
    amount: positiveInt.optional(),
    reason: z.enum(["duplicate", "fraudulent", "requested_by_customer"]).optional(),
    metadata: metadata.optional(),
    expand,
  }),
  (draft, params): RefundRecord => {
    const fromIntent =
      params.payment_intent === undefined
        ? undefined
        : draft.get("payment_intent", params.payment_intent).charges.at(-1)?.id;
    const chargeId = params.charge ?? fromIntent;
    if (chargeId === undefined) {
      throw invalid(
        "One of the following params should be provided: payment_intent, charge.",
        "parameter_missing",
      );
    }
    const charge = draft.get("charge", chargeId);
    const left = charge.amount - charge.amount_refunded;
    if (charge.status !== "succeeded")
      throw invalid(`Charge ${charge.id} is not refundable.`, "charge_not_refundable");
    if (charge.dispute !== null)
      throw invalid(
        `Charge ${charge.id} has been charged back; cannot issue a refund.`,
        "charge_disputed",
      );
    if (left === 0)
      throw invalid(`Charge ${charge.id} has already been refunded.`, "charge_already_refunded");
    const amount = params.amount ?? left;
    if (amount > left || amount === 0) {
      const [asked, open] = [amount, left].map((n) => amountText(n, charge.currency));
      throw invalid(
        `Refund amount (${asked}) is greater than unrefunded amount on charge (${open})`,
        undefined,
        "amount",
      );
    }
    const customer = charge.customer === null ? undefined : draft.find("customer", charge.customer);
    const at = draft.timeOf(customer);
    const id = draft.id("re");
    const movement = recordMovement(draft, {
      amount: -amount,
      currency: charge.currency,
      fee: 0,
      type: "refund",
      reporting_category: "refund",
      source: id,
      description: `REFUND FOR CHARGE (${charge.description ?? charge.id})`,
      at,
      after: 0,
    });
    const refund = draft.put<RefundRecord>({
      object: "refund",
      id,
      created: at,
      amount,
      currency: charge.currency,
      charge: charge.id,
      payment_intent: charge.payment_intent,
      balance_transaction: movement.id,
      failure_balance_transaction: null,
      reason: params.reason ?? null,
      status: "succeeded",
      metadata: mergeMetadata({}, params.metadata),
    });
    const refunded = replaceCharge(draft, {
      ...charge,
      amount_refunded: charge.amount_refunded + amount,
      refunds: [refund, ...charge.refunds],
    });
    draft.emit("refund.created", refund, { at });
    draft.emit("charge.refunded", refunded, { diff: true });
    return refund;
  },
);

/** Not a Stripe call: the customer's bank refuses the money. Reached by the control plane. */
export const failRefund = operation(
  "refund.fail",
  "POST /__sandbox/refunds/:refund/fail",
  z.strictObject({ refund: text }),
  (draft, params): RefundRecord => {
    const old = draft.get("refund", params.refund);
    if (old.status !== "succeeded") throw invalid(`Refund ${old.id} is ${old.status}.`);
    const charge = draft.get("charge", old.charge);
    const movement = recordMovement(draft, {
      amount: old.amount,
      currency: old.currency,
      fee: 0,
      type: "refund_failure",
      reporting_category: "refund_failure",
      source: old.id,
      description: "REFUND FAILURE",
      at: draft.now,
      after: 0,
    });
    const failed = draft.put<RefundRecord>({
      ...old,
      status: "failed",
      failure_balance_transaction: movement.id,
    });
    replaceCharge(draft, {
      ...charge,
      amount_refunded: charge.amount_refunded - old.amount,
      refunds: charge.refunds.map((one) => (one.id === old.id ? failed : one)),
    });
    draft.emit("charge.refund.updated", failed, { diff: true });
    draft.emit("refund.updated", failed, { diff: true });
    draft.emit("refund.failed", failed, { diff: true });
    return failed;
  },
);
