/**
 * Records of money that moves: how it is paid, given back, contested and paid out.
 *
 * balance transaction  one change of the Stripe balance, in the settlement currency: the cash truth
 */
import type { Base, Metadata } from "./base-record.ts";

export interface PaymentMethodRecord extends Base<"payment_method"> {
  readonly customer: string | null;
  /** What happens when it is charged. */
  readonly behavior: "pays" | "declines" | "insufficient_funds" | "disputed";
  readonly last4: string;
  readonly metadata: Metadata;
}

export interface RefundRecord extends Base<"refund"> {
  readonly amount: number;
  readonly currency: string;
  readonly charge: string;
  readonly payment_intent: string | null;
  readonly balance_transaction: string | null;
  readonly failure_balance_transaction: string | null;
  readonly reason: string | null;
  readonly status: "succeeded" | "failed" | "pending" | "canceled";
  readonly metadata: Metadata;
}

export interface ChargeRecord extends Base<"charge"> {
  readonly amount: number;
  readonly amount_refunded: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly invoice: string | null;
  readonly payment_intent: string | null;
  readonly payment_method: string | null;
  readonly last4: string;
  readonly balance_transaction: string | null;
  readonly description: string | null;
  readonly status: "succeeded" | "failed";
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly dispute: string | null;
  readonly refunds: readonly RefundRecord[];
  readonly metadata: Metadata;
}

export interface PaymentIntentRecord extends Base<"payment_intent"> {
  readonly amount: number;
  readonly amount_received: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly invoice: string | null;
  readonly payment_method: string | null;
  readonly status: "requires_payment_method" | "requires_confirmation" | "succeeded" | "canceled";
  readonly canceled_at: number | null;
  readonly cancellation_reason: string | null;
  readonly description: string | null;
  readonly charges: readonly ChargeRecord[];
  readonly last_error: { readonly code: string; readonly message: string } | null;
  readonly metadata: Metadata;
}

export interface BalanceTransactionRecord extends Base<"balance_transaction"> {
  /** In the settlement currency. */
  readonly amount: number;
  readonly currency: string;
  readonly fee: number;
  readonly net: number;
  readonly exchange_rate: string | null;
  readonly type: string;
  readonly reporting_category: string;
  readonly source: string;
  readonly description: string | null;
  readonly available_on: number;
  /** The automatic payout that carried it, which `list({payout})` finds. */
  readonly payout: string | null;
}

export interface DisputeRecord extends Base<"dispute"> {
  readonly amount: number;
  readonly currency: string;
  readonly charge: string;
  readonly payment_intent: string | null;
  readonly reason: string;
  readonly status: "needs_response" | "under_review" | "won" | "lost";
  readonly balance_transactions: readonly BalanceTransactionRecord[];
  readonly due_by: number;
  readonly has_evidence: boolean;
  readonly metadata: Metadata;
}

export interface PayoutRecord extends Base<"payout"> {
  readonly amount: number;
  readonly currency: string;
  readonly arrival_date: number;
  readonly automatic: boolean;
  readonly balance_transaction: string | null;
  readonly failure_balance_transaction: string | null;
  readonly failure_code: string | null;
  readonly description: string | null;
  readonly statement_descriptor: string | null;
  readonly status: "pending" | "in_transit" | "paid" | "failed" | "canceled";
  readonly metadata: Metadata;
}
