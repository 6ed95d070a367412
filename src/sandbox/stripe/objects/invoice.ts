/** Invoices while they are drafts: create, change, add lines, delete. */
import { z } from "zod";
import type { Draft } from "../draft.ts";
import { invalid } from "../errors.ts";
import type { Tombstone } from "../operation.ts";
import { operation } from "../operation.ts";
import {
  currency,
  expand,
  flag,
  int,
  mergeMetadata,
  metadata,
  positiveInt,
  text,
} from "../params.ts";
import type { CustomerRecord, InvoiceItemRecord, InvoiceRecord, LineRecord } from "../records.ts";
import { taxRatesOf } from "./catalog.ts";
import { liveCustomer } from "./customer.ts";
import { lineFields, makeLine, totalsOf } from "./invoice-lines.ts";

const DAY = 86_400;

const fields = {
  auto_advance: flag.optional(),
  collection_method: z.enum(["charge_automatically", "send_invoice"]).optional(),
  days_until_due: positiveInt.optional(),
  due_date: int.optional(),
  effective_at: int.optional(),
  description: text.optional(),
  footer: text.optional(),
  default_tax_rates: z.array(text).optional(),
  default_payment_method: text.optional(),
  discounts: z.array(z.strictObject({ coupon: text })).optional(),
  metadata: metadata.optional(),
  expand,
};

export const createInvoice = operation(
  "invoice.create",
  "POST /v1/invoices",
  z.strictObject({
    ...fields,
    customer: text,
    currency: currency.optional(),
    subscription: text.optional(),
    pending_invoice_items_behavior: z.enum(["include", "exclude"]).optional(),
  }),
  (draft, params): InvoiceRecord => {
    const customer = liveCustomer(draft, params.customer);
    const pending =
      params.pending_invoice_items_behavior === "include" ? pendingItems(draft, customer.id) : [];
    const code = params.currency ?? pending[0]?.line.currency ?? customer.currency ?? "usd";
    const at = draft.timeOf(customer);
    const invoice = newInvoice(draft, customer, {
      currency: code,
      billing_reason: "manual",
      collection_method: params.collection_method ?? "charge_automatically",
      auto_advance: params.auto_advance ?? false,
      description: params.description ?? null,
      footer: params.footer ?? null,
      due_date: params.due_date ?? dueIn(params.days_until_due, at),
      effective_at: params.effective_at ?? null,
      default_tax_rates: taxRatesOf(draft, params.default_tax_rates),
      default_payment_method: params.default_payment_method ?? null,
      metadata: mergeMetadata({}, params.metadata),
      subscription: params.subscription ?? null,
      discounts: discountsOf(draft, params.discounts, at),
    });
    return announceInvoice(draft, takeItems(draft, invoice, pending));
  },
);

export const updateInvoice = operation(
  "invoice.update",
  "POST /v1/invoices/:invoice",
  z.strictObject({ invoice: text, ...fields }),
  (draft, params): InvoiceRecord => {
    const old = draft.get("invoice", params.invoice);
    const { invoice: _, metadata: __, expand: ___, ...other } = params;
    const finalFields = Object.values(other).some((value) => value !== undefined);
    if (finalFields && old.status !== "draft") throw notEditable(old);
    const at = draft.timeOf(old);
    return editDraft(draft, {
      ...old,
      auto_advance: params.auto_advance ?? old.auto_advance,
      collection_method: params.collection_method ?? old.collection_method,
      due_date: params.due_date ?? dueIn(params.days_until_due, at) ?? old.due_date,
      effective_at: params.effective_at ?? old.effective_at,
      description: params.description ?? old.description,
      footer: params.footer ?? old.footer,
      default_payment_method: params.default_payment_method ?? old.default_payment_method,
      default_tax_rates:
        params.default_tax_rates === undefined
          ? old.default_tax_rates
          : taxRatesOf(draft, params.default_tax_rates),
      discounts:
        params.discounts === undefined ? old.discounts : discountsOf(draft, params.discounts, at),
      metadata: mergeMetadata(old.metadata, params.metadata),
    });
  },
);

export const addInvoiceLines = operation(
  "invoice.add-lines",
  "POST /v1/invoices/:invoice/add_lines",
  z.strictObject({
    invoice: text,
    lines: z.array(z.strictObject(lineFields)).min(1).max(250),
    expand,
  }),
  (draft, params): InvoiceRecord => {
    const old = draft.get("invoice", params.invoice);
    if (old.status !== "draft") throw notEditable(old);
    const lines = params.lines.map((given) => newItem(draft, old, given).line);
    return editDraft(draft, { ...old, lines: [...old.lines, ...lines] });
  },
);

export const deleteInvoice = operation(
  "invoice.delete",
  "DELETE /v1/invoices/:invoice",
  z.strictObject({ invoice: text }),
  (draft, params): Tombstone => {
    const old = draft.get("invoice", params.invoice);
    if (old.status !== "draft") {
      throw invalid("You can only delete draft invoices.", "invoice_not_editable");
    }
    draft.drop(old);
    draft.emit("invoice.deleted", old);
    return { id: old.id, object: "invoice", deleted: true };
  },
);

export const createInvoiceItem = operation(
  "invoiceitem.create",
  "POST /v1/invoiceitems",
  z.strictObject({
    ...lineFields,
    customer: text,
    currency: currency.optional(),
    invoice: text.optional(),
    expand,
  }),
  (draft, params): InvoiceItemRecord => {
    const customer = liveCustomer(draft, params.customer);
    const invoice = params.invoice === undefined ? undefined : draft.get("invoice", params.invoice);
    if (invoice !== undefined && invoice.status !== "draft") throw notEditable(invoice);
    const priceId = params.pricing?.price ?? params.price;
    const price = priceId === undefined ? undefined : draft.get("price", priceId, "price");
    const code = params.currency ?? invoice?.currency ?? price?.currency;
    if (code === undefined) {
      throw invalid("Missing required param: currency.", "parameter_missing", "currency");
    }
    const target = { id: invoice?.id ?? null, customer: customer.id, currency: code };
    const item = newItem(draft, { ...target, test_clock: customer.test_clock }, params);
    draft.emit("invoiceitem.created", item);
    if (invoice !== undefined)
      editDraft(draft, { ...invoice, lines: [...invoice.lines, item.line] });
    return item;
  },
);

