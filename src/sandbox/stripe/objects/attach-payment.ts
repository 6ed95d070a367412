/** A payment that was made by itself, put on an invoice: partial payments and bank transfers. */
import { z } from "zod";
import { invalid } from "../errors.ts";
import { operation } from "../operation.ts";
import { expand, text } from "../params.ts";
import type { InvoicePaymentRecord, InvoiceRecord } from "../records.ts";
import { closePayment, openPayment, settle } from "./invoice-settle.ts";

export const attachInvoicePayment = operation(
  "invoice.attach-payment",
  "POST /v1/invoices/:invoice/attach_payment",
  z.strictObject({ invoice: text, payment_intent: text, expand }),
  (draft, params): InvoiceRecord => {
    const invoice = draft.get("invoice", params.invoice);
    const intent = draft.get("payment_intent", params.payment_intent);
    if (invoice.status !== "open") throw invalid(`The invoice is ${invoice.status}, not open.`);
    if (intent.status !== "succeeded" || intent.invoice !== null) {
      throw invalid("Only a succeeded payment that is on no invoice can be attached.");
    }
    if (intent.currency !== invoice.currency || intent.amount > invoice.amount_remaining) {
      // Real Stripe takes more than is due and counts it as overpaid; not modelled.
      throw invalid("The payment's currency and amount must fit what remains of the invoice.");
    }
    const at = draft.timeOf(invoice);
    draft.put({ ...intent, invoice: invoice.id });
    const attached = draft.put<InvoicePaymentRecord>({
      object: "invoice_payment",
      id: draft.id("inpay"),
      created: at,
      invoice: invoice.id,
      payment_intent: intent.id,
      is_default: false,
      amount_requested: intent.amount,
      amount_paid: intent.amount,
      currency: intent.currency,
      status: "paid",
      paid_at: at,
      canceled_at: null,
    });
    draft.emit("invoice_payment.paid", attached, { at });
    const remaining = invoice.amount_remaining - intent.amount;
    const charge = intent.charges.at(-1)?.id ?? null;
    if (remaining === 0) {
      closePayment(draft, invoice, at);
      return settle(draft, invoice, { charge, paid: intent.amount });
    }
    const payment = openPayment(draft, invoice);
    if (payment !== undefined) {
      draft.put({ ...payment, amount_requested: remaining });
      draft.put({ ...draft.get("payment_intent", payment.payment_intent), amount: remaining });
    }
    const lowered = draft.put<InvoiceRecord>({
      ...invoice,
      amount_paid: invoice.amount_paid + intent.amount,
      amount_remaining: remaining,
    });
    draft.emit("invoice.updated", lowered, { diff: true });
    return lowered;
  },
);
