/** Invoices, their payments and credit notes in both shapes. */
import { inclusiveTax, offOf } from "../objects/invoice-lines.ts";
import type {
  CreditLineRecord,
  CreditNoteRecord,
  InvoicePaymentRecord,
  InvoiceRecord,
  LineRecord,
} from "../records.ts";
import type { Shape } from "../versions.ts";
import { renderLine } from "./invoice-line.ts";
import type { Json } from "./parts.ts";
import { listOf, newTaxes, oldDiscount, oldTaxes, renderTaxRate, sumTaxes } from "./parts.ts";

const HOSTED = "https://invoice.stripe.com/i/sandbox";

export function renderInvoice(invoice: InvoiceRecord, shape: Shape): Json {
  return {
    ...commonInvoice(invoice, shape),
    ...(shape.basil ? newPart(invoice) : oldPart(invoice)),
  };
}

/** Fields this sandbox never fills: connected accounts, shipping, custom fields, Stripe Tax. */
const FIXED: Json = {
  account_country: "US",
  account_name: "Sandbox",
  account_tax_ids: null,
  amount_shipping: 0,
  application: null,
  automatic_tax: {
    disabled_reason: null,
    enabled: false,
    liability: null,
    provider: null,
    status: null,
  },
  custom_fields: null,
  customer_phone: null,
  customer_shipping: null,
  customer_tax_exempt: "none",
  customer_tax_ids: [],
  default_source: null,
  from_invoice: null,
  issuer: { type: "self" },
  last_finalization_error: null,
  latest_revision: null,
  livemode: false,
  next_payment_attempt: null,
  on_behalf_of: null,
  payment_settings: {
    default_mandate: null,
    payment_method_options: null,
    payment_method_types: null,
  },
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  statement_descriptor: null,
  total_pretax_credit_amounts: [],
};

function commonInvoice(invoice: InvoiceRecord, shape: Shape): Json {
  const url = `/v1/invoices/${invoice.id}/lines`;
  const lines = invoice.lines.map((line) => renderLine(line, invoice.id, shape));
  return {
    id: invoice.id,
    object: "invoice",
    ...FIXED,
    amount_due: invoice.amount_due,
    amount_paid: invoice.amount_paid,
    amount_remaining: invoice.amount_remaining,
    attempt_count: invoice.attempt_count,
    attempted: invoice.attempt_count > 0 || invoice.status === "paid",
    auto_advance: invoice.auto_advance && invoice.status === "draft",
    automatically_finalizes_at: invoice.automatically_finalizes_at,
    billing_reason: invoice.billing_reason,
    collection_method: invoice.collection_method,
    created: invoice.created,
    currency: invoice.currency,
    customer: invoice.customer,
    customer_address: invoice.customer_address,
    customer_email: invoice.customer_email,
    customer_name: invoice.customer_name,
    default_payment_method: invoice.default_payment_method,
    default_tax_rates: invoice.default_tax_rates.map(renderTaxRate),
    description: invoice.description,
    discounts: invoice.discounts.map((one) => one.id),
    due_date: invoice.due_date,
    effective_at: invoice.effective_at,
    ending_balance: invoice.ending_balance,
    footer: invoice.footer,
    hosted_invoice_url: invoice.number === null ? null : `${HOSTED}/${invoice.id}`,
    invoice_pdf: invoice.number === null ? null : `${HOSTED}/${invoice.id}/pdf`,
    lines: listOf(lines, url, shape),
    metadata: invoice.metadata,
    number: invoice.number,
    period_end: invoice.period.end,
    period_start: invoice.period.start,
    post_payment_credit_notes_amount: invoice.post_payment_credit_notes_amount,
    pre_payment_credit_notes_amount: invoice.pre_payment_credit_notes_amount,
    starting_balance: invoice.starting_balance,
    status: invoice.status,
    status_transitions: {
      finalized_at: invoice.finalized_at,
      marked_uncollectible_at: invoice.marked_uncollectible_at,
      paid_at: invoice.paid_at,
      voided_at: invoice.voided_at,
    },
    subtotal: invoice.subtotal,
    subtotal_excluding_tax: invoice.subtotal - sum(invoice.lines, inclusiveTax),
    test_clock: invoice.test_clock,
    total: invoice.total,
    total_discount_amounts: discountTotals(invoice),
    total_excluding_tax: invoice.total - sum(taxesOf(invoice), (tax) => tax.amount),
    webhooks_delivered_at: invoice.created,
  };
}

function newPart(invoice: InvoiceRecord): Json {
  const { subscription } = invoice;
  return {
    amount_overpaid: 0,
    customer_account: null,
    parent:
      subscription === null
        ? null
        : {
            quote_details: null,
            subscription_details: { metadata: invoice.subscription_metadata, subscription },
            type: "subscription_details",
          },
    total_taxes: newTaxes(taxesOf(invoice)),
  };
}

