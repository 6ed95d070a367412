/**
 * `invoice.finalized` events as Stripe sends them, about 4 KB, each with its own ids. The fields
 * are those of API versions up to 2024, which is what the peer's columns are made for. All values
 * are made up.
 */
const STARTED = 1_767_225_600;

/** Event number `index` (from 0) as an object; customers repeat every 5,000 events. */
export function invoiceEvent(index, prefix = "bench") {
  const number = String(index).padStart(9, "0");
  const created = STARTED + index;
  return {
    id: `evt_${prefix}${number}`,
    object: "event",
    api_version: "2024-06-20",
    created,
    data: { object: invoice(index, prefix, number, created) },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: "invoice.finalized",
  };
}

function invoice(index, prefix, number, created) {
  const amount = 1_000 + (index % 90_000);
  const id = `in_${prefix}${number}`;
  return {
    id,
    object: "invoice",
    account_country: "DE",
    account_name: "Musterwerk GmbH",
    account_tax_ids: null,
    amount_due: amount,
    amount_paid: 0,
    amount_remaining: amount,
    application_fee_amount: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: { enabled: false, status: null },
    billing_reason: "subscription_cycle",
    charge: null,
    collection_method: "charge_automatically",
    created: created - 3_600,
    currency: "eur",
    custom_fields: null,
    ...customerOf(index, prefix),
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discount: null,
    discounts: [],
    due_date: null,
    ending_balance: 0,
    footer: null,
    ...pagesOf(id),
    last_finalization_error: null,
    lines: {
      object: "list",
      data: [line(id, "a", amount - 400, created), line(id, "b", 400, created)],
      has_more: false,
      total_count: 2,
      url: `/v1/invoices/${id}/lines`,
    },
    livemode: false,
    metadata: { order: `SO-${number}` },
    next_payment_attempt: null,
    number: `BENCH-${number}`,
    on_behalf_of: null,
    paid: false,
    payment_intent: `pi_${prefix}${number}`,
    payment_settings: { payment_method_options: null, payment_method_types: null },
    period_end: created,
    period_start: created - 2_678_400,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: "open",
    status_transitions: transitions(created),
    subscription: `sub_${prefix}${index % 5_000}`,
    subtotal: amount,
    tax: null,
    total: amount,
    total_discount_amounts: [],
    total_tax_amounts: [],
    transfer_data: null,
    webhooks_delivered_at: created - 3_590,
  };
}

function pagesOf(id) {
  const page = `https://invoice.stripe.example/i/acct_bench/${id}`;
  return { hosted_invoice_url: page, invoice_pdf: `${page}/pdf` };
}

function customerOf(index, prefix) {
  const customer = `cus_${prefix}${index % 5_000}`;
  const line1 = "Lindenstraße 12";
  return {
    customer,
    customer_address: { city: "Köln", country: "DE", line1, line2: null, postal_code: "50674" },
    customer_email: `${customer}@example.com`,
    customer_name: "Beispiel AG",
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: "none",
    customer_tax_ids: [{ type: "eu_vat", value: "DE123456789" }],
  };
}

function transitions(created) {
  return {
    finalized_at: created,
    marked_uncollectible_at: null,
    paid_at: null,
    voided_at: null,
  };
}

function line(invoiceId, letter, amount, created) {
  const price = `price_${letter}`;
  return {
    id: `il_${invoiceId}${letter}`,
    object: "line_item",
    amount,
    currency: "eur",
    description: `1 × Seat (${letter})`,
    discount_amounts: [],
    discountable: true,
    discounts: [],
    livemode: false,
    metadata: {},
    period: { end: created, start: created - 2_678_400 },
    price: {
      id: price,
      object: "price",
      active: true,
      billing_scheme: "per_unit",
      created: STARTED,
      currency: "eur",
      livemode: false,
      lookup_key: null,
      metadata: {},
      nickname: null,
      product: `prod_${letter}`,
      recurring: { interval: "month", interval_count: 1, usage_type: "licensed" },
      tax_behavior: "exclusive",
      type: "recurring",
      unit_amount: amount,
      unit_amount_decimal: String(amount),
    },
    proration: false,
    quantity: 1,
    subscription: `sub_${invoiceId}`,
    subscription_item: `si_${invoiceId}${letter}`,
    tax_amounts: [],
    tax_rates: [],
    type: "subscription",
  };
}
