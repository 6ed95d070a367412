/** Charges, payment intents, refunds, disputes, payouts and balance transactions. */
import type {
  BalanceTransactionRecord,
  ChargeRecord,
  DisputeRecord,
  PaymentIntentRecord,
  PayoutRecord,
  RefundRecord,
} from "../payment-records.ts";
import type { Shape } from "../versions.ts";
import { cardOf, noBillingDetails } from "./customer.ts";
import type { Json } from "./parts.ts";
import { listOf } from "./parts.ts";

export function renderCharge(charge: ChargeRecord, shape: Shape): Json {
  const paid = charge.status === "succeeded";
  const refunds = charge.refunds.map((refund) => renderRefund(refund, shape));
  return {
    id: charge.id,
    object: "charge",
    amount: charge.amount,
    amount_captured: paid ? charge.amount : 0,
    amount_refunded: charge.amount_refunded,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: charge.balance_transaction,
    billing_details: noBillingDetails(),
    calculated_statement_descriptor: "SANDBOX",
    captured: paid,
    created: charge.created,
    currency: charge.currency,
    customer: charge.customer,
    description: charge.description,
    disputed: charge.dispute !== null,
    failure_balance_transaction: null,
    failure_code: charge.failure_code,
    failure_message: charge.failure_message,
    fraud_details: {},
    livemode: false,
    metadata: charge.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(charge),
    paid,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    payment_method_details: { card: cardOf(charge.last4), type: "card" },
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: charge.amount_refunded === charge.amount,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: charge.status,
    transfer_data: null,
    transfer_group: null,
    ...(shape.basil ? {} : { destination: null, dispute: charge.dispute, invoice: charge.invoice }),
    ...(shape.nested
      ? { order: null, refunds: listOf(refunds, `/v1/charges/${charge.id}/refunds`, shape) }
      : {}),
  };
}

function outcomeOf(charge: ChargeRecord): Json {
  const failed = charge.status === "failed";
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: failed ? "05" : null,
    network_status: failed ? "declined_by_network" : "approved_by_network",
    reason: failed ? "generic_decline" : null,
    risk_level: "normal",
    seller_message: failed
      ? "The bank did not return any further details with this decline."
      : "Payment complete.",
    type: failed ? "issuer_declined" : "authorized",
  };
}

export function renderPaymentIntent(intent: PaymentIntentRecord, shape: Shape): Json {
  const charges = intent.charges.map((charge) => renderCharge(charge, shape));
  const url = `/v1/charges?payment_intent=${intent.id}`;
  return {
    id: intent.id,
    object: "payment_intent",
    amount: intent.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: intent.amount_received,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: intent.canceled_at,
    cancellation_reason: intent.cancellation_reason,
    capture_method: "automatic",
    client_secret: `${intent.id}_secret_sandbox`,
    confirmation_method: "automatic",
    created: intent.created,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    last_payment_error: lastError(intent),
    latest_charge: intent.charges.at(-1)?.id ?? null,
    livemode: false,
    metadata: intent.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: intent.payment_method,
    payment_method_options: {},
    payment_method_types: ["card"],
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: intent.status,
    transfer_data: null,
    transfer_group: null,
    ...(shape.basil
      ? {
          allowed_payment_method_types: null,
          customer_account: null,
          excluded_payment_method_types: null,
          managed_payments: null,
          payment_method_configuration_details: null,
          payment_record: null,
        }
      : { invoice: intent.invoice }),
    ...(shape.nested ? { charges: listOf(charges, url, shape) } : {}),
  };
}

function lastError(intent: PaymentIntentRecord): Json | null {
  if (intent.last_error === null) return null;
  return {
    charge: intent.charges.at(-1)?.id,
    code: "card_declined",
    decline_code: intent.last_error.code,
    message: intent.last_error.message,
    type: "card_error",
  };
}

