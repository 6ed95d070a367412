/** Which kinds can be listed and read, and by what a list can be narrowed. */
import type { Filter } from "./listing.ts";
import { by, within } from "./listing.ts";
import type { AnyRecord, Kind, RecordOf } from "./records.ts";

export interface Collection {
  readonly kind: Kind;
  readonly path: string;
  readonly filters: Readonly<Record<string, Filter<AnyRecord>>>;
  /** What a list shows when it is not narrowed by this parameter. */
  readonly unless?: { readonly param: string; readonly shows: (record: AnyRecord) => boolean };
  /** Whether `/search` exists. */
  readonly search?: boolean;
}

function collection<K extends Kind>(
  kind: K,
  path: string,
  filters: Readonly<Record<string, Filter<RecordOf<K>>>>,
  rest: Pick<Collection, "search"> & {
    unless?: { param: string; shows: (record: RecordOf<K>) => boolean };
  } = {},
): Collection {
  const created = within((record: RecordOf<K>) => record.created);
  // Only records of the kind ever reach its filters.
  return { kind, path, filters: { created, ...filters }, ...rest } as unknown as Collection;
}

const of = {
  customer: by((record: { customer: string | null }) => record.customer),
  invoice: by((record: { invoice: string | null }) => record.invoice),
  charge: by((record: { charge: string | null }) => record.charge),
  intent: by((record: { payment_intent: string | null }) => record.payment_intent),
  status: by((record: { status: string }) => record.status),
  currency: by((record: { currency: string | null }) => record.currency),
  active: by((record: { active: boolean }) => record.active),
};

export const collections: readonly Collection[] = [
  collection(
    "customer",
    "/v1/customers",
    { email: by((one) => one.email), test_clock: by((one) => one.test_clock) },
    { search: true, unless: { param: "deleted", shows: (one) => !one.deleted } },
  ),
  collection(
    "product",
    "/v1/products",
    {
      active: of.active,
      ids: { kind: "values", accepts: (one, ids) => ids.includes(one.id) },
    },
    { search: true },
  ),
  collection(
    "price",
    "/v1/prices",
    {
      active: of.active,
      currency: of.currency,
      product: by((one) => one.product),
      type: by((one) => (one.recurring === null ? "one_time" : "recurring")),
      lookup_keys: {
        kind: "values",
        accepts: (one, keys) => one.lookup_key !== null && keys.includes(one.lookup_key),
      },
    },
    { search: true },
  ),
  collection("tax_rate", "/v1/tax_rates", {
    active: of.active,
    inclusive: by((one) => one.inclusive),
  }),
  collection("coupon", "/v1/coupons", {}),
  collection("invoiceitem", "/v1/invoiceitems", {
    customer: of.customer,
    invoice: of.invoice,
    pending: by((one) => one.invoice === null),
  }),
  collection(
    "invoice",
    "/v1/invoices",
    {
      customer: of.customer,
      status: of.status,
      subscription: by((one) => one.subscription),
      collection_method: by((one) => one.collection_method),
      due_date: within((one) => one.due_date),
    },
    { search: true },
  ),
  collection("invoice_payment", "/v1/invoice_payments", {
    invoice: of.invoice,
    status: of.status,
    payment: {
      kind: "fields",
      accepts: (one, { type, payment_intent }) =>
        type === "payment_intent" &&
        (payment_intent === undefined || payment_intent === one.payment_intent),
    },
  }),
  collection(
    "subscription",
    "/v1/subscriptions",
    {
      customer: of.customer,
      status: {
        kind: "value",
        accepts: (one, status) => status === "all" || one.status === status,
      },
      price: {
        kind: "value",
        accepts: (one, price) => one.items.some((item) => item.price.id === price),
      },
      test_clock: by((one) => one.test_clock),
    },
    {
      search: true,
      unless: { param: "status", shows: (one) => one.status !== "canceled" },
    },
  ),
  collection("payment_method", "/v1/payment_methods", { customer: of.customer }),
  collection("payment_intent", "/v1/payment_intents", { customer: of.customer }, { search: true }),
  collection(
    "charge",
    "/v1/charges",
    { customer: of.customer, payment_intent: of.intent },
    { search: true },
  ),
  collection("refund", "/v1/refunds", { charge: of.charge, payment_intent: of.intent }),
  collection("dispute", "/v1/disputes", { charge: of.charge, payment_intent: of.intent }),
  collection("credit_note", "/v1/credit_notes", { customer: of.customer, invoice: of.invoice }),
  collection("payout", "/v1/payouts", {
    status: of.status,
    arrival_date: within((one) => one.arrival_date),
  }),
  collection("balance_transaction", "/v1/balance_transactions", {
    currency: of.currency,
    type: by((one) => one.type),
    source: by((one) => one.source),
    payout: by((one) => one.payout),
  }),
  collection("webhook_endpoint", "/v1/webhook_endpoints", {}),
  collection("test_helpers.test_clock", "/v1/test_helpers/test_clocks", {}),
];
