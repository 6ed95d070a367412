/** Disputes: opened by a test card or the control plane, closed by the control plane. */
import { z } from "zod";
import { invalid } from "../errors.ts";
import { operation } from "../operation.ts";
import { expand, flag, mergeMetadata, metadata, text } from "../params.ts";
import type { ChargeRecord, DisputeRecord } from "../payment-records.ts";
import { recordMovement } from "./balance.ts";
import { replaceCharge } from "./replace-charge.ts";

/** Stripe's dispute fee in minor units of the settlement currency; unconfirmed for all but USD. */
const DISPUTE_FEE = 1500;

/** Not a Stripe call: the bank does this. Reached by the control plane. */
export const openDispute = operation(
  "dispute.open",
  "POST /__sandbox/disputes",
  z.strictObject({ charge: text, reason: text.optional() }),
  (draft, params): DisputeRecord => {
    const charge = draft.get("charge", params.charge, "charge");
    if (charge.status !== "succeeded" || charge.dispute !== null) {
      throw invalid(`Charge ${charge.id} cannot be disputed.`);
    }
    const at = timeOfCharge(draft, charge);
    const id = draft.id("du");
    const amount = charge.amount - charge.amount_refunded;
    const withdrawn = recordMovement(draft, {
      amount: -amount,
      currency: charge.currency,
      fee: DISPUTE_FEE,
      type: "adjustment",
      reporting_category: "dispute",
      source: id,
      description: `Chargeback withdrawal for ${charge.id}`,
      at,
      after: 0,
    });
    const dispute = draft.put<DisputeRecord>({
      object: "dispute",
      id,
      created: at,
      amount,
      currency: charge.currency,
      charge: charge.id,
      payment_intent: charge.payment_intent,
      reason: params.reason ?? "general",
      status: "needs_response",
      balance_transactions: [withdrawn],
      due_by: at + 9 * 86_400,
      has_evidence: false,
      metadata: {},
    });
    replaceCharge(draft, { ...charge, dispute: id });
    draft.emit("charge.dispute.created", dispute, { at });
    draft.emit("charge.dispute.funds_withdrawn", dispute, { at });
    return dispute;
  },
);

export const updateDispute = operation(
  "dispute.update",
  "POST /v1/disputes/:dispute",
  z.strictObject({
    dispute: text,
    evidence: z.record(z.string(), text).optional(),
    submit: flag.optional(),
    metadata: metadata.optional(),
    expand,
  }),
  (draft, params): DisputeRecord => {
    const old = draft.get("dispute", params.dispute);
    const submits = params.evidence !== undefined && params.submit !== false;
    const dispute = draft.put<DisputeRecord>({
      ...old,
      status: submits && old.status === "needs_response" ? "under_review" : old.status,
      has_evidence: old.has_evidence || params.evidence !== undefined,
      metadata: mergeMetadata(old.metadata, params.metadata),
    });
    draft.emit("charge.dispute.updated", dispute, { diff: true });
    return dispute;
  },
);

/** Accepting it: the dispute is lost. */
export const closeDispute = operation(
  "dispute.close",
  "POST /v1/disputes/:dispute/close",
  z.strictObject({ dispute: text, expand }),
  (draft, params): DisputeRecord => decideDispute.apply(draft, { ...params, outcome: "lost" }),
);

/** Not a Stripe call: the bank decides. Reached by the control plane. */
export const decideDispute = operation(
  "dispute.decide",
  "POST /__sandbox/disputes/:dispute/decide",
  z.strictObject({ dispute: text, outcome: z.enum(["won", "lost"]), expand }),
  (draft, params): DisputeRecord => {
    const old = draft.get("dispute", params.dispute);
    if (old.status === "won" || old.status === "lost") {
      throw invalid("This dispute is already closed.");
    }
    const charge = draft.get("charge", old.charge);
    const at = timeOfCharge(draft, charge);
    const reinstated =
      params.outcome === "lost"
        ? []
        : [
            recordMovement(draft, {
              amount: old.amount,
              currency: old.currency,
              fee: 0,
              type: "adjustment",
              reporting_category: "dispute_reversal",
              source: old.id,
              description: `Chargeback reversal for ${old.charge}`,
              at,
              after: 0,
            }),
          ];
    const dispute = draft.put<DisputeRecord>({
      ...old,
      status: params.outcome,
      balance_transactions: [...old.balance_transactions, ...reinstated],
    });
    if (params.outcome === "won") draft.emit("charge.dispute.funds_reinstated", dispute, { at });
    draft.emit("charge.dispute.closed", dispute, { at });
    return dispute;
  },
);

type TimedDraft = Parameters<typeof openDispute.apply>[0];

function timeOfCharge(draft: TimedDraft, charge: ChargeRecord): number {
  return draft.timeOf(
    charge.customer === null ? undefined : draft.find("customer", charge.customer),
  );
}
