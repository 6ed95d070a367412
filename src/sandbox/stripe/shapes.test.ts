import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { rootUrl } from "../../../test/support/root.ts";
import { systemClock } from "../../../test/support/system-clock.ts";
import type { AnyRecord, Kind } from "./records.ts";
import type { Json } from "./render/parts.ts";
import { OLD_VERSION } from "./versions.ts";
import type { StripeWorld } from "./world.ts";
import { openStripeWorld } from "./world.ts";

const client = dirname(createRequire(import.meta.url).resolve("stripe"));
const resources = join(client, "../esm/resources");

/** Fields of an interface in the official client's types: name → whether it is always there. */
function fieldsOf(file: string, name: string): Map<string, boolean> {
  const source = readFileSync(join(resources, `${file}.d.ts`), "utf8");
  const start = source.indexOf(`export interface ${name} {`);
  const body = source.slice(start, source.indexOf("\n}", start));
  const fields = new Map<string, boolean>();
  for (const [, field = "", maybe] of body.matchAll(/^ {4}(\w+)(\??):/gm)) {
    if (field !== "deleted") fields.set(field, maybe === "");
  }
  return fields;
}

/** One of everything. */
function everything(): StripeWorld {
  const world = openStripeWorld({ clock: systemClock });
  const rate = world.createTaxRate({ display_name: "VAT", percentage: "19", inclusive: false });
  const product = world.createProduct({ name: "Seat" });
  const price = world.createPrice({
    product: product.id,
    currency: "eur",
    unit_amount: 5000,
    recurring: { interval: "month" },
  });
  const customer = world.createCustomer({
    name: "Ada",
    payment_method: "pm_card_visa",
  });
  const coupon = world.createCoupon({ percent_off: "10" });
  const subscription = world.createSubscription({
    customer: customer.id,
    items: [{ price: price.id, quantity: 3, tax_rates: [rate.id] }],
    metadata: { plan: "a" },
  });
  world.updateSubscription({
    subscription: subscription.id,
    items: [{ id: subscription.items[0]?.id, quantity: 4 }],
  });
  const draft = world.createInvoice({
    customer: customer.id,
    currency: "eur",
    discounts: [{ coupon: coupon.id }],
  });
  world.addInvoiceLines({ invoice: draft.id, lines: [{ amount: 1000, tax_rates: [rate.id] }] });
  world.finalizeInvoice({ invoice: draft.id });
  world.createCreditNote({ invoice: draft.id, amount: 100 });
  const paid = world.payInvoice({ invoice: draft.id });
  const note = { invoice: draft.id, amount: 200, refund_amount: 150, credit_amount: 50 };
  world.createCreditNote(note);
  world.settlePayout({
    payout: somePayout(world),
    outcome: "paid",
  });
  world.openDispute({ charge: String(paid.charge) });
  world.createTestClock({ frozen_time: 1_700_000_000 });
  world.createWebhookEndpoint({ url: "http://127.0.0.1:1/", enabled_events: ["none"] });
  return world;
}

function somePayout(world: StripeWorld): string {
  world.createCustomer({});
  // Nothing is available on the first day, so the available date is moved to today.
  for (const record of world.state.table("balance_transaction").byId.values()) {
    if (record.object !== "balance_transaction") continue;
    world.write("test", (draft) => draft.put({ ...record, available_on: 0 }));
  }
  return world.runAutomaticPayout({ currency: "eur" }).id;
}

function newest(world: StripeWorld, kind: Kind): AnyRecord {
  const record = [...world.state.table(kind).byId.values()].at(-1);
  if (record === undefined) throw new Error(`no ${kind}`);
  return record;
}

const checked: [Kind, string, string][] = [
  ["customer", "Customers", "Customer"],
  ["customer_balance_transaction", "CustomerBalanceTransactions", "CustomerBalanceTransaction"],
  ["product", "Products", "Product"],
  ["price", "Prices", "Price"],
  ["tax_rate", "TaxRates", "TaxRate"],
  ["coupon", "Coupons", "Coupon"],
  ["invoice", "Invoices", "Invoice"],
  ["invoiceitem", "InvoiceItems", "InvoiceItem"],
  ["invoice_payment", "InvoicePayments", "InvoicePayment"],
  ["subscription", "Subscriptions", "Subscription"],
  ["payment_intent", "PaymentIntents", "PaymentIntent"],
  ["charge", "Charges", "Charge"],
  ["refund", "Refunds", "Refund"],
  ["dispute", "Disputes", "Dispute"],
  ["credit_note", "CreditNotes", "CreditNote"],
  ["payout", "Payouts", "Payout"],
  ["balance_transaction", "BalanceTransactions", "BalanceTransaction"],
  ["webhook_endpoint", "WebhookEndpoints", "WebhookEndpoint"],
  ["test_helpers.test_clock", "TestHelpers/TestClocks", "TestClock"],
];

const world = everything();

test.each(checked)(
  "given a %s, when shown, then just the fields of the client's types",
  (...row) => {
    const [kind, file, name] = row;
    expectFields(world.render(newest(world, kind)), file, name);
  },
);

