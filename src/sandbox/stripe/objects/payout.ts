/**
 * Payouts to the bank. An automatic one carries every available balance transaction and can be
 * explained by them; a manual one carries an amount and nothing else.
 */
import { z } from "zod";
import { payableAmount } from "../amounts.ts";
import type { Draft } from "../draft.ts";
import { invalid } from "../errors.ts";
import { operation } from "../operation.ts";
import { currency, expand, flag, mergeMetadata, metadata, positiveInt, text } from "../params.ts";
import type { PayoutRecord } from "../payment-records.ts";
import { recordMovement } from "./balance.ts";

export const createPayout = operation(
  "payout.create",
  "POST /v1/payouts",
  z.strictObject({
    amount: positiveInt,
    currency,
    description: text.optional(),
    statement_descriptor: text.optional(),
    metadata: metadata.optional(),
    expand,
  }),
  (draft, params): PayoutRecord => {
    if (payableAmount(params.amount, params.currency) !== params.amount) {
      throw invalid(
        `Payouts in ${params.currency} must be divisible by 100.`,
        "invalid_charge_amount",
        "amount",
      );
    }
    if (params.amount > availableBalance(draft, params.currency)) {
      throw invalid("You have insufficient funds in your Stripe account.", "balance_insufficient");
    }
    return newPayout(draft, {
      amount: params.amount,
      currency: params.currency,
      automatic: false,
      description: params.description ?? null,
      statement_descriptor: params.statement_descriptor ?? null,
      metadata: mergeMetadata({}, params.metadata),
    });
  },
);

/** Not a Stripe call: the daily schedule. Pays out all that is available in the currency. */
export const runAutomaticPayout = operation(
  "payout.automatic",
  "POST /__sandbox/payouts",
  z.strictObject({ currency, settle: flag.optional() }),
  (draft, params): PayoutRecord => {
    const carried = draft
      .all("balance_transaction")
      .filter(
        (txn) =>
          txn.currency === params.currency &&
          txn.payout === null &&
          txn.available_on <= draft.now &&
          !txn.type.startsWith("payout"),
      );
    const amount = payableAmount(
      carried.reduce((sum, txn) => sum + txn.net, 0),
      params.currency,
    );
    if (amount <= 0)
      throw invalid(`Nothing to pay out in ${params.currency}.`, "balance_insufficient");
    const payout = newPayout(draft, {
      amount,
      currency: params.currency,
      automatic: true,
      description: "STRIPE PAYOUT",
      statement_descriptor: null,
      metadata: {},
    });
    for (const txn of carried) draft.put({ ...txn, payout: payout.id });
    return params.settle === true
      ? settlePayout.apply(draft, { payout: payout.id, outcome: "paid" })
      : payout;
  },
);

/** Not a Stripe call: the bank's answer. */
export const settlePayout = operation(
  "payout.settle",
  "POST /__sandbox/payouts/:payout/settle",
  z.strictObject({
    payout: text,
    outcome: z.enum(["paid", "failed"]),
    failure_code: text.optional(),
  }),
  (draft, params): PayoutRecord => {
    const old = draft.get("payout", params.payout);
    // A payout shown as paid can still fail within some days; Stripe then sends payout.failed.
    const open = old.status === "pending" || old.status === "in_transit";
    if (!open && !(old.status === "paid" && params.outcome === "failed")) {
      throw invalid(`Payout ${old.id} is ${old.status}.`);
    }
    if (params.outcome === "paid") {
      const paid = draft.put<PayoutRecord>({ ...old, status: "paid" });
      draft.emit("payout.paid", paid);
      if (old.automatic) draft.emit("payout.reconciliation_completed", paid);
      return paid;
    }
    const back = recordMovement(draft, {
      amount: old.amount,
      currency: old.currency,
      fee: 0,
      type: "payout_failure",
      reporting_category: "payout_reversal",
      source: old.id,
      description: "PAYOUT FAILURE",
      at: draft.now,
      after: 0,
    });
    const failed = draft.put<PayoutRecord>({
      ...old,
      status: "failed",
      failure_code: params.failure_code ?? "account_closed",
      failure_balance_transaction: back.id,
    });
    draft.emit("payout.failed", failed);
    return failed;
  },
);

/** What could be paid out now: everything available, less what was. */
export function availableBalance(draft: Pick<Draft, "all" | "now">, code: string): number {
  return draft
    .all("balance_transaction")
    .filter((txn) => txn.currency === code && txn.available_on <= draft.now)
    .reduce((sum, txn) => sum + txn.net, 0);
}

function newPayout(
  draft: Draft,
  fields: Pick<
    PayoutRecord,
    "amount" | "currency" | "automatic" | "description" | "statement_descriptor" | "metadata"
  >,
): PayoutRecord {
  const id = draft.id("po");
  const out = recordMovement(draft, {
    amount: -fields.amount,
    currency: fields.currency,
    fee: 0,
    type: "payout",
    reporting_category: "payout",
    source: id,
    description: fields.description,
    at: draft.now,
    after: 0,
  });
  if (fields.automatic) draft.put({ ...out, payout: id });
  const payout = draft.put<PayoutRecord>({
    object: "payout",
    id,
    created: draft.now,
    arrival_date: draft.now - (draft.now % 86_400) + 2 * 86_400,
    balance_transaction: out.id,
    failure_balance_transaction: null,
    failure_code: null,
    status: "in_transit",
    ...fields,
  });
  draft.emit("payout.created", payout);
  return payout;
}