function oldPart(invoice: InvoiceRecord): Json {
  const taxes = taxesOf(invoice);
  const [discount] = invoice.discounts;
  const owner = { customer: invoice.customer, invoice: invoice.id, subscription: null };
  return {
    application_fee_amount: null,
    charge: invoice.charge,
    discount: discount === undefined ? null : oldDiscount(discount, owner),
    paid: invoice.status === "paid",
    paid_out_of_band: invoice.paid_out_of_band,
    payment_intent: invoice.payment_intent,
    quote: null,
    subscription: invoice.subscription,
    tax: taxes.length === 0 ? null : sum(taxes, (tax) => tax.amount),
    tax_percent: null,
    total_tax_amounts: oldTaxes(taxes),
    transfer_data: null,
  };
}

function taxesOf(invoice: InvoiceRecord) {
  return sumTaxes(invoice.lines.flatMap((line) => line.taxes));
}

function discountTotals(invoice: InvoiceRecord): Json[] {
  return invoice.discounts.map(({ id }) => ({
    amount: sum(invoice.lines, (line: LineRecord) =>
      offOf({ discounts: line.discounts.filter((one) => one.discount === id) }),
    ),
    discount: id,
  }));
}

function sum<T>(list: readonly T[], amount: (one: T) => number): number {
  return list.reduce((total, one) => total + amount(one), 0);
}

export function renderInvoicePayment(payment: InvoicePaymentRecord): Json {
  return {
    id: payment.id,
    object: "invoice_payment",
    amount_paid: payment.amount_paid,
    amount_requested: payment.amount_requested,
    created: payment.created,
    currency: payment.currency,
    invoice: payment.invoice,
    is_default: payment.is_default,
    livemode: false,
    payment: { payment_intent: payment.payment_intent, type: "payment_intent" },
    status: payment.status,
    status_transitions: { canceled_at: payment.canceled_at, paid_at: payment.paid_at },
  };
}

export function renderCreditNote(note: CreditNoteRecord, shape: Shape): Json {
  const taxes = sumTaxes(note.lines.flatMap((line) => line.taxes));
  const lines = note.lines.map((line) => renderCreditLine(line, shape));
  const mixed = note.pre_payment_amount > 0 && note.post_payment_amount > 0;
  const type = note.post_payment_amount > 0 ? "post_payment" : "pre_payment";
  const common = {
    id: note.id,
    object: "credit_note",
    amount: note.total,
    amount_shipping: 0,
    created: note.created,
    currency: note.currency,
    customer: note.customer,
    customer_balance_transaction: note.customer_balance_transaction,
    discount_amount: note.discount_amount,
    discount_amounts: [],
    effective_at: note.effective_at,
    invoice: note.invoice,
    lines: listOf(lines, `/v1/credit_notes/${note.id}/lines`, { ...shape, basil: true }),
    livemode: false,
    memo: note.memo,
    metadata: note.metadata,
    number: note.number,
    out_of_band_amount: note.out_of_band_amount,
    pdf: `${HOSTED}/${note.id}/pdf`,
    reason: note.reason,
    shipping_cost: null,
    status: note.status,
    subtotal: note.subtotal,
    subtotal_excluding_tax: note.subtotal - sum(note.lines, inclusiveTax),
    total: note.total,
    total_excluding_tax: note.total - sum(taxes, (tax) => tax.amount),
    voided_at: note.voided_at,
  };
  if (!shape.basil) {
    const refund = note.refunds[0]?.refund ?? null;
    return { ...common, refund, tax_amounts: oldTaxes(taxes), type };
  }
  return {
    ...common,
    customer_account: null,
    post_payment_amount: note.post_payment_amount,
    pre_payment_amount: note.pre_payment_amount,
    pretax_credit_amounts: [],
    refunds: note.refunds.map(({ refund, amount }) => ({
      amount_refunded: amount,
      payment_record_refund: null,
      refund,
      type: "refund",
    })),
    total_taxes: newTaxes(taxes),
    type: mixed ? "mixed" : type,
  };
}

export function renderCreditLine(line: CreditLineRecord, shape: Shape): Json {
  const unit = line.unit_amount_decimal;
  return {
    id: line.id,
    object: "credit_note_line_item",
    amount: line.amount,
    description: line.description,
    discount_amount: line.discount_amount,
    discount_amounts: [],
    ...(line.invoice_line_item === null ? {} : { invoice_line_item: line.invoice_line_item }),
    livemode: false,
    quantity: line.quantity,
    tax_rates: line.tax_rates.map(renderTaxRate),
    ...(shape.basil
      ? { metadata: {}, pretax_credit_amounts: [], taxes: newTaxes(line.taxes) }
      : {
          amount_excluding_tax: line.amount - inclusiveTax(line),
          tax_amounts: oldTaxes(line.taxes),
          unit_amount_excluding_tax: unit,
        }),
    type: line.invoice_line_item === null ? "custom_line_item" : "invoice_line_item",
    unit_amount: unit === null || unit.includes(".") ? null : Number(unit),
    unit_amount_decimal: unit,
  };
}
