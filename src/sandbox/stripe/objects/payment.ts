/** Payment intents and their charges. */
import { z } from "zod";
import { checkChargeable } from "../amounts.ts";
import type { Draft } from "../draft.ts";
import { invalid, refusal } from "../errors.ts";
import { operation } from "../operation.ts";
import { currency, expand, flag, mergeMetadata, metadata, positiveInt, text } from "../params.ts";
import type { ChargeRecord, PaymentIntentRecord, PaymentMethodRecord } from "../payment-records.ts";
import type { CustomerRecord } from "../records.ts";
import { recordMovement } from "./balance.ts";
import { liveCustomer } from "./customer.ts";
import { openDispute } from "./dispute.ts";
import { takePaymentMethod } from "./payment-method.ts";

const DECLINES: Partial<
  Record<PaymentMethodRecord["behavior"], { code: string; message: string }>
> = {
  declines: { code: "generic_decline", message: "Your card was declined." },
  insufficient_funds: { code: "insufficient_funds", message: "Your card has insufficient funds." },
};

export const createPaymentIntent = operation(
  "payment_intent.create",
  "POST /v1/payment_intents",
  z.strictObject({
    amount: positiveInt,
    currency,
    customer: text.optional(),
    payment_method: text.optional(),
    confirm: flag.optional(),
    off_session: flag.optional(),
    description: text.optional(),
    payment_method_types: z.array(text).optional(),
    metadata: metadata.optional(),
    expand,
  }),
  (draft, params): PaymentIntentRecord => {
    checkChargeable(params.amount, params.currency);
    if (params.amount === 0) {
      throw invalid(
        "This value must be greater than or equal to 1.",
        "parameter_invalid_integer",
        "amount",
      );
    }
    const customer =
      params.customer === undefined ? undefined : liveCustomer(draft, params.customer);
    const method =
      params.payment_method === undefined
        ? null
        : takePaymentMethod(draft, params.payment_method, customer?.id ?? null).id;
    const intent = newIntent(draft, {
      amount: params.amount,
      currency: params.currency,
      customer,
      invoice: null,
      payment_method: method,
      description: params.description ?? null,
      metadata: mergeMetadata({}, params.metadata),
    });
    if (params.confirm !== true) return intent;
    return confirmIntent(draft, intent, method);
  },
);

export const confirmPaymentIntent = operation(
  "payment_intent.confirm",
  "POST /v1/payment_intents/:payment_intent/confirm",
  z.strictObject({
    payment_intent: text,
    payment_method: text.optional(),
    off_session: flag.optional(),
    expand,
  }),
  (draft, params): PaymentIntentRecord => {
    const intent = draft.get("payment_intent", params.payment_intent, "intent");
    return confirmIntent(draft, intent, params.payment_method ?? intent.payment_method);
  },
);

export const cancelPaymentIntent = operation(
  "payment_intent.cancel",
  "POST /v1/payment_intents/:payment_intent/cancel",
  z.strictObject({ payment_intent: text, cancellation_reason: text.optional(), expand }),
  (draft, params): PaymentIntentRecord => {
    const intent = draft.get("payment_intent", params.payment_intent, "intent");
    return cancelIntent(draft, intent, params.cancellation_reason ?? null);
  },
);

export function newIntent(
  draft: Draft,
  fields: Pick<
    PaymentIntentRecord,
    "amount" | "currency" | "invoice" | "payment_method" | "description" | "metadata"
  > & { readonly customer: CustomerRecord | undefined },
): PaymentIntentRecord {
  const { customer, ...rest } = fields;
  const intent = draft.put<PaymentIntentRecord>({
    object: "payment_intent",
    id: draft.id("pi"),
    created: draft.timeOf(customer),
    amount_received: 0,
    customer: customer?.id ?? null,
    status: rest.payment_method === null ? "requires_payment_method" : "requires_confirmation",
    canceled_at: null,
    cancellation_reason: null,
    charges: [],
    last_error: null,
    ...rest,
  });
  draft.emit("payment_intent.created", intent);
  return intent;
}

