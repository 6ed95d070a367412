/**
 * What the sandbox remembers. A record is the superset of every API version's shape and holds
 * everything its rendering needs, so that an event's snapshot renders the same for ever; the
 * versions are made from it in `objects/*`. Records are never changed, only replaced.
 *
 * amount   integer in the currency's minor unit as Stripe counts it (see amounts.ts)
 * created  epoch seconds: of the world's clock, or of the customer's test clock
 */
import type { Base, Metadata } from "./base-record.ts";
import type {
  BalanceTransactionRecord,
  ChargeRecord,
  DisputeRecord,
  PaymentIntentRecord,
  PaymentMethodRecord,
  PayoutRecord,
  RefundRecord,
} from "./payment-records.ts";

export interface Address {
  readonly city: string | null;
  readonly country: string | null;
  readonly line1: string | null;
  readonly line2: string | null;
  readonly postal_code: string | null;
  readonly state: string | null;
}

export interface CustomerRecord extends Base<"customer"> {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly description: string | null;
  readonly address: Address | null;
  readonly currency: string | null;
  /** Negative: we owe the customer; it lowers the next invoice. */
  readonly balance: number;
  readonly delinquent: boolean;
  readonly invoice_prefix: string;
  readonly next_invoice_sequence: number;
  readonly tax_exempt: string;
  readonly default_payment_method: string | null;
  readonly test_clock: string | null;
  readonly metadata: Metadata;
  readonly deleted: boolean;
}

export interface BalanceEntryRecord extends Base<"customer_balance_transaction"> {
  readonly customer: string;
  readonly amount: number;
  readonly currency: string;
  readonly ending_balance: number;
  readonly type: "adjustment" | "applied_to_invoice" | "credit_note" | "unapplied_from_invoice";
  readonly description: string | null;
  readonly invoice: string | null;
  readonly credit_note: string | null;
}

export interface ProductRecord extends Base<"product"> {
  readonly name: string;
  readonly active: boolean;
  readonly description: string | null;
  readonly tax_code: string | null;
  readonly unit_label: string | null;
  readonly default_price: string | null;
  readonly updated: number;
  readonly metadata: Metadata;
}

export interface Recurring {
  readonly interval: "day" | "week" | "month" | "year";
  readonly interval_count: number;
}

export interface PriceRecord extends Base<"price"> {
  readonly product: string;
  readonly active: boolean;
  readonly currency: string;
  readonly unit_amount: number | null;
  readonly unit_amount_decimal: string;
  readonly recurring: Recurring | null;
  readonly nickname: string | null;
  readonly lookup_key: string | null;
  readonly tax_behavior: string;
  readonly metadata: Metadata;
}

export interface TaxRateRecord extends Base<"tax_rate"> {
  readonly display_name: string;
  /** Exact decimal text, at most four places. */
  readonly percentage: string;
  readonly inclusive: boolean;
  readonly active: boolean;
  readonly country: string | null;
  readonly state: string | null;
  readonly jurisdiction: string | null;
  readonly description: string | null;
  readonly tax_type: string | null;
  readonly metadata: Metadata;
}

export interface CouponRecord extends Base<"coupon"> {
  readonly name: string | null;
  readonly percent_off: string | null;
  readonly amount_off: number | null;
  readonly currency: string | null;
  readonly duration: "once" | "forever";
  readonly metadata: Metadata;
}

export interface DiscountPart {
  readonly id: string;
  readonly coupon: CouponRecord;
  readonly start: number;
}

export interface TaxPart {
  readonly amount: number;
  readonly taxable_amount: number;
  readonly rate: TaxRateRecord;
}

export interface Period {
  readonly start: number;
  readonly end: number;
}

/** One line of an invoice, and an invoice item before it has become one. */
export interface LineRecord {
  readonly id: string;
  /** Before tax that is exclusive, before discounts. */
  readonly amount: number;
  readonly currency: string;
  readonly description: string | null;
  readonly quantity: number;
  readonly unit_amount_decimal: string;
  readonly period: Period;
  readonly price: PriceRecord | null;
  readonly proration: boolean;
  readonly credited: { readonly invoice: string; readonly lines: readonly string[] } | null;
  readonly invoice_item: string | null;
  readonly subscription: string | null;
  readonly subscription_item: string | null;
  readonly discounts: readonly { readonly amount: number; readonly discount: string }[];
  readonly taxes: readonly TaxPart[];
  readonly tax_rates: readonly TaxRateRecord[];
  readonly metadata: Metadata;
}

export interface InvoiceItemRecord extends Base<"invoiceitem"> {
  readonly customer: string;
  /** Null while it waits for the customer's next invoice. */
  readonly invoice: string | null;
  readonly line: LineRecord;
  readonly test_clock: string | null;
}

export type InvoiceStatus = "draft" | "open" | "paid" | "void" | "uncollectible";

