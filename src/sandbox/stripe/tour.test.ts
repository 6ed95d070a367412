import Stripe from "stripe";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../../test/support/system-clock.ts";
import type { StripeSandbox, StripeSandboxOptions } from "./start.ts";
import { startStripeSandbox } from "./start.ts";

const open: StripeSandbox[] = [];
afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.close();
});

async function account(options: Partial<StripeSandboxOptions> = {}) {
  const sandbox = await startStripeSandbox({
    clock: systemClock,
    port: 0,
    perSecond: 0,
    ...options,
  });
  open.push(sandbox);
  const { port } = sandbox;
  const config = { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries: 0 } as const;
  return { sandbox, stripe: new Stripe("sk_test_tour", config) };
}

async function openInvoice(stripe: Stripe, amount = 10_000) {
  const customer = await stripe.customers.create({
    name: "Ada",
    invoice_settings: { default_payment_method: "pm_card_visa" },
  });
  const vat = await stripe.taxRates.create({
    display_name: "VAT",
    percentage: 19,
    inclusive: false,
  });
  const draft = await stripe.invoices.create({ customer: customer.id, currency: "eur" });
  await stripe.invoices.addLines(draft.id, {
    lines: [{ amount, description: "Seats", tax_rates: [vat.id] }],
  });
  return { customer, invoice: await stripe.invoices.finalizeInvoice(draft.id) };
}

test("given an invoice, when finalized and paid, then the client sees its parts", async () => {
  const { stripe } = await account();
  const { customer, invoice } = await openInvoice(stripe);
  expect(invoice.number).toMatch(/^[0-9A-F]{8}-0001$/);
  expect(invoice).toMatchObject({ status: "open", subtotal: 10_000, total: 11_900 });
  expect(invoice.total_taxes?.[0]).toMatchObject({ amount: 1900, tax_behavior: "exclusive" });
  const paid = await stripe.invoices.pay(invoice.id, { expand: ["payments", "customer"] });
  expect(paid).toMatchObject({ status: "paid", amount_paid: 11_900, amount_remaining: 0 });
  expect((paid.customer as Stripe.Customer).id).toBe(customer.id);
  const payment = paid.payments?.data[0];
  expect(payment).toMatchObject({ status: "paid", amount_paid: 11_900 });
  const found = await stripe.invoicePayments.list({
    payment: { type: "payment_intent", payment_intent: String(payment?.payment.payment_intent) },
  });
  expect(found.data.map((one) => one.invoice)).toEqual([invoice.id]);
  const intent = await stripe.paymentIntents.retrieve(String(payment?.payment.payment_intent), {
    expand: ["latest_charge.balance_transaction"],
  });
  const charge = intent.latest_charge as Stripe.Charge;
  const txn = charge.balance_transaction as Stripe.BalanceTransaction;
  expect([txn.amount, txn.fee, txn.net]).toEqual([11_900, 375, 11_525]);
  const types = (await stripe.events.list({ limit: 100 })).data.map((event) => event.type);
  expect(types.slice(0, 6).reverse()).toEqual([
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice.updated",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice_payment.paid",
  ]);
});

test("given a declined card, when an invoice is paid, then the failed charge stays", async () => {
  const { stripe } = await account();
  const { invoice } = await openInvoice(stripe);
  const paying = stripe.invoices.pay(invoice.id, { payment_method: "pm_card_chargeDeclined" });
  await expect(paying).rejects.toMatchObject({
    type: "StripeCardError",
    code: "card_declined",
    statusCode: 402,
  });
  const [charge] = (await stripe.charges.list()).data;
  expect(charge).toMatchObject({ status: "failed", failure_code: "card_declined" });
  expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({
    status: "open",
    attempt_count: 1,
  });
});

