/** Credit notes: before payment they lower what is due, after it they give money or credit back. */
import { z } from "zod";
import { shareOf, timesDecimal } from "../amounts.ts";
import type { Draft } from "../draft.ts";
import { invalid } from "../errors.ts";
import { operation } from "../operation.ts";
import { decimal, expand, int, mergeMetadata, metadata, positiveInt, text } from "../params.ts";
import type { CreditLineRecord, CreditNoteRecord, InvoiceRecord } from "../records.ts";
import { taxRatesOf } from "./catalog.ts";
import { moveBalance } from "./customer.ts";
import { exclusiveTax, offOf, taxesOf } from "./invoice-lines.ts";
import { closePayment, openPayment, settle } from "./invoice-settle.ts";
import { createRefund } from "./refund.ts";

const lineSchema = z.strictObject({
  type: z.enum(["invoice_line_item", "custom_line_item"]),
  invoice_line_item: text.optional(),
  amount: positiveInt.optional(),
  quantity: positiveInt.optional(),
  description: text.optional(),
  unit_amount: int.optional(),
  unit_amount_decimal: decimal.optional(),
  tax_rates: z.union([z.array(text), z.literal("")]).optional(),
});

const createSchema = z.strictObject({
  invoice: text,
  lines: z.array(lineSchema).min(1).optional(),
  amount: positiveInt.optional(),
  refund_amount: positiveInt.optional(),
  credit_amount: positiveInt.optional(),
  out_of_band_amount: positiveInt.optional(),
  reason: z.enum(["duplicate", "fraudulent", "order_change", "product_unsatisfactory"]).optional(),
  memo: text.optional(),
  effective_at: int.optional(),
  metadata: metadata.optional(),
  expand,
});

export const createCreditNote = operation(
  "credit_note.create",
  "POST /v1/credit_notes",
  createSchema,
  (draft, params): CreditNoteRecord => {
    const invoice = draft.get("invoice", params.invoice);
    if (invoice.number === null || invoice.status === "void") {
      throw invalid(
        `You cannot create a credit note for an invoice with status ${invoice.status}.`,
      );
    }
    const lines = linesOf(draft, invoice, params);
    const subtotal = lines.reduce((sum, line) => sum + line.amount, 0);
    const discount = lines.reduce((sum, line) => sum + line.discount_amount, 0);
    const total = lines.reduce(
      (sum, line) => sum + line.amount - line.discount_amount + exclusiveTax(line),
      0,
    );
    const creditable =
      invoice.total -
      invoice.pre_payment_credit_notes_amount -
      invoice.post_payment_credit_notes_amount;
    if (total <= 0 || total > creditable) {
      throw invalid(
        `The credit note's total of ${total} exceeds the creditable amount of ${creditable}.`,
        undefined,
        "amount",
      );
    }
    const pre = Math.min(total, invoice.status === "paid" ? 0 : invoice.amount_remaining);
    const post = total - pre;
    const id = draft.id("cn");
    const note = giveBack(draft, invoice, params, post, {
      object: "credit_note",
      id,
      created: draft.timeOf(invoice),
      customer: invoice.customer,
      invoice: invoice.id,
      number: noteNumber(draft, invoice),
      currency: invoice.currency,
      lines,
      discount_amount: discount,
      subtotal,
      total,
      pre_payment_amount: pre,
      post_payment_amount: post,
      out_of_band_amount: params.out_of_band_amount ?? null,
      refunds: [],
      customer_balance_transaction: null,
      reason: params.reason ?? null,
      memo: params.memo ?? null,
      status: "issued",
      voided_at: null,
      effective_at: params.effective_at ?? draft.timeOf(invoice),
      metadata: mergeMetadata({}, params.metadata),
    });
    const issued = draft.put(note);
    draft.emit("credit_note.created", issued);
    lowerInvoice(draft, invoice, pre, post);
    return issued;
  },
);

export const voidCreditNote = operation(
  "credit_note.void",
  "POST /v1/credit_notes/:credit_note/void",
  z.strictObject({ credit_note: text, expand }),
  (draft, params): CreditNoteRecord => {
    const old = draft.get("credit_note", params.credit_note, "id");
    const invoice = draft.get("invoice", old.invoice);
    if (old.status === "void") throw invalid("This credit note has already been voided.");
    if (invoice.status !== "open") {
      throw invalid("You can only void credit notes of open invoices.");
    }
    const at = draft.timeOf(invoice);
    const voided = draft.put<CreditNoteRecord>({ ...old, status: "void", voided_at: at });
    draft.emit("credit_note.voided", voided);
    lowerInvoice(draft, invoice, -old.pre_payment_amount, 0);
    return voided;
  },
);

function linesOf(
  draft: Draft,
  invoice: InvoiceRecord,
  params: z.output<typeof createSchema>,
): CreditLineRecord[] {
  if (params.lines !== undefined) return params.lines.map((line) => lineOf(draft, invoice, line));
  const total =
    params.amount ??
    (params.refund_amount ?? 0) + (params.credit_amount ?? 0) + (params.out_of_band_amount ?? 0);
  if (total === 0) {
    throw invalid(
      "You must pass at least one of `lines`, `amount` or a way to give it back.",
      "parameter_missing",
      "lines",
    );
  }
  // Without lines the amount is gross and its tax is not named; a reader must allocate it (F19).
  return [customLine(draft, { amount: total, description: null, quantity: 1, taxes: [] })];
}