export const deleteInvoiceItem = operation(
  "invoiceitem.delete",
  "DELETE /v1/invoiceitems/:invoiceitem",
  z.strictObject({ invoiceitem: text }),
  (draft, params): Tombstone => {
    const item = draft.get("invoiceitem", params.invoiceitem);
    const invoice = item.invoice === null ? undefined : draft.find("invoice", item.invoice);
    if (invoice !== undefined) {
      if (invoice.status !== "draft") throw notEditable(invoice);
      editDraft(draft, {
        ...invoice,
        lines: invoice.lines.filter((line) => line.invoice_item !== item.id),
      });
    }
    draft.drop(item);
    draft.emit("invoiceitem.deleted", item);
    return { id: item.id, object: "invoiceitem", deleted: true };
  },
);

/** A blank draft invoice, put but not announced. */
export function newInvoice(
  draft: Draft,
  customer: CustomerRecord,
  fields: Pick<InvoiceRecord, "currency" | "billing_reason"> & Partial<InvoiceRecord>,
): InvoiceRecord {
  const at = draft.timeOf(customer);
  return {
    object: "invoice",
    id: draft.id("in"),
    created: at,
    customer: customer.id,
    customer_name: customer.name,
    customer_email: customer.email,
    customer_address: customer.address,
    status: "draft",
    number: null,
    lines: [],
    discounts: [],
    subtotal: 0,
    total: 0,
    starting_balance: 0,
    ending_balance: null,
    amount_due: 0,
    amount_paid: 0,
    amount_remaining: 0,
    pre_payment_credit_notes_amount: 0,
    post_payment_credit_notes_amount: 0,
    collection_method: "charge_automatically",
    auto_advance: false,
    automatically_finalizes_at: null,
    description: null,
    footer: null,
    due_date: null,
    effective_at: null,
    period: { start: at, end: at },
    subscription: null,
    subscription_metadata: null,
    payment_intent: null,
    charge: null,
    paid_out_of_band: false,
    attempt_count: 0,
    finalized_at: null,
    paid_at: null,
    voided_at: null,
    marked_uncollectible_at: null,
    default_tax_rates: [],
    default_payment_method: null,
    test_clock: customer.test_clock,
    metadata: {},
    ...fields,
  };
}

/** Totals it, puts it and raises `invoice.created`. */
export function announceInvoice(draft: Draft, invoice: InvoiceRecord): InvoiceRecord {
  const customer = draft.get("customer", invoice.customer);
  const created = draft.put<InvoiceRecord>({ ...invoice, ...totalsOf(invoice, customer) });
  draft.emit("invoice.created", created);
  return created;
}

function editDraft(draft: Draft, next: InvoiceRecord): InvoiceRecord {
  const customer = draft.get("customer", next.customer);
  const totals = next.status === "draft" ? totalsOf(next, customer) : {};
  const updated = draft.put<InvoiceRecord>({ ...next, ...totals });
  draft.emit("invoice.updated", updated, { diff: true });
  return updated;
}

export function pendingItems(draft: Draft, customer: string): InvoiceItemRecord[] {
  return draft.belongingTo("invoiceitem", customer).filter((item) => item.invoice === null);
}

/** Moves waiting items of the invoice's currency onto it. */
export function takeItems(
  draft: Draft,
  invoice: InvoiceRecord,
  items: readonly InvoiceItemRecord[],
): InvoiceRecord {
  const taken = items.filter((item) => item.line.currency === invoice.currency);
  for (const item of taken) draft.put({ ...item, invoice: invoice.id });
  return { ...invoice, lines: [...invoice.lines, ...taken.map((item) => item.line)] };
}

function newItem(
  draft: Draft,
  target: Pick<InvoiceRecord, "customer" | "currency" | "test_clock"> & {
    readonly id: string | null;
  },
  given: Parameters<typeof makeLine>[1],
): InvoiceItemRecord {
  const at = draft.timeOf(target);
  const id = draft.id("ii");
  const line = makeLine(draft, given, { currency: target.currency, at, invoice_item: id });
  return putItem(draft, {
    id,
    at,
    line,
    customer: target.customer,
    invoice: target.id,
    test_clock: target.test_clock,
  });
}

export function putItem(
  draft: Draft,
  item: Pick<InvoiceItemRecord, "id" | "customer" | "invoice" | "test_clock"> & {
    readonly at: number;
    readonly line: LineRecord;
  },
): InvoiceItemRecord {
  const { at, ...rest } = item;
  return draft.put<InvoiceItemRecord>({ object: "invoiceitem", created: at, ...rest });
}

function discountsOf(
  draft: Draft,
  given: readonly { coupon: string }[] | undefined,
  start: number,
) {
  return (given ?? []).map(({ coupon }) => ({
    id: draft.id("di"),
    coupon: draft.get("coupon", coupon, "discounts"),
    start,
  }));
}

function dueIn(days: number | undefined, from: number): number | null {
  return days === undefined ? null : from + days * DAY;
}

function notEditable(invoice: InvoiceRecord): Error {
  return invalid(
    `This invoice can no longer be edited: it has the status ${invoice.status}.`,
    "invoice_not_editable",
  );
}