test("given pages being read, when items are added, then none is missed or twice", async () => {
  const { stripe } = await account();
  const made: string[] = [];
  for (let i = 0; i < 25; i += 1) made.push((await stripe.customers.create({ name: `c${i}` })).id);
  const first = await stripe.customers.list({ limit: 10 });
  await stripe.customers.create({ name: "between" });
  const second = await stripe.customers.list({
    limit: 10,
    starting_after: first.data.at(-1)?.id ?? "",
  });
  const third = await stripe.customers.list({
    limit: 10,
    starting_after: second.data.at(-1)?.id ?? "",
  });
  const read = [...first.data, ...second.data, ...third.data].map((one) => one.id);
  expect(read).toEqual(made.toReversed());
  expect([first.has_more, second.has_more, third.has_more]).toEqual([true, true, false]);
  const newer = await stripe.customers.list({ limit: 10, ending_before: first.data[0]?.id ?? "" });
  expect(newer.data.map((one) => one.name)).toEqual(["between"]);
  const all = await stripe.customers.list({ limit: 7 }).autoPagingToArray({ limit: 100 });
  expect(all).toHaveLength(26);
});

test("given lists, when they are narrowed, then by customer, status and time", async () => {
  const { stripe } = await account();
  const { customer, invoice } = await openInvoice(stripe);
  await openInvoice(stripe);
  const mine = await stripe.invoices.list({ customer: customer.id, status: "open" });
  expect(mine.data.map((one) => one.id)).toEqual([invoice.id]);
  expect((await stripe.invoices.list({ created: { gte: invoice.created } })).data).toHaveLength(2);
  expect((await stripe.invoices.list({ created: { lt: invoice.created } })).data).toHaveLength(0);
  const listing = stripe.invoices.list({ colour: "red" } as never);
  await expect(listing).rejects.toMatchObject({ code: "parameter_unknown", param: "colour" });
});

test("given metadata, when it is searched, then found, but not while stale", async () => {
  const { sandbox, stripe } = await account();
  const { id } = await stripe.customers.create({ name: "Ada", metadata: { ref: "a-1" } });
  const query = "metadata['ref']:'a-1' AND name~\"ad\"";
  expect((await stripe.customers.search({ query })).data.map((one) => one.id)).toEqual([id]);
  sandbox.faults.replace({ switches: { "stale-search": 60 } });
  expect((await stripe.customers.search({ query })).data).toEqual([]);
  await expect(stripe.customers.search({ query: "((" })).rejects.toMatchObject({ statusCode: 400 });
});

test("given wrong calls, when they are made, then each is refused in the envelope", async () => {
  const { sandbox, stripe } = await account();
  const cases: [Promise<unknown>, object][] = [
    [stripe.customers.retrieve("cus_none"), { code: "resource_missing", statusCode: 404 }],
    [stripe.invoices.create({} as never), { code: "parameter_missing", param: "customer" }],
    [
      stripe.customers.create({ balance: "x" } as never),
      { code: "parameter_invalid_integer", param: "balance" },
    ],
    [
      stripe.customers.create({ address: { planet: "mars" } } as never),
      { code: "parameter_unknown", param: "address[planet]" },
    ],
    [stripe.rawRequest("GET", "/v1/unheard_of"), { statusCode: 404 }],
  ];
  for (const [call, error] of cases) {
    await expect(call).rejects.toMatchObject({ type: "StripeInvalidRequestError", ...error });
  }
  const anonymous = await fetch(`${sandbox.url}/v1/customers`);
  expect([anonymous.status, Object.keys((await anonymous.json()) as object)]).toEqual([
    401,
    ["error"],
  ]);
});

test("given a deleted customer, when it is read, then a tombstone and on no list", async () => {
  const { stripe } = await account();
  const { id } = await stripe.customers.create({});
  expect(await stripe.customers.del(id)).toMatchObject({ id, deleted: true });
  expect(await stripe.customers.retrieve(id)).toEqual(
    expect.objectContaining({ id, object: "customer", deleted: true }),
  );
  expect((await stripe.customers.list()).data).toEqual([]);
  await expect(stripe.customers.update(id, { name: "x" })).rejects.toMatchObject({
    statusCode: 404,
  });
});

