/** Invoices from finalization on: numbered, paid, voided, written off. */
import { z } from "zod";
import { checkChargeable } from "../amounts.ts";
import type { Draft } from "../draft.ts";
import { invalid } from "../errors.ts";
import { operation } from "../operation.ts";
import { expand, flag, text } from "../params.ts";
import type { ChargeRecord } from "../payment-records.ts";
import type { CustomerRecord, InvoicePaymentRecord, InvoiceRecord } from "../records.ts";
import { moveBalance } from "./customer.ts";
import { cancelIntent, chargeIntent, declined, disputeIfAsked, newIntent } from "./payment.ts";

export const finalizeInvoice = operation(
  "invoice.finalize",
  "POST /v1/invoices/:invoice/finalize",
  z.strictObject({ invoice: text, auto_advance: flag.optional(), expand }),
  (draft, params): InvoiceRecord => {
    const old = draft.get("invoice", params.invoice);
    if (old.status !== "draft") {
      throw invalid(
        "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
        "invoice_not_editable",
      );
    }
    checkChargeable(old.total, old.currency);
    const { auto_advance } = params;
    return finalize(draft, auto_advance === undefined ? old : { ...old, auto_advance });
  },
);

export const sendInvoice = operation(
  "invoice.send",
  "POST /v1/invoices/:invoice/send",
  z.strictObject({ invoice: text, expand }),
  (draft, params): InvoiceRecord => {
    const old = draft.get("invoice", params.invoice);
    const open = old.status === "draft" ? finalize(draft, old) : old;
    draft.emit("invoice.sent", open);
    return open;
  },
);

export const payInvoice = operation(
  "invoice.pay",
  "POST /v1/invoices/:invoice/pay",
  z.strictObject({
    invoice: text,
    payment_method: text.optional(),
    paid_out_of_band: flag.optional(),
    off_session: flag.optional(),
    expand,
  }),
  (draft, params): InvoiceRecord => {
    const old = draft.get("invoice", params.invoice);
    if (old.status === "paid") throw invalid("Invoice is already paid");
    if (old.status === "void") throw invalid("You cannot pay an invoice that has been voided.");
    const open = old.status === "draft" ? finalize(draft, old) : old;
    if (open.status === "paid") return open;
    if (params.paid_out_of_band === true) return payOutOfBand(draft, open);
    const { invoice, charge } = collect(draft, open, params.payment_method);
    if (charge.status === "failed") throw declined(charge);
    return invoice;
  },
);

export const voidInvoice = operation(
  "invoice.void",
  "POST /v1/invoices/:invoice/void",
  z.strictObject({ invoice: text, expand }),
  (draft, params): InvoiceRecord => {
    const old = draft.get("invoice", params.invoice);
    if (old.status !== "open" && old.status !== "uncollectible") {
      throw invalid(`You can only void open or uncollectible invoices; this one is ${old.status}.`);
    }
    const at = draft.timeOf(old);
    closePayment(draft, old, at);
    giveBackBalance(draft, old);
    const voided = draft.put<InvoiceRecord>({ ...old, status: "void", voided_at: at });
    draft.emit("invoice.updated", voided, { diff: true });
    draft.emit("invoice.voided", voided);
    return voided;
  },
);

export const markInvoiceUncollectible = operation(
  "invoice.mark-uncollectible",
  "POST /v1/invoices/:invoice/mark_uncollectible",
  z.strictObject({ invoice: text, expand }),
  (draft, params): InvoiceRecord => {
    const old = draft.get("invoice", params.invoice);
    if (old.status !== "open") {
      throw invalid(`You can only mark open invoices as uncollectible; this one is ${old.status}.`);
    }
    const at = draft.timeOf(old);
    const written = draft.put<InvoiceRecord>({
      ...old,
      status: "uncollectible",
      marked_uncollectible_at: at,
    });
    draft.emit("invoice.updated", written, { diff: true });
    draft.emit("invoice.marked_uncollectible", written);
    return written;
  },
);

/** Numbers it, applies the customer's balance, opens its payment; pays it when nothing is due. */
export function finalize(draft: Draft, old: InvoiceRecord): InvoiceRecord {
  const customer = draft.get("customer", old.customer);
  const at = draft.timeOf(customer);
  const balanced = applyBalance(draft, old, customer);
  const intent =
    balanced.amount_due === 0
      ? null
      : newIntent(draft, {
          amount: balanced.amount_due,
          currency: old.currency,
          customer,
          invoice: old.id,
          payment_method: old.default_payment_method ?? customer.default_payment_method,
          description: old.subscription === null ? "Payment for Invoice" : "Subscription update",
          metadata: {},
        });
  const open = draft.put<InvoiceRecord>({
    ...balanced,
    status: "open",
    payment_intent: intent?.id ?? null,
    finalized_at: at,
    effective_at: old.effective_at ?? at,
    automatically_finalizes_at: null,
  });
  draft.emit("invoice.updated", open, { diff: true });
  draft.emit("invoice.finalized", open);
  if (intent === null) return settle(draft, open, { charge: null, paid: 0 });
  draft.put<InvoicePaymentRecord>({
    object: "invoice_payment",
    id: draft.id("inpay"),
    created: at,
    invoice: open.id,
    payment_intent: intent.id,
    is_default: true,
    amount_requested: open.amount_due,
    amount_paid: null,
    currency: open.currency,
    status: "open",
    paid_at: null,
    canceled_at: null,
  });
  return open;
}

