/**
 * Subscriptions in a simple, consistent form: licensed per-unit prices, one billing period for
 * all items, no trials, no schedules, no metered usage.
 */
import { z } from "zod";
import { shareOf, timesDecimal } from "../amounts.ts";
import type { Draft } from "../draft.ts";
import { invalid } from "../errors.ts";
import { operation } from "../operation.ts";
import { expand, flag, int, mergeMetadata, metadata, positiveInt, text } from "../params.ts";
import type {
  CustomerRecord,
  InvoiceRecord,
  LineRecord,
  Period,
  SubscriptionItemRecord,
  SubscriptionRecord,
} from "../records.ts";
import { addInterval } from "./billing-period.ts";
import { taxRatesOf } from "./catalog.ts";
import { liveCustomer } from "./customer.ts";
import { announceInvoice, newInvoice, pendingItems, putItem, takeItems } from "./invoice.ts";
import { productName } from "./invoice-lines.ts";
import { collect, finalize } from "./invoice-settle.ts";
import { takePaymentMethod } from "./payment-method.ts";

const itemSchema = z.strictObject({
  id: text.optional(),
  price: text.optional(),
  quantity: positiveInt.optional(),
  deleted: flag.optional(),
  tax_rates: z.union([z.array(text), z.literal("")]).optional(),
  metadata: metadata.optional(),
});
type ItemInput = z.output<typeof itemSchema>;

const fields = {
  collection_method: z.enum(["charge_automatically", "send_invoice"]).optional(),
  days_until_due: positiveInt.optional(),
  default_payment_method: text.optional(),
  default_tax_rates: z.array(text).optional(),
  description: text.optional(),
  cancel_at_period_end: flag.optional(),
  proration_behavior: z.enum(["create_prorations", "always_invoice", "none"]).optional(),
  payment_behavior: text.optional(),
  off_session: flag.optional(),
  metadata: metadata.optional(),
  expand,
};

export const createSubscription = operation(
  "subscription.create",
  "POST /v1/subscriptions",
  z.strictObject({ ...fields, customer: text, items: z.array(itemSchema).min(1).max(20) }),
  (draft, params): SubscriptionRecord => {
    const customer = liveCustomer(draft, params.customer);
    const at = draft.timeOf(customer);
    const items = params.items.map((item) => newItem(draft, item, at));
    const [first] = items;
    const recurring = first?.price.recurring;
    if (first === undefined || recurring == null) {
      throw invalid(
        "The price has `type=one_time`, but this field accepts only `type=recurring`.",
        undefined,
        "items[0][price]",
      );
    }
    const automatic = params.collection_method !== "send_invoice";
    const method = params.default_payment_method;
    const made = draft.put<SubscriptionRecord>({
      object: "subscription",
      id: draft.id("sub"),
      created: at,
      customer: customer.id,
      status: automatic ? "incomplete" : "active",
      currency: first.price.currency,
      items,
      collection_method: params.collection_method ?? "charge_automatically",
      days_until_due: params.days_until_due ?? (automatic ? null : 30),
      billing_cycle_anchor: at,
      period: { start: at, end: addInterval(at, recurring, 1) },
      cancel_at_period_end: params.cancel_at_period_end ?? false,
      cancel_at: null,
      canceled_at: null,
      ended_at: null,
      latest_invoice: null,
      default_payment_method:
        method === undefined ? null : takePaymentMethod(draft, method, customer.id).id,
      default_tax_rates: taxRatesOf(draft, params.default_tax_rates),
      description: params.description ?? null,
      test_clock: customer.test_clock,
      metadata: mergeMetadata({}, params.metadata),
    });
    draft.emit("customer.subscription.created", made);
    const invoice = billPeriod(draft, made, made.period, "subscription_create");
    charge(draft, finalize(draft, invoice), made);
    return draft.get("subscription", made.id);
  },
);