function confirmIntent(
  draft: Draft,
  intent: PaymentIntentRecord,
  method: string | null,
): PaymentIntentRecord {
  if (intent.status === "succeeded" || intent.status === "canceled") {
    throw invalid(
      `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`,
      "payment_intent_unexpected_state",
    );
  }
  if (method === null) {
    throw invalid(
      "You cannot confirm this PaymentIntent because it's missing a payment method.",
      "payment_intent_unexpected_state",
    );
  }
  const taken = chargeIntent(draft, intent, method);
  if (taken.charge.status === "failed") throw declined(taken.charge);
  disputeIfAsked(draft, taken.charge);
  return taken.intent;
}

/** Charges the method for the whole intent; a declined card gives a failed charge, not a throw. */
export function chargeIntent(
  draft: Draft,
  intent: PaymentIntentRecord,
  methodId: string,
): { intent: PaymentIntentRecord; charge: ChargeRecord } {
  const method = takePaymentMethod(draft, methodId, intent.customer);
  const decline = DECLINES[method.behavior];
  const customer = intent.customer === null ? undefined : draft.find("customer", intent.customer);
  const at = draft.timeOf(customer);
  const id = draft.id("ch");
  const movement =
    decline === undefined
      ? recordMovement(draft, {
          amount: intent.amount,
          currency: intent.currency,
          fee: "card",
          type: "charge",
          reporting_category: "charge",
          source: id,
          description: intent.description,
          at,
        })
      : undefined;
  const charge = draft.put<ChargeRecord>({
    object: "charge",
    id,
    created: at,
    amount: intent.amount,
    amount_refunded: 0,
    currency: intent.currency,
    customer: intent.customer,
    invoice: intent.invoice,
    payment_intent: intent.id,
    payment_method: method.id,
    last4: method.last4,
    balance_transaction: movement?.id ?? null,
    description: intent.description,
    status: decline === undefined ? "succeeded" : "failed",
    failure_code: decline === undefined ? null : "card_declined",
    failure_message: decline?.message ?? null,
    dispute: null,
    refunds: [],
    metadata: {},
  });
  const paid = draft.put<PaymentIntentRecord>({
    ...intent,
    payment_method: decline === undefined ? method.id : null,
    status: decline === undefined ? "succeeded" : "requires_payment_method",
    amount_received: decline === undefined ? intent.amount : 0,
    charges: [charge],
    last_error: decline ?? null,
  });
  draft.emit(decline === undefined ? "charge.succeeded" : "charge.failed", charge);
  draft.emit(
    decline === undefined ? "payment_intent.succeeded" : "payment_intent.payment_failed",
    paid,
  );
  return { intent: paid, charge };
}

/** The 402 of a declined card; the failed charge and its events stay. */
export function declined(charge: ChargeRecord): Error {
  const message = charge.failure_message ?? "Your card was declined.";
  return refusal({
    status: 402,
    type: "card_error",
    code: "card_declined",
    decline_code: message.includes("insufficient") ? "insufficient_funds" : "generic_decline",
    message,
    charge: charge.id,
    keepsChanges: true,
  });
}

/** The test card that is disputed right after it paid. */
export function disputeIfAsked(draft: Draft, charge: ChargeRecord): void {
  const method =
    charge.payment_method === null
      ? undefined
      : draft.find("payment_method", charge.payment_method);
  if (method?.behavior === "disputed" && charge.status === "succeeded") {
    openDispute.apply(draft, { charge: charge.id, reason: "fraudulent" });
  }
}

export function cancelIntent(
  draft: Draft,
  intent: PaymentIntentRecord,
  reason: string | null,
): PaymentIntentRecord {
  if (intent.status === "succeeded" || intent.status === "canceled") {
    throw invalid(
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`,
      "payment_intent_unexpected_state",
    );
  }
  const customer = intent.customer === null ? undefined : draft.find("customer", intent.customer);
  const canceled = draft.put<PaymentIntentRecord>({
    ...intent,
    status: "canceled",
    canceled_at: draft.timeOf(customer),
    cancellation_reason: reason,
  });
  draft.emit("payment_intent.canceled", canceled);
  return canceled;
}