function applyBalance(draft: Draft, old: InvoiceRecord, customer: CustomerRecord): InvoiceRecord {
  const sequence = String(customer.next_invoice_sequence).padStart(4, "0");
  const number = `${customer.invoice_prefix}-${sequence}`;
  const next = customer.next_invoice_sequence + 1;
  const numbered = draft.put<CustomerRecord>({
    ...customer,
    currency: customer.currency ?? old.currency,
    next_invoice_sequence: next,
  });
  const starting = numbered.currency === old.currency ? customer.balance : 0;
  const due = old.total + starting;
  const ending = Math.min(0, due);
  const amount_due = Math.max(0, due);
  if (ending !== starting) {
    moveBalance(draft, numbered, {
      amount: ending - starting,
      currency: old.currency,
      type: "applied_to_invoice",
      invoice: old.id,
    });
  }
  return {
    ...old,
    number,
    starting_balance: starting,
    ending_balance: ending,
    amount_due,
    amount_remaining: amount_due,
  };
}

/** Tries the card. A declined one leaves the invoice open, with one attempt more. */
export function collect(
  draft: Draft,
  open: InvoiceRecord,
  method?: string,
): { invoice: InvoiceRecord; charge: ChargeRecord } {
  const customer = draft.get("customer", open.customer);
  const card = method ?? open.default_payment_method ?? customer.default_payment_method;
  if (open.payment_intent === null) throw invalid("Invoice has no open payment.");
  if (card === null) {
    throw invalid(
      "There is no `default_payment_method` set on this Customer or Invoice. Please set one.",
      "invoice_no_payment_method_types",
    );
  }
  const intent = draft.get("payment_intent", open.payment_intent);
  const { charge } = chargeIntent(draft, { ...intent, amount: open.amount_remaining }, card);
  const attempted = { ...open, charge: charge.id, attempt_count: open.attempt_count + 1 };
  if (charge.status === "failed") {
    const invoice = draft.put<InvoiceRecord>(attempted);
    draft.emit("invoice.updated", invoice, { diff: true });
    draft.emit("invoice.payment_failed", invoice);
    moveSubscription(draft, invoice, "past_due");
    return { invoice, charge };
  }
  const invoice = settle(draft, attempted, { charge: charge.id, paid: charge.amount });
  moveSubscription(draft, invoice, "active");
  disputeIfAsked(draft, charge);
  return { invoice, charge };
}

/** Marks it paid and raises what Stripe raises, in its order. */
export function settle(
  draft: Draft,
  open: InvoiceRecord,
  by: { readonly charge: string | null; readonly paid: number },
): InvoiceRecord {
  const at = draft.timeOf(open);
  const paid = draft.put<InvoiceRecord>({
    ...open,
    status: "paid",
    charge: by.charge,
    amount_paid: open.amount_paid + by.paid,
    amount_remaining: 0,
    paid_at: at,
  });
  draft.emit("invoice.updated", paid, { diff: true });
  draft.emit("invoice.paid", paid);
  draft.emit("invoice.payment_succeeded", paid);
  const payment = openPayment(draft, open);
  if (payment !== undefined && by.charge !== null) {
    const settled = draft.put<InvoicePaymentRecord>({
      ...payment,
      status: "paid",
      amount_paid: by.paid,
      paid_at: at,
    });
    draft.emit("invoice_payment.paid", settled, { at });
  }
  return paid;
}

/** No charge is made: the money came outside Stripe. Stripe then raises no payment_succeeded. */
function payOutOfBand(draft: Draft, open: InvoiceRecord): InvoiceRecord {
  const at = draft.timeOf(open);
  closePayment(draft, open, at);
  const paid = draft.put<InvoiceRecord>({
    ...open,
    status: "paid",
    paid_out_of_band: true,
    amount_paid: open.amount_due,
    amount_remaining: 0,
    paid_at: at,
  });
  draft.emit("invoice.updated", paid, { diff: true });
  draft.emit("invoice.paid", paid);
  moveSubscription(draft, paid, "active");
  return paid;
}

/** Cancels the open intent and invoice payment. */
export function closePayment(draft: Draft, invoice: InvoiceRecord, at: number): void {
  const payment = openPayment(draft, invoice);
  if (payment === undefined) return;
  cancelIntent(draft, draft.get("payment_intent", payment.payment_intent), "void_invoice");
  draft.put<InvoicePaymentRecord>({ ...payment, status: "canceled", canceled_at: at });
}

export function openPayment(
  draft: Draft,
  invoice: InvoiceRecord,
): InvoicePaymentRecord | undefined {
  if (invoice.payment_intent === null) return undefined;
  return draft
    .belongingTo("invoice_payment", invoice.id)
    .find((payment) => payment.status === "open");
}

function giveBackBalance(draft: Draft, invoice: InvoiceRecord): void {
  const used = (invoice.ending_balance ?? 0) - invoice.starting_balance;
  if (used === 0) return;
  moveBalance(draft, draft.get("customer", invoice.customer), {
    amount: -used,
    currency: invoice.currency,
    type: "unapplied_from_invoice",
    invoice: invoice.id,
  });
}

/** The subscription follows how its invoice was paid. */
function moveSubscription(
  draft: Draft,
  invoice: InvoiceRecord,
  status: "active" | "past_due",
): void {
  if (invoice.subscription === null) return;
  const subscription = draft.find("subscription", invoice.subscription);
  if (subscription === undefined || subscription.status === "canceled") return;
  const first = subscription.status === "incomplete";
  const next = first && status === "past_due" ? "incomplete" : status;
  if (next === subscription.status) return;
  const moved = draft.put({ ...subscription, status: next });
  draft.emit("customer.subscription.updated", moved, { diff: true });
}
