import fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../../../test/support/system-clock.ts";
import { sandboxClock } from "../kit/clock.ts";
import { refusalOf } from "./errors.ts";
import type { AnyRecord, InvoiceRecord } from "./records.ts";
import type { StripeWorld, WorldOptions } from "./world.ts";
import { openStripeWorld } from "./world.ts";

const DAY = 86_400;

function account(options: Partial<WorldOptions> = {}): StripeWorld {
  return openStripeWorld({ clock: systemClock, ...options });
}

function refused(act: () => unknown) {
  try {
    act();
  } catch (thrown) {
    return refusalOf(thrown);
  }
  return undefined;
}

function typesSince(world: StripeWorld, count: number): string[] {
  return world.state.events.slice(count).map((event) => event.type);
}

/** A customer with a card and an open invoice of this amount. */
function openInvoice(world: StripeWorld, amount: number, currency = "eur"): InvoiceRecord {
  const customer = world.createCustomer({ payment_method: "pm_card_visa" });
  const draft = world.createInvoice({ customer: customer.id, currency });
  world.addInvoiceLines({ invoice: draft.id, lines: [{ amount, description: "Seats" }] });
  return world.finalizeInvoice({ invoice: draft.id });
}

test("given any lines, rates and discounts, when totalled, then parts sum to the total", () => {
  const line = fc.record({
    amount: fc.integer({ min: -5000, max: 1_000_000 }),
    taxed: fc.boolean(),
  });
  const rates = fc.constantFrom("19", "8.875", "5.5", "7.7");
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 6 }),
      rates,
      fc.integer({ min: 1, max: 99_999 }),
      (lines, percentage, off) => {
        const world = account();
        const rate = world.createTaxRate({ display_name: "T", percentage, inclusive: false });
        const coupon = world.createCoupon({ amount_off: off, currency: "usd" });
        const customer = world.createCustomer({});
        const discounts = [{ coupon: coupon.id }];
        const draft = world.createInvoice({ customer: customer.id, currency: "usd", discounts });
        const given = lines.map(({ amount, taxed }) => ({
          amount,
          tax_rates: taxed ? [rate.id] : [],
        }));
        const invoice = world.addInvoiceLines({ invoice: draft.id, lines: given });
        const positive = invoice.lines.reduce((sum, one) => sum + Math.max(0, one.amount), 0);
        const offs = invoice.lines
          .flatMap((one) => one.discounts)
          .reduce((s, d) => s + d.amount, 0);
        const tax = invoice.lines.flatMap((one) => one.taxes).reduce((s, t) => s + t.amount, 0);
        expect(offs).toBe(Math.min(off, positive));
        expect(invoice.total).toBe(invoice.subtotal - offs + tax);
      },
    ),
    { numRuns: 60 },
  );
});

test("given inclusive tax, when totalled, then the tax is inside", () => {
  const world = account();
  const rate = world.createTaxRate({ display_name: "VAT", percentage: "19", inclusive: true });
  const customer = world.createCustomer({});
  const draft = world.createInvoice({ customer: customer.id, currency: "eur" });
  const lines = [{ amount: 11_900, tax_rates: [rate.id] }];
  const invoice = world.addInvoiceLines({ invoice: draft.id, lines });
  expect([invoice.total, invoice.lines[0]?.taxes[0]?.amount]).toEqual([11_900, 1900]);
  expect(world.render(invoice)).toMatchObject({ total: 11_900, total_excluding_tax: 10_000 });
});

test("given an open invoice, when credited, then less is due, and voiding restores", () => {
  const world = account();
  const invoice = openInvoice(world, 10_000);
  const note = world.createCreditNote({ invoice: invoice.id, amount: 3000 });
  expect(note).toMatchObject({ number: `${invoice.number}-CN-01`, pre_payment_amount: 3000 });
  expect(world.state.find("invoice", invoice.id)).toMatchObject({ amount_remaining: 7000 });
  world.voidCreditNote({ credit_note: note.id });
  expect(world.state.find("invoice", invoice.id)).toMatchObject({ amount_remaining: 10_000 });
  world.createCreditNote({ invoice: invoice.id, amount: 4000 });
  expect(world.payInvoice({ invoice: invoice.id })).toMatchObject({ amount_paid: 6000 });
  const [charge] = world.state.table("charge").byId.values();
  expect(charge).toMatchObject({ amount: 6000 });
  expect(
    refused(() => world.createCreditNote({ invoice: invoice.id, amount: 6001 })),
  ).toMatchObject({
    status: 400,
  });
});