test("given lines of all origins, when shown, then just the fields of the client's types", () => {
  for (const record of world.state.table("invoice").byId.values()) {
    for (const line of listed(world.render(record), "lines")) {
      expectFields(line, "InvoiceLineItems", "InvoiceLineItem");
    }
  }
  for (const record of world.state.table("credit_note").byId.values()) {
    for (const line of listed(world.render(record), "lines")) {
      expectFields(line, "CreditNoteLineItems", "CreditNoteLineItem");
    }
  }
  for (const item of listed(world.render(newest(world, "subscription")), "items")) {
    expectFields(item, "SubscriptionItems", "SubscriptionItem");
  }
});

function expectFields(shown: Json, file: string, name: string): void {
  const fields = fieldsOf(file, name);
  expect(fields.size).toBeGreaterThan(5);
  const absent = [...fields].filter(([field, always]) => always && !(field in shown));
  const unknown = Object.keys(shown).filter((field) => !fields.has(field));
  expect({ absent: absent.map(([field]) => field), unknown }).toEqual({ absent: [], unknown: [] });
}

function listed(object: Json, field: string): Json[] {
  return (object[field] as { data: Json[] }).data;
}

test("given one paid invoice, when shown in two versions, then what basil moved is moved", () => {
  const invoice = newest(world, "invoice");
  const now = world.render(invoice);
  const then = world.render(invoice, OLD_VERSION);
  for (const field of ["charge", "payment_intent", "paid", "tax", "subscription", "discount"]) {
    expect(now).not.toHaveProperty(field);
    expect(then).toHaveProperty(field);
  }
  expect(then).toMatchObject({
    paid: true,
    tax: 171,
    total: 1071,
    total_tax_amounts: [{ amount: 171 }],
  });
  expect(now).toMatchObject({
    total: 1071,
    total_excluding_tax: 900,
    total_taxes: [{ amount: 171 }],
  });
  const [line] = listed(then, "lines");
  expect(line).toMatchObject({
    type: "invoiceitem",
    proration: false,
    tax_amounts: [{ amount: 171 }],
  });
  expect(line).not.toHaveProperty("parent");
});

test("given a subscription's invoice, when shown twice, then its subscription moved", () => {
  const subscription = newest(world, "subscription");
  const [first] = [...world.state.table("invoice").byId.values()];
  const now = world.render(first as AnyRecord);
  const then = world.render(first as AnyRecord, OLD_VERSION);
  const parent = {
    subscription_details: { subscription: subscription.id, metadata: { plan: "a" } },
  };
  expect(now).toMatchObject({ parent, billing_reason: "subscription_create" });
  expect(then).toMatchObject({ subscription: subscription.id });
  const [line] = listed(now, "lines");
  expect(line).toMatchObject({
    parent: { type: "subscription_item_details", subscription_item_details: { proration: false } },
    pricing: { price_details: {} },
  });
  const [old] = listed(then, "lines");
  expect(old).toMatchObject({
    type: "subscription",
    plan: { amount: 5000 },
    price: { unit_amount: 5000 },
  });
  const shown = world.render(subscription, OLD_VERSION);
  expect(shown).toHaveProperty("current_period_end");
  expect(world.render(subscription)).not.toHaveProperty("current_period_end");
});

test("given a payment, when shown in two versions, then only the old one nests", () => {
  const intent = [...world.state.table("payment_intent").byId.values()].at(-1) as AnyRecord;
  const then = world.render(intent, OLD_VERSION);
  expect(then).toMatchObject({ invoice: expect.stringMatching(/^in_/) });
  const [charge] = listed(then, "charges");
  expect(charge).toMatchObject({ invoice: then["invoice"], refunds: { total_count: 1 } });
  expect(world.render(intent)).not.toHaveProperty("charges");
  expect(world.render(intent, "2023-10-16")).not.toHaveProperty("charges");
  expect(world.render(intent, "2023-10-16")).toHaveProperty("invoice");
});

const samples = new URL("../shared/data/stripe/webhooks/", rootUrl);
const compared: [string, string, Kind][] = [
  ["invoice", "invoice_paid", "invoice"],
  ["payment intent", "payment_intent_succeeded", "payment_intent"],
  ["charge", "charge_refunded", "charge"],
  ["credit note", "credit_note_voided", "credit_note"],
  ["dispute", "charge_dispute_created", "dispute"],
  ["subscription", "subscription_updated", "subscription"],
];

test.for(compared)(
  "given a real %s of 2020-03-02, when ours is shown so, then it lacks none of its fields",
  ([, file, kind], { skip }) => {
    skip(!existsSync(samples), "the samples are not here");
    const text = readFileSync(new URL(`${file}.json`, samples), "utf8");
    const real = (JSON.parse(text) as { data: { object: Json } }).data.object;
    const ours = world.render(newest(world, kind), OLD_VERSION);
    expect(Object.keys(real).filter((field) => !(field in ours))).toEqual([]);
    for (const list of ["lines", "items"].filter((field) => field in real)) {
      const [realLine = {}] = listed(real, list);
      const [line = {}] = listed(ours, list);
      // Some fields are on lines of one origin only, and ours has another origin.
      const absent = Object.keys(realLine).filter((field) => !(field in line));
      const origins = ["subscription_item", "invoice_line_item"];
      expect(absent.filter((field) => !origins.includes(field))).toEqual([]);
    }
  },
);