export interface InvoiceRecord extends Base<"invoice"> {
  readonly customer: string;
  readonly customer_name: string | null;
  readonly customer_email: string | null;
  readonly customer_address: Address | null;
  readonly status: InvoiceStatus;
  readonly number: string | null;
  readonly currency: string;
  readonly lines: readonly LineRecord[];
  readonly discounts: readonly DiscountPart[];
  readonly subtotal: number;
  readonly total: number;
  readonly starting_balance: number;
  readonly ending_balance: number | null;
  readonly amount_due: number;
  readonly amount_paid: number;
  readonly amount_remaining: number;
  readonly pre_payment_credit_notes_amount: number;
  readonly post_payment_credit_notes_amount: number;
  readonly collection_method: "charge_automatically" | "send_invoice";
  readonly auto_advance: boolean;
  readonly automatically_finalizes_at: number | null;
  readonly billing_reason: string;
  readonly description: string | null;
  readonly footer: string | null;
  readonly due_date: number | null;
  readonly effective_at: number | null;
  readonly period: Period;
  readonly subscription: string | null;
  readonly subscription_metadata: Metadata | null;
  readonly payment_intent: string | null;
  readonly charge: string | null;
  readonly paid_out_of_band: boolean;
  readonly attempt_count: number;
  readonly finalized_at: number | null;
  readonly paid_at: number | null;
  readonly voided_at: number | null;
  readonly marked_uncollectible_at: number | null;
  readonly default_tax_rates: readonly TaxRateRecord[];
  readonly default_payment_method: string | null;
  readonly test_clock: string | null;
  readonly metadata: Metadata;
}

export interface InvoicePaymentRecord extends Base<"invoice_payment"> {
  readonly invoice: string;
  readonly payment_intent: string;
  /** False for a payment attached by hand; the default one was opened by finalization. */
  readonly is_default: boolean;
  readonly amount_requested: number;
  readonly amount_paid: number | null;
  readonly currency: string;
  readonly status: "open" | "paid" | "canceled";
  readonly paid_at: number | null;
  readonly canceled_at: number | null;
}

export interface SubscriptionItemRecord {
  readonly id: string;
  readonly created: number;
  readonly price: PriceRecord;
  readonly quantity: number;
  readonly tax_rates: readonly TaxRateRecord[];
  readonly metadata: Metadata;
}

export interface SubscriptionRecord extends Base<"subscription"> {
  readonly customer: string;
  readonly status: "active" | "past_due" | "incomplete" | "canceled";
  readonly currency: string;
  readonly items: readonly SubscriptionItemRecord[];
  readonly collection_method: "charge_automatically" | "send_invoice";
  readonly days_until_due: number | null;
  readonly billing_cycle_anchor: number;
  readonly period: Period;
  readonly cancel_at_period_end: boolean;
  readonly cancel_at: number | null;
  readonly canceled_at: number | null;
  readonly ended_at: number | null;
  readonly latest_invoice: string | null;
  readonly default_payment_method: string | null;
  readonly default_tax_rates: readonly TaxRateRecord[];
  readonly description: string | null;
  readonly test_clock: string | null;
  readonly metadata: Metadata;
}

export interface CreditLineRecord {
  readonly id: string;
  /** Before exclusive tax. */
  readonly amount: number;
  readonly description: string | null;
  readonly quantity: number | null;
  readonly unit_amount_decimal: string | null;
  readonly invoice_line_item: string | null;
  readonly discount_amount: number;
  readonly taxes: readonly TaxPart[];
  readonly tax_rates: readonly TaxRateRecord[];
}

export interface CreditNoteRecord extends Base<"credit_note"> {
  readonly customer: string;
  readonly invoice: string;
  readonly number: string;
  readonly currency: string;
  readonly lines: readonly CreditLineRecord[];
  readonly discount_amount: number;
  readonly subtotal: number;
  readonly total: number;
  readonly pre_payment_amount: number;
  readonly post_payment_amount: number;
  readonly out_of_band_amount: number | null;
  readonly refunds: readonly { readonly refund: string; readonly amount: number }[];
  readonly customer_balance_transaction: string | null;
  readonly reason: string | null;
  readonly memo: string | null;
  readonly status: "issued" | "void";
  readonly voided_at: number | null;
  readonly effective_at: number | null;
  readonly metadata: Metadata;
}

export interface WebhookEndpointRecord extends Base<"webhook_endpoint"> {
  readonly url: string;
  /** As asked for; null means the account's version of that day. */
  readonly api_version: string | null;
  /** The version its events are rendered in. */
  readonly renders_in: string;
  readonly enabled_events: readonly string[];
  readonly description: string | null;
  readonly status: "enabled" | "disabled";
  /** Newest first; the second only while a rotation lasts. */
  readonly secrets: readonly string[];
  readonly metadata: Metadata;
}

export interface TestClockRecord extends Base<"test_helpers.test_clock"> {
  readonly name: string | null;
  readonly frozen_time: number;
  readonly status: "ready" | "advancing";
}

export type AnyRecord =
  | CustomerRecord
  | BalanceEntryRecord
  | ProductRecord
  | PriceRecord
  | TaxRateRecord
  | CouponRecord
  | InvoiceItemRecord
  | InvoiceRecord
  | InvoicePaymentRecord
  | SubscriptionRecord
  | PaymentMethodRecord
  | RefundRecord
  | ChargeRecord
  | PaymentIntentRecord
  | BalanceTransactionRecord
  | DisputeRecord
  | CreditNoteRecord
  | PayoutRecord
  | WebhookEndpointRecord
  | TestClockRecord;

export type Kind = AnyRecord["object"];
export type RecordOf<K extends Kind> = Extract<AnyRecord, { object: K }>;

/** An event before it is rendered for one API version. */
export interface EventRecord {
  readonly id: string;
  readonly object: "event";
  readonly type: string;
  readonly created: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  /** The record as it was; immutable, so it is shared with the state. */
  readonly snapshot: AnyRecord;
  /** The record before, for `previous_attributes`; null when the event has none. */
  readonly previous: AnyRecord | null;
}