test("given an idempotency key, when used again, then the first answer is replayed", async () => {
  const { sandbox, stripe } = await account();
  const keyed = { idempotencyKey: "once" };
  const first = await stripe.customers.create({ name: "Ada" }, keyed);
  const again = await stripe.customers.create({ name: "Ada" }, keyed);
  expect(again.id).toBe(first.id);
  expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
  expect(sandbox.world.state.counts()["customer"]).toBe(1);
  await expect(stripe.customers.create({ name: "Bob" }, keyed)).rejects.toMatchObject({
    type: "StripeIdempotencyError",
    statusCode: 400,
  });
  sandbox.clock.advance(25 * 3_600_000);
  expect((await stripe.customers.create({ name: "Ada" }, keyed)).id).not.toBe(first.id);
});

test("given a 500 after the commit, when the key is used again, then replayed", async () => {
  const { sandbox, stripe } = await account({
    faults: {
      rules: [
        {
          id: "broken",
          match: { operation: "customer.create" },
          action: { type: "status-after", status: 500, body: { error: { type: "api_error" } } },
          times: 1,
        },
      ],
    },
  });
  const keyed = { idempotencyKey: "k" };
  const failed = { statusCode: 500 };
  await expect(stripe.customers.create({ name: "Ada" }, keyed)).rejects.toMatchObject(failed);
  await expect(stripe.customers.create({ name: "Ada" }, keyed)).rejects.toMatchObject(failed);
  expect(sandbox.world.state.counts()["customer"]).toBe(1);
});

test("given a refused parameter, when the key is used again, then it executes", async () => {
  const { stripe } = await account();
  const keyed = { idempotencyKey: "k" };
  await expect(stripe.customers.create({ nam: "x" } as never, keyed)).rejects.toThrow("nam");
  expect((await stripe.customers.create({ name: "x" }, keyed)).name).toBe("x");
});

test("given a slow execution, when key or object are used, then 409 and lock_timeout", async () => {
  const { stripe, sandbox } = await account();
  const { invoice } = await openInvoice(stripe);
  sandbox.faults.replace({ switches: { "execution-ms": 150 } });
  const keyed = { idempotencyKey: "slow" };
  const first = stripe.customers.create({ name: "Ada" }, keyed);
  const paying = stripe.invoices.pay(invoice.id);
  await new Promise((done) => setTimeout(done, 50));
  await expect(stripe.customers.create({ name: "Ada" }, keyed)).rejects.toMatchObject({
    statusCode: 409,
    code: "idempotency_key_in_use",
  });
  await expect(stripe.invoices.voidInvoice(invoice.id)).rejects.toMatchObject({
    statusCode: 429,
    code: "lock_timeout",
  });
  expect((await first).name).toBe("Ada");
  expect((await paying).status).toBe("paid");
});

test("given the test-mode limit, when more calls come, then 429 rate_limit", async () => {
  const { sandbox, stripe } = await account({ perSecond: 25 });
  const calls = Array.from({ length: 40 }, () => stripe.balance.retrieve());
  const settled = await Promise.allSettled(calls);
  const refused = settled.filter((one) => one.status === "rejected");
  expect(settled.length - refused.length).toBe(25);
  expect(refused[0]?.reason).toMatchObject({
    type: "StripeRateLimitError",
    code: "rate_limit",
    statusCode: 429,
  });
  sandbox.limits.perSecond = 0;
  expect((await stripe.balance.retrieve()).object).toBe("balance");
});

test("given a reset after the commit, when the client retries, then one customer", async () => {
  const { sandbox, stripe } = await account({
    faults: {
      rules: [
        {
          id: "lost",
          match: { operation: "customer.create" },
          action: { type: "reset-after" },
          nth: [1],
        },
      ],
    },
  });
  const keyed = { idempotencyKey: "k", maxNetworkRetries: 2 };
  const made = await stripe.customers.create({ name: "Ada" }, keyed);
  expect(made.lastResponse.headers["idempotent-replayed"]).toBe("true");
  expect([...sandbox.world.state.table("customer").byId.keys()]).toEqual([made.id]);
  expect(sandbox.calls.list().map((call) => [call.fault, call.status])).toEqual([
    ["lost", 0],
    [null, 200],
  ]);
});