export const updateSubscription = operation(
  "subscription.update",
  "POST /v1/subscriptions/:subscription",
  z.strictObject({
    subscription: text,
    ...fields,
    items: z.array(itemSchema).optional(),
    proration_date: int.optional(),
  }),
  (draft, params): SubscriptionRecord => {
    const old = draft.get("subscription", params.subscription, "id");
    if (old.status === "canceled")
      throw invalid(
        "A canceled subscription can only update its cancellation_details and metadata.",
        "resource_missing",
      );
    const at = params.proration_date ?? draft.timeOf(old);
    const items = changedItems(draft, old.items, params.items ?? [], at);
    const ends = params.cancel_at_period_end ?? old.cancel_at_period_end;
    const method = params.default_payment_method;
    const next = draft.put<SubscriptionRecord>({
      ...old,
      items,
      cancel_at_period_end: ends,
      cancel_at: ends ? old.period.end : null,
      canceled_at: ends ? (old.canceled_at ?? draft.timeOf(old)) : null,
      collection_method: params.collection_method ?? old.collection_method,
      days_until_due: params.days_until_due ?? old.days_until_due,
      default_payment_method:
        method === undefined
          ? old.default_payment_method
          : takePaymentMethod(draft, method, old.customer).id,
      default_tax_rates:
        params.default_tax_rates === undefined
          ? old.default_tax_rates
          : taxRatesOf(draft, params.default_tax_rates),
      description: params.description ?? old.description,
      metadata: mergeMetadata(old.metadata, params.metadata),
    });
    draft.emit("customer.subscription.updated", next, { diff: true });
    const behavior = params.proration_behavior ?? "create_prorations";
    if (behavior === "none") return next;
    prorate(draft, old, next, at);
    if (behavior === "always_invoice") billPending(draft, next, "subscription_update");
    return draft.get("subscription", old.id);
  },
);

export const cancelSubscription = operation(
  "subscription.cancel",
  "DELETE /v1/subscriptions/:subscription",
  z.strictObject({
    subscription: text,
    prorate: flag.optional(),
    invoice_now: flag.optional(),
    expand,
  }),
  (draft, params): SubscriptionRecord => {
    const old = draft.get("subscription", params.subscription, "id");
    if (old.status === "canceled")
      throw invalid(`No such subscription: '${old.id}'`, "resource_missing", "id");
    const at = draft.timeOf(old);
    if (params.prorate === true) prorate(draft, old, { ...old, items: [] }, at);
    if (params.invoice_now === true) billPending(draft, old, "subscription_update");
    return endSubscription(draft, draft.get("subscription", old.id), at);
  },
);

export function endSubscription(
  draft: Draft,
  old: SubscriptionRecord,
  at: number,
): SubscriptionRecord {
  const ended = draft.put<SubscriptionRecord>({
    ...old,
    status: "canceled",
    canceled_at: old.canceled_at ?? at,
    ended_at: at,
  });
  draft.emit("customer.subscription.deleted", ended);
  return ended;
}

/** A draft invoice for one period of all items, with what waited for the customer. */
export function billPeriod(
  draft: Draft,
  subscription: SubscriptionRecord,
  period: Period,
  reason: string,
): InvoiceRecord {
  const lines = subscription.items.map((item) => periodLine(draft, subscription, item, period));
  return bill(draft, subscription, lines, reason, period);
}

/** Charges or leaves open, by the way the subscription collects. */
export function charge(draft: Draft, open: InvoiceRecord, subscription: SubscriptionRecord): void {
  if (open.status === "paid") activate(draft, subscription.id);
  else if (subscription.collection_method === "charge_automatically") {
    const customer = draft.get("customer", subscription.customer);
    const method = subscription.default_payment_method ?? customer.default_payment_method;
    if (method !== null) collect(draft, open, method);
  }
}

function activate(draft: Draft, id: string): void {
  const subscription = draft.get("subscription", id);
  if (subscription.status !== "incomplete") return;
  const active = draft.put<SubscriptionRecord>({ ...subscription, status: "active" });
  draft.emit("customer.subscription.updated", active, { diff: true });
}

function billPending(draft: Draft, subscription: SubscriptionRecord, reason: string): void {
  if (pendingItems(draft, subscription.customer).length === 0) return;
  const invoice = bill(draft, subscription, [], reason, subscription.period);
  charge(draft, finalize(draft, invoice), subscription);
}

function bill(
  draft: Draft,
  subscription: SubscriptionRecord,
  lines: readonly LineRecord[],
  reason: string,
  period: Period,
): InvoiceRecord {
  const customer: CustomerRecord = draft.get("customer", subscription.customer);
  const at = draft.timeOf(customer);
  const blank = newInvoice(draft, customer, {
    currency: subscription.currency,
    billing_reason: reason,
    collection_method: subscription.collection_method,
    auto_advance: true,
    subscription: subscription.id,
    subscription_metadata: subscription.metadata,
    default_tax_rates: subscription.default_tax_rates,
    default_payment_method: subscription.default_payment_method,
    due_date:
      subscription.days_until_due === null ? null : at + subscription.days_until_due * 86_400,
    period,
    lines,
  });
  const invoice = announceInvoice(draft, takeItems(draft, blank, pendingItems(draft, customer.id)));
  draft.put<SubscriptionRecord>({
    ...draft.get("subscription", subscription.id),
    latest_invoice: invoice.id,
  });
  return invoice;
}

