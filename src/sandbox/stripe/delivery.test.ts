import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../../test/support/system-clock.ts";
import type { SenderSettings } from "./sender.ts";
import type { StripeSandbox } from "./start.ts";
import { startStripeSandbox } from "./start.ts";
import { OLD_VERSION } from "./versions.ts";

interface Delivered {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly event: Stripe.Event;
}

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

/** A receiver; `answers` gives the status of the n-th delivery, default 200. */
async function receiver(answers: (n: number) => number = () => 200) {
  const got: Delivered[] = [];
  let busy = 0;
  const state = { peak: 0 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    busy += 1;
    state.peak = Math.max(state.peak, busy);
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      got.push({ body, headers: request.headers, event: JSON.parse(body) as Stripe.Event });
      setTimeout(() => {
        busy -= 1;
        response.writeHead(answers(got.length)).end();
      }, 2);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return { got, state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks` };
}

async function account(delivery: Partial<SenderSettings> = {}): Promise<StripeSandbox> {
  const sandbox = await startStripeSandbox({ clock: systemClock, port: 0, perSecond: 0, delivery });
  open.push(sandbox);
  return sandbox;
}

function customers(sandbox: Pick<StripeSandbox, "world">, count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => sandbox.world.createCustomer({ name: `c${i}` }).id,
  );
}

const subjects = (got: readonly Delivered[]) =>
  got.map(({ event }) => (event.data.object as { id: string }).id);

function constructed(delivered: Delivered, secret: string): Stripe.Event {
  const signature = String(delivered.headers["stripe-signature"]);
  return Stripe.webhooks.constructEvent(delivered.body, signature, secret);
}

test("given an endpoint, when an invoice is paid, then signed events come", async () => {
  const sandbox = await account();
  const { got, url } = await receiver();
  const config = { host: "127.0.0.1", port: sandbox.port, protocol: "http" } as const;
  const stripe = new Stripe("sk_test_hooks", config);
  const endpoint = await stripe.webhookEndpoints.create({
    url,
    enabled_events: ["invoice.paid", "invoice_payment.paid"],
    api_version: "2026-10-28.endive",
  });
  const secret = endpoint.secret ?? "";
  expect(secret).toMatch(/^whsec_/);
  expect(await stripe.webhookEndpoints.retrieve(endpoint.id)).not.toHaveProperty("secret");
  const customer = await stripe.customers.create({ payment_method: "pm_card_visa" });
  const draft = await stripe.invoices.create({ customer: customer.id, currency: "usd" });
  await stripe.invoices.addLines(draft.id, { lines: [{ amount: 500 }] });
  await stripe.invoices.pay(draft.id, {}, { idempotencyKey: "pay-1" });
  await sandbox.sender.idle();
  const events = got.map((one) => constructed(one, secret));
  expect(events.map((event) => event.type).sort()).toEqual([
    "invoice.paid",
    "invoice_payment.paid",
  ]);
  expect(events[0]).toMatchObject({
    api_version: "2026-10-28.endive",
    request: { idempotency_key: "pay-1" },
    pending_webhooks: 1,
  });
  const listed = await stripe.events.retrieve(events[0]?.id ?? "");
  expect(listed).toMatchObject({ id: events[0]?.id, pending_webhooks: 0 });
  expect(() =>
    constructed({ ...(got[0] as Delivered), body: `${got[0]?.body} ` }, secret),
  ).toThrow();
});

test("given a rolled secret, when events come, then old and new both verify", async () => {
  const { world, sender } = await account();
  const { got, url } = await receiver();
  const endpoint = world.createWebhookEndpoint({ url, enabled_events: ["*"] });
  const [old = ""] = endpoint.secrets;
  const [fresh = ""] = world.rollWebhookSecret({ webhook_endpoint: endpoint.id }).secrets;
  world.createCustomer({});
  await sender.idle();
  expect(String(got[0]?.headers["stripe-signature"]).match(/v1=/g)).toHaveLength(2);
  for (const secret of [old, fresh]) {
    expect(constructed(got[0] as Delivered, secret).type).toBe("customer.created");
  }
  world.rollWebhookSecret({ webhook_endpoint: endpoint.id, keep_old: false });
  world.createCustomer({});
  await sender.idle();
  expect(() => constructed(got[1] as Delivered, fresh)).toThrow();
});

test("given endpoints of two versions, when one is paid, then each gets its shape", async () => {
  const { world, sender } = await account();
  const { got: now, url: nowUrl } = await receiver();
  const { got: then, url: thenUrl } = await receiver();
  world.createWebhookEndpoint({ url: nowUrl, enabled_events: ["*"] });
  world.createWebhookEndpoint({ url: thenUrl, enabled_events: ["*"], api_version: OLD_VERSION });
  const customer = world.createCustomer({ payment_method: "pm_card_visa" });
  const draft = world.createInvoice({ customer: customer.id, currency: "usd" });
  world.addInvoiceLines({ invoice: draft.id, lines: [{ amount: 500 }] });
  world.payInvoice({ invoice: draft.id });
  await sender.idle();
  const types = (got: readonly Delivered[]) => got.map((one) => one.event.type);
  expect(types(now)).toContain("invoice_payment.paid");
  expect(types(then)).not.toContain("invoice_payment.paid");
  const paid = (got: readonly Delivered[]) =>
    got.find((one) => one.event.type === "invoice.paid")?.event;
  expect(paid(now)?.data.object).not.toHaveProperty("charge");
  expect(paid(then)?.data.object).toHaveProperty("charge");
  expect(paid(then)?.api_version).toBe(OLD_VERSION);
  const updated = now.filter((one) => one.event.type === "invoice.updated").at(-1)?.event;
  expect(updated?.data.previous_attributes).toMatchObject({
    status: "open",
    amount_remaining: 500,
  });
});

test("given a receiver that fails, when tried again, then delivered or given up", async () => {
  const { world, sender } = await account({ retryDelaysMs: [5, 5] });
  const shaky = await receiver((n) => (n <= 2 ? 503 : 200));
  world.createWebhookEndpoint({ url: shaky.url, enabled_events: ["customer.created"] });
  const dead = await receiver(() => 500);
  world.createWebhookEndpoint({ url: dead.url, enabled_events: ["customer.created"] });
  world.createCustomer({});
  await expect.poll(() => shaky.got.length).toBe(3);
  await expect.poll(() => dead.got.length).toBe(3);
  await sender.idle();
  expect(world.state.counts()).toMatchObject({
    webhooks_delivered: 1,
    webhooks_given_up: 1,
    webhooks_pending: 0,
  });
  const [first, , third] = shaky.got.map((one) => one.event.id);
  expect(first).toBe(third);
  // It changes between tries, so a receiver must not compare whole bodies.
  expect(dead.got.map((one) => one.event.pending_webhooks)).toEqual(
    expect.arrayContaining([expect.any(Number)]),
  );
});

test("given two endpoints, when one accepts, then pending_webhooks falls", async () => {
  const { world, sender } = await account({ retryDelaysMs: [60], concurrency: 2 });
  const good = await receiver();
  const shaky = await receiver((n) => (n === 1 ? 500 : 200));
  world.createWebhookEndpoint({ url: good.url, enabled_events: ["*"] });
  world.createWebhookEndpoint({ url: shaky.url, enabled_events: ["*"] });
  world.createCustomer({});
  await expect.poll(() => shaky.got.length).toBe(2);
  await sender.idle();
  expect(shaky.got.map((one) => one.event.pending_webhooks)).toEqual([2, 1]);
});

test("given duplicates, loss and disorder, when events are sent, then counts say so", async () => {
  const { world, sender } = await account({
    duplicateRate: 0.2,
    lossRate: 0.1,
    reorderWindow: 20,
    concurrency: 1,
  });
  const { got, url } = await receiver();
  world.createWebhookEndpoint({ url, enabled_events: ["customer.created"] });
  const made = customers({ world }, 200);
  await sender.idle();
  const counts = world.state.counts();
  const seen = subjects(got);
  const { webhooks_lost: lost = 0, webhooks_duplicates: twice = 0 } = counts;
  expect(lost).toBeGreaterThan(5);
  expect(twice).toBeGreaterThan(15);
  expect(new Set(seen).size).toBe(200 - lost);
  expect(seen.length).toBe(200 - lost + twice);
  expect(counts).toMatchObject({ webhooks_delivered: 200 - lost, webhooks_pending: 0 });
  const order = [...new Set(seen)].map((id) => made.indexOf(id));
  expect(order).not.toEqual(order.toSorted((a, b) => a - b));
});

test("given the control plane, when sending is stopped and changed, then it obeys", async () => {
  const sandbox = await account({ enabled: false });
  const { world, sender } = sandbox;
  const { got, state, url } = await receiver();
  world.createWebhookEndpoint({ url, enabled_events: ["customer.created"] });
  customers(sandbox, 30);
  const control = (method: string, path: string, body: unknown) =>
    fetch(`${sandbox.url}/__sandbox/${path}`, { method, body: JSON.stringify(body) });
  await new Promise((done) => setTimeout(done, 30));
  expect(got).toEqual([]);
  expect((await control("PUT", "delivery", { concurrency: 0 })).status).toBe(400);
  await control("PUT", "delivery", { enabled: true, concurrency: 6 });
  await sender.idle();
  expect(got).toHaveLength(30);
  expect(state.peak).toBeGreaterThan(1);
  expect(state.peak).toBeLessThanOrEqual(6);
  await control("POST", "delivery/again", { event: got[3]?.event.id });
  await sender.idle();
  expect(got.at(-1)?.event.id).toBe(got[3]?.event.id);
  await control("PUT", "delivery", { perSecond: 50 });
  const started = performance.now();
  customers(sandbox, 11);
  await sender.idle();
  expect(performance.now() - started).toBeGreaterThan(180);
});