test("given a paid invoice, when a line is credited, then tax and money go back", () => {
  const world = account();
  const rate = world.createTaxRate({ display_name: "VAT", percentage: "19", inclusive: false });
  const customer = world.createCustomer({ payment_method: "pm_card_visa" });
  const draft = world.createInvoice({ customer: customer.id, currency: "eur" });
  const lines = [{ amount: 10_000, tax_rates: [rate.id] }];
  const [line] = world.addInvoiceLines({ invoice: draft.id, lines }).lines;
  world.payInvoice({ invoice: draft.id });
  const seen = world.state.events.length;
  const note = world.createCreditNote({
    invoice: draft.id,
    lines: [{ type: "invoice_line_item", invoice_line_item: line?.id, amount: 5000 }],
    refund_amount: 4000,
    credit_amount: 1950,
  });
  expect(note).toMatchObject({ subtotal: 5000, total: 5950, post_payment_amount: 5950 });
  expect(note.lines[0]?.taxes[0]?.amount).toBe(950);
  expect(world.state.find("customer", customer.id)?.balance).toBe(-1950);
  expect(typesSince(world, seen)).toEqual([
    "refund.created",
    "charge.refunded",
    "customer.updated",
    "credit_note.created",
    "invoice.updated",
  ]);
  const next = world.createInvoice({ customer: customer.id, currency: "eur" });
  world.addInvoiceLines({ invoice: next.id, lines: [{ amount: 1000 }] });
  const covered = world.finalizeInvoice({ invoice: next.id });
  expect(covered).toMatchObject({ status: "paid", amount_due: 0, ending_balance: -950 });
});

test("given a payment of its own, when attached to an invoice, then the rest is still due", () => {
  const world = account();
  const invoice = openInvoice(world, 10_000);
  const pay = (amount: number) =>
    world.createPaymentIntent({
      amount,
      currency: "eur",
      customer: invoice.customer,
      payment_method: "pm_card_visa",
      confirm: true,
    }).id;
  const part = { invoice: invoice.id, payment_intent: pay(4000) };
  expect(world.attachInvoicePayment(part)).toMatchObject({
    status: "open",
    amount_paid: 4000,
    amount_remaining: 6000,
  });
  expect(refused(() => world.attachInvoicePayment(part))).toMatchObject({ status: 400 });
  const seen = world.state.events.length;
  expect(world.payInvoice({ invoice: invoice.id })).toMatchObject({
    status: "paid",
    amount_paid: 10_000,
  });
  expect(typesSince(world, seen)).toContain("invoice_payment.paid");
  const payments = [...world.state.table("invoice_payment").byId.values()];
  const paid = payments.map((one) => "amount_paid" in one && one.amount_paid);
  expect(paid.toSorted()).toEqual([4000, 6000]);
});

test("given invoices, when voided, written off, paid outside, then each ends right", () => {
  const world = account();
  const voided = world.voidInvoice({ invoice: openInvoice(world, 100).id });
  expect(world.state.find("payment_intent", String(voided.payment_intent))?.status).toBe(
    "canceled",
  );
  expect(refused(() => world.payInvoice({ invoice: voided.id }))).toMatchObject({ status: 400 });
  const written = world.markInvoiceUncollectible({ invoice: openInvoice(world, 100).id });
  expect(world.payInvoice({ invoice: written.id }).status).toBe("paid");
  const seen = world.state.events.length;
  const outside = openInvoice(world, 100);
  world.payInvoice({ invoice: outside.id, paid_out_of_band: true });
  const types = typesSince(world, seen);
  expect(types).toContain("invoice.paid");
  expect(types).not.toContain("invoice.payment_succeeded");
  expect(types).not.toContain("charge.succeeded");
});

test("given a test clock, when time passes, then subscriptions renew at their own times", () => {
  const world = account();
  const start = Date.UTC(2026, 0, 31, 10) / 1000;
  const clock = world.createTestClock({ frozen_time: start });
  const customer = world.createCustomer({ test_clock: clock.id, payment_method: "pm_card_visa" });
  const price = world.createPrice({
    currency: "usd",
    unit_amount: 1000,
    product_data: { name: "Seat" },
    recurring: { interval: "month" },
  });
  const made = world.createSubscription({ customer: customer.id, items: [{ price: price.id }] });
  expect(made.status).toBe("active");
  world.advanceTestClock({ test_clock: clock.id, frozen_time: Date.UTC(2026, 3, 5) / 1000 });
  const invoices = [...world.state.table("invoice").byId.values()] as InvoiceRecord[];
  expect(invoices.map((one) => new Date(one.created * 1000).toISOString().slice(0, 10))).toEqual([
    "2026-01-31",
    "2026-02-28",
    "2026-03-31",
  ]);
  expect(invoices.map((one) => one.status)).toEqual(["paid", "paid", "paid"]);
  expect(invoices[1]?.finalized_at).toBe((invoices[1]?.created ?? 0) + 3600);
  const last = world.state.events.filter((event) => event.type === "invoice.paid").at(-1);
  expect(last?.created).toBe(invoices[2]?.paid_at);
});

test("given a failing renewal, when it is paid later, then past due, then active", () => {
  const clock = sandboxClock(systemClock);
  const world = account({ clock });
  const customer = world.createCustomer({ payment_method: "pm_card_visa" });
  const price = world.createPrice({
    currency: "usd",
    unit_amount: 1000,
    product_data: { name: "Seat" },
    recurring: { interval: "day" },
  });
  const { id } = world.createSubscription({ customer: customer.id, items: [{ price: price.id }] });
  world.updateCustomer({
    customer: customer.id,
    invoice_settings: { default_payment_method: "pm_card_chargeCustomerFail" },
  });
  clock.advance((DAY + 7200) * 1000);
  world.renewDue();
  const late = world.state.find("subscription", id);
  expect(late?.status).toBe("past_due");
  world.payInvoice({ invoice: String(late?.latest_invoice), payment_method: "pm_card_visa" });
  expect(world.state.find("subscription", id)?.status).toBe("active");
});

