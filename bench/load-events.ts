/**
 * `invoice.finalized` events as Stripe sends them in API versions since 2025 ("basil" and later),
 * about 4 KB: a monthly invoice of four lines (plan, add-on, and a proration of each) for one of
 * 5,000 customers. All values are made up; each event has its own ids and its own number.
 */
export const CUSTOMERS = 5_000;
export const PRODUCTS = ["prod_plan", "prod_addon"] as const;
export const SOURCE = "stripe";
export const ACCOUNT_SECRET = "whsec_bench";
/** What fills the place of an index: nine digits. */
export const INDEX_DIGITS = 9;

export function indexText(index: number): string {
  return String(index).padStart(INDEX_DIGITS, "0");
}

export function customerId(index: number): string {
  return `cus_bench${String(index % CUSTOMERS).padStart(4, "0")}`;
}

/** Event number `index` of a run; `createdSeconds` is when Stripe made it, epoch seconds. */
export function invoiceEvent(index: number, prefix: string, createdSeconds: number): object {
  return {
    id: `evt_${prefix}${indexText(index)}`,
    object: "event",
    api_version: "2026-10-28.endive",
    created: createdSeconds,
    data: { object: invoice(index, prefix, createdSeconds) },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: "invoice.finalized",
  };
}

function invoice(index: number, prefix: string, created: number): object {
  const no = indexText(index);
  const id = `in_${prefix}${no}`;
  const subscription = `sub_bench${String(index % CUSTOMERS).padStart(4, "0")}`;
  const plan = 10_000 + (index % 900) * 100;
  const line = { invoice: id, subscription, created };
  const lines = [
    lineOf({ ...line, letter: "a", product: 0, amount: plan, proration: false }),
    lineOf({ ...line, letter: "b", product: 1, amount: 2_000, proration: false }),
    lineOf({ ...line, letter: "c", product: 0, amount: -1_000, proration: true }),
    lineOf({ ...line, letter: "d", product: 1, amount: 500, proration: true }),
  ];
  const subtotal = plan + 1_500;
  const total = subtotal;
  return {
    id,
    object: "invoice",
    account_country: "DE",
    account_name: "Musterwerk GmbH",
    ...sumsOf(subtotal, total),
    ...partyOf(index),
    attempt_count: 0,
    attempted: false,
    billing_reason: "subscription_cycle",
    collection_method: "send_invoice",
    created: created - 3_600,
    currency: "eur",
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: created + 1_209_600,
    effective_at: null,
    lines: {
      object: "list",
      data: lines,
      has_more: false,
      total_count: lines.length,
      url: `/v1/invoices/${id}/lines`,
    },
    livemode: false,
    metadata: { order: `SO-${no}` },
    number: `${prefix.toUpperCase()}-${no}`,
    parent: {
      type: "subscription_details",
      quote_details: null,
      subscription_details: { metadata: {}, subscription },
    },
    period_end: created,
    period_start: created - 2_678_400,
    shipping_cost: null,
    status: "open",
    status_transitions: {
      finalized_at: created,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
  };
}

function sumsOf(subtotal: number, total: number): object {
  return {
    amount_due: total,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: total,
    ending_balance: 0,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    starting_balance: 0,
    subtotal,
    total,
    total_discount_amounts: [],
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
  };
}

function partyOf(index: number): object {
  const customer = customerId(index);
  return {
    customer,
    customer_address: {
      city: "Köln",
      country: "DE",
      line1: "Lindenstraße 12",
      line2: null,
      postal_code: "50674",
      state: null,
    },
    customer_email: `${customer}@example.com`,
    customer_name: "Beispiel AG",
    customer_tax_exempt: "none",
    customer_tax_ids: [{ type: "eu_vat", value: "DE123456789" }],
  };
}

interface LineInput {
  readonly invoice: string;
  readonly subscription: string;
  readonly created: number;
  readonly letter: string;
  readonly product: 0 | 1;
  readonly amount: number;
  readonly proration: boolean;
}

function lineOf(input: LineInput): object {
  const { invoice: id, subscription, created, letter, product, amount, proration } = input;
  return {
    id: `il_${letter}_${id}`,
    object: "line_item",
    amount,
    currency: "eur",
    description: proration ? `Remaining time (${letter})` : `1 × Seat (${letter})`,
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice: id,
    livemode: false,
    metadata: {},
    parent: {
      type: "subscription_item_details",
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration,
        proration_details: null,
        subscription,
        subscription_item: `si_${letter}`,
      },
    },
    period: { start: created - 2_678_400, end: created },
    pretax_credit_amounts: [],
    pricing: {
      type: "price_details",
      price_details: { price: `price_${letter}`, product: PRODUCTS[product] },
      unit_amount_decimal: String(amount),
    },
    quantity: 1,
    quantity_decimal: "1",
    subtotal: amount,
    taxes: [],
  };
}