export function renderRefund(refund: RefundRecord, shape: Shape): Json {
  return {
    id: refund.id,
    object: "refund",
    amount: refund.amount,
    balance_transaction: refund.balance_transaction,
    charge: refund.charge,
    created: refund.created,
    currency: refund.currency,
    ...(shape.basil
      ? {
          customer: null,
          customer_account: null,
          destination_details: { card: { type: "refund" }, type: "card" },
          payment_method: null,
        }
      : {}),
    ...(refund.failure_balance_transaction === null
      ? {}
      : {
          failure_balance_transaction: refund.failure_balance_transaction,
          failure_reason: "unknown",
        }),
    metadata: refund.metadata,
    payment_intent: refund.payment_intent,
    reason: refund.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: refund.status,
    transfer_reversal: null,
  };
}

const EVIDENCE = [
  "access_activity_log",
  "billing_address",
  "cancellation_policy",
  "customer_communication",
  "customer_email_address",
  "customer_name",
  "duplicate_charge_explanation",
  "product_description",
  "receipt",
  "refund_policy",
  "service_date",
  "service_documentation",
  "uncategorized_text",
];

export function renderDispute(dispute: DisputeRecord, shape: Shape): Json {
  return {
    id: dispute.id,
    object: "dispute",
    amount: dispute.amount,
    // Snapshots: as available as they were when the dispute was written, which is at once.
    balance_transactions: dispute.balance_transactions.map((txn) =>
      renderBalanceTransaction(txn, shape, txn.available_on),
    ),
    charge: dispute.charge,
    created: dispute.created,
    currency: dispute.currency,
    ...(shape.basil ? { enhanced_eligibility_types: [], intended_submission_method: null } : {}),
    evidence: Object.fromEntries(EVIDENCE.map((field) => [field, null])),
    evidence_details: {
      due_by: dispute.due_by,
      ...(shape.basil ? { enhanced_eligibility: {} } : {}),
      has_evidence: dispute.has_evidence,
      past_due: false,
      submission_count: dispute.has_evidence ? 1 : 0,
    },
    is_charge_refundable: false,
    livemode: false,
    metadata: dispute.metadata,
    payment_intent: dispute.payment_intent,
    reason: dispute.reason,
    status: dispute.status,
  };
}

export function renderPayout(payout: PayoutRecord, shape: Shape): Json {
  const explained = payout.automatic && payout.status === "paid";
  return {
    id: payout.id,
    object: "payout",
    amount: payout.amount,
    ...(shape.basil ? { application_fee: null, application_fee_amount: null } : {}),
    arrival_date: payout.arrival_date,
    automatic: payout.automatic,
    balance_transaction: payout.balance_transaction,
    created: payout.created,
    currency: payout.currency,
    description: payout.description,
    destination: "ba_sandbox",
    failure_balance_transaction: payout.failure_balance_transaction,
    failure_code: payout.failure_code,
    failure_message: payout.failure_code === null ? null : "The bank refused the payout.",
    livemode: false,
    metadata: payout.metadata,
    method: "standard",
    original_payout: null,
    ...(shape.basil ? { payout_method: null, trace_id: null } : {}),
    reconciliation_status: reconciliationOf(payout, explained),
    reversed_by: null,
    source_type: "card",
    statement_descriptor: payout.statement_descriptor,
    status: payout.status,
    type: "bank_account",
  };
}

function reconciliationOf(payout: PayoutRecord, explained: boolean): string {
  if (!payout.automatic) return "not_applicable";
  return explained ? "completed" : "in_progress";
}

/** `now` decides whether it is available yet, epoch seconds. */
export function renderBalanceTransaction(
  txn: BalanceTransactionRecord,
  shape: Shape,
  now: number,
): Json {
  const fee = {
    amount: txn.fee,
    application: null,
    currency: txn.currency,
    description: txn.type === "adjustment" ? "Dispute fee" : "Stripe processing fees",
    type: "stripe_fee",
  };
  return {
    id: txn.id,
    object: "balance_transaction",
    amount: txn.amount,
    available_on: txn.available_on,
    ...(shape.basil ? { balance_type: "payments" } : {}),
    created: txn.created,
    currency: txn.currency,
    description: txn.description,
    exchange_rate: txn.exchange_rate === null ? null : Number(txn.exchange_rate),
    fee: txn.fee,
    fee_details: txn.fee === 0 ? [] : [fee],
    net: txn.net,
    reporting_category: txn.reporting_category,
    source: txn.source,
    status: txn.available_on <= now ? "available" : "pending",
    type: txn.type,
  };
}