function lineOf(
  draft: Draft,
  invoice: InvoiceRecord,
  given: z.output<typeof lineSchema>,
): CreditLineRecord {
  if (given.type === "custom_line_item") {
    const unit = given.unit_amount_decimal ?? given.unit_amount?.toString();
    const quantity = given.quantity ?? 1;
    const amount = given.amount ?? timesDecimal(quantity, unit ?? "0");
    const taxes = taxesOf(amount, taxRatesOf(draft, given.tax_rates === "" ? [] : given.tax_rates));
    return customLine(draft, { amount, description: given.description ?? null, quantity, taxes });
  }
  const line = invoice.lines.find((one) => one.id === given.invoice_line_item);
  if (line === undefined) {
    throw invalid(
      `No such invoice line item: '${given.invoice_line_item}'`,
      "resource_missing",
      "lines",
    );
  }
  const quantity = given.quantity ?? (given.amount === undefined ? line.quantity : null);
  // Nothing is prorated for the whole line, so a full credit mirrors it to the cent.
  const whole = given.amount === undefined && quantity === line.quantity;
  const amount = whole
    ? line.amount
    : (given.amount ?? shareOf(line.amount, quantity ?? 0, line.quantity));
  if (amount > line.amount) {
    throw invalid("The credited amount exceeds that of the invoice line.", undefined, "lines");
  }
  const part = (value: number) => (whole ? value : shareOf(value, amount, line.amount));
  return {
    id: draft.id("cnli"),
    amount,
    description: given.description ?? line.description,
    quantity,
    unit_amount_decimal: null,
    invoice_line_item: line.id,
    discount_amount: part(offOf(line)),
    taxes: line.taxes.map((tax) => ({
      ...tax,
      amount: part(tax.amount),
      taxable_amount: part(tax.taxable_amount),
    })),
    tax_rates: line.taxes.map((tax) => tax.rate),
  };
}

function customLine(
  draft: Draft,
  given: Pick<CreditLineRecord, "amount" | "description" | "quantity" | "taxes">,
): CreditLineRecord {
  const each = given.quantity === null || given.quantity === 0 ? 1 : given.quantity;
  return {
    id: draft.id("cnli"),
    unit_amount_decimal: String(shareOf(given.amount, 1, each)),
    invoice_line_item: null,
    discount_amount: 0,
    tax_rates: given.taxes.map((tax) => tax.rate),
    ...given,
  };
}

/** What was paid already goes back: as a refund, as customer balance, or outside Stripe. */
function giveBack(
  draft: Draft,
  invoice: InvoiceRecord,
  params: z.output<typeof createSchema>,
  post: number,
  note: CreditNoteRecord,
): CreditNoteRecord {
  const {
    refund_amount: refund = 0,
    credit_amount: credit = 0,
    out_of_band_amount: out = 0,
  } = params;
  if (refund + credit + out !== post) {
    throw invalid(
      `The amounts given back (${refund + credit + out}) must equal what was paid (${post}).`,
      undefined,
      "refund_amount",
    );
  }
  let given = note;
  if (refund > 0) {
    if (invoice.charge === null)
      throw invalid("This invoice has no charge to refund.", undefined, "refund_amount");
    const made = createRefund.apply(draft, { charge: invoice.charge, amount: refund });
    given = { ...given, refunds: [{ refund: made.id, amount: refund }] };
  }
  if (credit > 0) {
    const { entry, updated } = moveBalance(draft, draft.get("customer", invoice.customer), {
      amount: -credit,
      currency: invoice.currency,
      type: "credit_note",
      credit_note: note.id,
    });
    draft.emit("customer.updated", updated, { diff: true });
    given = { ...given, customer_balance_transaction: entry.id };
  }
  return given;
}

function lowerInvoice(draft: Draft, invoice: InvoiceRecord, pre: number, post: number): void {
  const lowered: InvoiceRecord = {
    ...invoice,
    amount_due: invoice.amount_due - pre,
    amount_remaining: invoice.amount_remaining - pre,
    pre_payment_credit_notes_amount: invoice.pre_payment_credit_notes_amount + pre,
    post_payment_credit_notes_amount: invoice.post_payment_credit_notes_amount + post,
  };
  if (pre > 0 && lowered.amount_remaining === 0) {
    closePayment(draft, invoice, draft.timeOf(invoice));
    settle(draft, lowered, { charge: null, paid: 0 });
    return;
  }
  const payment = openPayment(draft, invoice);
  if (payment !== undefined && pre !== 0) {
    draft.put({ ...payment, amount_requested: lowered.amount_remaining });
    const intent = draft.get("payment_intent", payment.payment_intent);
    draft.put({ ...intent, amount: lowered.amount_remaining });
  }
  draft.emit("invoice.updated", draft.put(lowered), { diff: true });
}

function noteNumber(draft: Draft, invoice: InvoiceRecord): string {
  const earlier = draft
    .belongingTo("credit_note", invoice.customer)
    .filter((note) => note.invoice === invoice.id).length;
  return `${invoice.number}-CN-${String(earlier + 1).padStart(2, "0")}`;
}