function periodLine(
  draft: Draft,
  subscription: SubscriptionRecord,
  item: SubscriptionItemRecord,
  period: Period,
): LineRecord {
  const amount = timesDecimal(item.quantity, item.price.unit_amount_decimal);
  const description = `${item.quantity} × ${productName(draft, item.price.product)}`;
  return subscriptionLine(draft, subscription, item, { amount, description, period });
}

function subscriptionLine(
  draft: Draft,
  subscription: SubscriptionRecord,
  item: SubscriptionItemRecord,
  own: Pick<LineRecord, "amount" | "description" | "period"> & Partial<LineRecord>,
): LineRecord {
  return {
    id: draft.id("il"),
    currency: subscription.currency,
    quantity: item.quantity,
    unit_amount_decimal: item.price.unit_amount_decimal,
    price: item.price,
    proration: false,
    credited: null,
    invoice_item: null,
    subscription: subscription.id,
    subscription_item: item.id,
    discounts: [],
    taxes: [],
    tax_rates: item.tax_rates,
    metadata: { ...subscription.metadata, ...item.metadata },
    ...own,
  };
}

/** Waiting items: unused time of what was taken away, remaining time of what was added. */
function prorate(
  draft: Draft,
  old: SubscriptionRecord,
  next: SubscriptionRecord,
  at: number,
): void {
  const whole = old.period.end - old.period.start;
  const left = old.period.end - at;
  const period = { start: at, end: old.period.end };
  const add = (item: SubscriptionItemRecord, sign: 1 | -1, words: string): void => {
    const full = timesDecimal(item.quantity, item.price.unit_amount_decimal);
    const amount = sign * shareOf(full, left, whole);
    const id = draft.id("ii");
    const name = productName(draft, item.price.product);
    const description = `${words} time on ${item.quantity} × ${name}`;
    const credited = sign === -1 ? creditedLines(draft, old, item.id) : null;
    const own = { amount, description, period, proration: true, credited, invoice_item: id };
    const line = subscriptionLine(draft, old, item, own);
    const { customer, test_clock } = old;
    const waiting = putItem(draft, { id, at, line, customer, invoice: null, test_clock });
    draft.emit("invoiceitem.created", waiting);
  };
  for (const item of old.items) {
    const kept = next.items.find((one) => one.id === item.id);
    const same = kept?.price.id === item.price.id && kept.quantity === item.quantity;
    if (same) continue;
    add(item, -1, "Unused");
    if (kept !== undefined) add(kept, 1, "Remaining");
  }
  for (const item of next.items) {
    if (!old.items.some((one) => one.id === item.id)) add(item, 1, "Remaining");
  }
}

function creditedLines(draft: Draft, subscription: SubscriptionRecord, item: string) {
  const id = subscription.latest_invoice;
  const invoice = id === null ? undefined : draft.find("invoice", id);
  const lines = invoice?.lines.filter((line) => line.subscription_item === item && !line.proration);
  if (invoice === undefined || lines === undefined || lines.length === 0) return null;
  return { invoice: invoice.id, lines: lines.map((line) => line.id) };
}

function newItem(draft: Draft, given: ItemInput, at: number): SubscriptionItemRecord {
  if (given.price === undefined) {
    throw invalid(
      "Missing required param: items[0][price].",
      "parameter_missing",
      "items[0][price]",
    );
  }
  return {
    id: draft.id("si"),
    created: at,
    price: draft.get("price", given.price, "items[0][price]"),
    quantity: given.quantity ?? 1,
    tax_rates: taxRatesOf(draft, given.tax_rates === "" ? [] : given.tax_rates),
    metadata: mergeMetadata({}, given.metadata),
  };
}

function changedItems(
  draft: Draft,
  old: readonly SubscriptionItemRecord[],
  changes: readonly ItemInput[],
  at: number,
): SubscriptionItemRecord[] {
  let items = [...old];
  for (const change of changes) {
    const known = items.find((item) => item.id === change.id);
    if (change.id === undefined) items.push(newItem(draft, change, at));
    else if (known === undefined)
      throw invalid(`No such subscription item: '${change.id}'`, "resource_missing", "items");
    else if (change.deleted === true) items = items.filter((item) => item !== known);
    else {
      const price =
        change.price === undefined ? known.price : draft.get("price", change.price, "price");
      const next = {
        ...known,
        price,
        quantity: change.quantity ?? known.quantity,
        metadata: mergeMetadata(known.metadata, change.metadata),
      };
      items = items.map((item) => (item === known ? next : item));
    }
  }
  return items;
}