test("given a change within a period, when prorated, then credit and charge by time", () => {
  const world = account();
  const start = Date.UTC(2026, 3, 1) / 1000;
  const clock = world.createTestClock({ frozen_time: start });
  const customer = world.createCustomer({ test_clock: clock.id, payment_method: "pm_card_visa" });
  const price = world.createPrice({
    currency: "usd",
    unit_amount: 3000,
    product_data: { name: "Seat" },
    recurring: { interval: "month" },
  });
  const made = world.createSubscription({ customer: customer.id, items: [{ price: price.id }] });
  world.advanceTestClock({ test_clock: clock.id, frozen_time: start + 15 * DAY });
  world.updateSubscription({
    subscription: made.id,
    items: [{ id: made.items[0]?.id, quantity: 3 }],
    proration_behavior: "always_invoice",
  });
  const invoice = [...world.state.table("invoice").byId.values()].at(-1) as InvoiceRecord;
  expect(invoice.lines.map((line) => line.amount)).toEqual([-1500, 4500]);
  expect(invoice).toMatchObject({ total: 3000, status: "paid" });
  expect(invoice.lines[0]?.credited?.invoice).toBe(made.latest_invoice);
});

test("given charges, refunds and a dispute, when paid out, then the payout is their net", () => {
  const clock = sandboxClock(systemClock);
  const world = account({ clock });
  const first = world.payInvoice({ invoice: openInvoice(world, 10_000).id });
  world.payInvoice({ invoice: openInvoice(world, 20_000).id });
  world.createRefund({ charge: String(first.charge), amount: 2500 });
  expect(
    refused(() => world.createRefund({ charge: String(first.charge), amount: 7501 })),
  ).toBeDefined();
  const dispute = world.openDispute({ charge: String(first.charge) });
  clock.advance(3 * DAY * 1000);
  const lost = 320 + 610 + 2500 + dispute.amount + 1500;
  const payout = world.runAutomaticPayout({ currency: "eur", settle: true });
  expect(payout).toMatchObject({ amount: 30_000 - lost, status: "paid", automatic: true });
  const carried = [...world.state.table("balance_transaction").byId.values()].filter(
    (record: AnyRecord) => "payout" in record && record.payout === payout.id,
  ) as { net: number }[];
  expect(carried.reduce((sum, txn) => sum + txn.net, 0)).toBe(0);
  world.decideDispute({ dispute: dispute.id, outcome: "won" });
  expect(typesSince(world, 0).slice(-2)).toEqual([
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
  ]);
  expect(world.createPayout({ amount: 100, currency: "eur" }).automatic).toBe(false);
});

test("given odd currencies, when charged and paid out, then Stripe's own digits hold", () => {
  const clock = sandboxClock(systemClock);
  const world = account({ clock });
  const pay = (amount: number, currency: string) =>
    world.createPaymentIntent({ amount, currency, payment_method: "pm_card_visa", confirm: true });
  expect(pay(500, "jpy").status).toBe("succeeded");
  expect(refused(() => pay(1234, "kwd"))).toMatchObject({ param: "amount" });
  expect(pay(1230, "kwd").amount_received).toBe(1230);
  expect(refused(() => pay(150, "isk"))).toMatchObject({ param: "amount" });
  pay(99_950, "huf");
  clock.advance(3 * DAY * 1000);
  const payout = world.runAutomaticPayout({ currency: "huf" });
  expect(payout.amount % 100).toBe(0);
  expect(payout.amount).toBe(97_000);
});

test("given another settlement currency, when charged, then the balance holds the rate", () => {
  const rates = { eur: "1.0825", jpy: "0.0067" };
  const world = account({ settlement: { currency: "usd", rates } });
  world.payInvoice({ invoice: openInvoice(world, 10_000).id });
  const pay = { amount: 5000, currency: "jpy", payment_method: "pm_card_visa", confirm: true };
  world.createPaymentIntent(pay);
  const moved = [...world.state.table("balance_transaction").byId.values()].map((record) =>
    world.render(record),
  );
  expect(moved[0]).toMatchObject({ amount: 10_825, currency: "usd", exchange_rate: 1.0825 });
  expect(moved[1]).toMatchObject({ amount: 3350, currency: "usd", fee: 127, net: 3223 });
});

test("given the same seed, when the same is done, then the same ids, never twice", () => {
  const ids = (seed: number) => {
    const world = account({ seed });
    for (let i = 0; i < 300; i += 1) openInvoice(world, 100 + i);
    return world.state.events.map((event) => event.id);
  };
  const first = ids(7);
  expect(ids(7)).toEqual(first);
  expect(new Set(first).size).toBe(first.length);
  expect(ids(8)[0]).not.toBe(first[0]);
  expect(first[0]).toMatch(/^evt_[0-9A-Za-z]{24}$/);
});
