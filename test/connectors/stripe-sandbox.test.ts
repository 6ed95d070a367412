/** The Stripe source against the sandbox, driven by the vendor's own client. */
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { afterEach, describe, expect, it } from "vitest";
import type { SourceConnection } from "../../src/connectors/kit/source.ts";
import type { StripeApi } from "../../src/connectors/stripe/api.ts";
import { openStripeApi } from "../../src/connectors/stripe/api.ts";
import { completeEvent } from "../../src/connectors/stripe/complete-event.ts";
import { stripeSettingsSchema } from "../../src/connectors/stripe/settings.ts";
import { stripeSource } from "../../src/connectors/stripe/source.ts";
import { checkContract } from "../../src/contracts/check-contract.ts";
import type { EventDraft } from "../../src/contracts/envelope.ts";
import type { Invoice } from "../../src/contracts/invoice/invoice.ts";
import { canonicalJson } from "../../src/kernel/canonical-json.ts";
import { seededRandom } from "../../src/kernel/random.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import type { StripeSandbox, StripeSandboxOptions } from "../../src/sandbox/stripe/start.ts";
import { startStripeSandbox } from "../../src/sandbox/stripe/start.ts";
import { systemClock } from "../support/system-clock.ts";
import { at, put } from "./stripe-bodies.ts";

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

/** The sweep leaves the present second alone; seen from a little later, everything is past. */
const later = { now: () => systemClock.now() + 3_000, monotonic: systemClock.monotonic };

interface Room {
  readonly sandbox: StripeSandbox;
  readonly stripe: Stripe;
  readonly source: SourceConnection;
}

async function room(
  options: Partial<StripeSandboxOptions> = {},
  webhookSecrets: string[] = [],
): Promise<Room> {
  const sandbox = await startStripeSandbox({
    clock: systemClock,
    port: 0,
    perSecond: 0,
    ...options,
  });
  open.push(sandbox);
  return { sandbox, stripe: clientOf(sandbox), source: sourceOf(sandbox, webhookSecrets) };
}

function clientOf({ port }: StripeSandbox): Stripe {
  return new Stripe("sk_test_room", { host: "127.0.0.1", port, protocol: "http" });
}

function apiOf({ port }: StripeSandbox): StripeApi {
  const settings = stripeSettingsSchema.parse({
    connection: "stripe-eu",
    origin: `http://127.0.0.1:${port}`,
    apiKey: "sk_test_room",
    webhookSecrets: [],
    livemode: false,
    legalEntity: { id: "de", timeZone: "Europe/Berlin" },
  });
  const api = openStripeApi(settings, { clock: later, random: seededRandom(7) });
  open.push(api);
  return api;
}

function sourceOf({ port }: StripeSandbox, webhookSecrets: string[]): SourceConnection {
  const source = stripeSource(
    {
      connection: "stripe-eu",
      origin: `http://127.0.0.1:${port}`,
      apiKey: "sk_test_room",
      webhookSecrets,
      livemode: false,
      legalEntity: { id: "de", timeZone: "Europe/Berlin" },
    },
    { clock: later, random: seededRandom(7) },
  );
  open.push({ close: async () => source.close?.() });
  return source;
}

async function sweepAll({ source }: Room): Promise<Json[]> {
  const facts: Json[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await source.sweep!.page("events", cursor);
    facts.push(...page.facts);
    cursor = page.cursor;
    if (!page.more) return facts;
  }
}

/** Every draft of some facts; each is fit for its contract and no fact is a dead letter. */
function draftsOf(source: SourceConnection, facts: readonly Json[]): EventDraft[] {
  return facts.flatMap((fact) => {
    const result = source.translate(fact, "sweep");
    if (result.kind === "dead") throw new Error(`${result.code}: ${result.reason}`);
    const drafts = result.kind === "events" ? [...result.events] : [];
    for (const draft of drafts) {
      expect(checkContract(draft.type, draft.data), draft.type).toEqual({ ok: true });
    }
    return drafts;
  });
}

/** A customer with an invoice of three kinds of line, paid, partly credited and refunded. */
async function business(stripe: Stripe): Promise<{ invoice: Stripe.Invoice; customer: string }> {
  const customer = await stripe.customers.create({
    name: "Ada",
    invoice_settings: { default_payment_method: "pm_card_visa" },
  });
  const product = await stripe.products.create({ name: "Seat" });
  const price = await stripe.prices.create({
    product: product.id,
    currency: "eur",
    unit_amount: 2_500,
  });
  const rate = { display_name: "VAT", percentage: 19 };
  const on = await stripe.taxRates.create({ ...rate, inclusive: false });
  const inside = await stripe.taxRates.create({ ...rate, inclusive: true });
  const draft = await stripe.invoices.create({ customer: customer.id, currency: "eur" });
  await stripe.invoices.addLines(draft.id, {
    lines: [
      { pricing: { price: price.id }, quantity: 4, tax_rates: [on.id] },
      { amount: -333, description: "Unused", tax_rates: [on.id] },
      { amount: 1_190, description: "Set-up", tax_rates: [inside.id] },
    ],
  });
  await stripe.invoices.finalizeInvoice(draft.id);
  const invoice = await stripe.invoices.pay(draft.id);
  return { invoice, customer: customer.id };
}

describe("the sweep", () => {
  it("brings every event of a business, each fit for its contract, in order", async () => {
    const here = await room();
    const { invoice } = await business(here.stripe);
    const drafts = draftsOf(here.source, await sweepAll(here));
    const types = drafts.map(({ type }) => type);
    expect(types[0]).toBe("customer.created");
    expect(types).toEqual(
      expect.arrayContaining([
        "product.upserted",
        "price.upserted",
        "invoice.finalized",
        "payment.succeeded",
        "payment.applied",
        "invoice.paid",
      ]),
    );
    const finalized = drafts.find(({ type }) => type === "invoice.finalized");
    expect(finalized?.amount).toEqual({ minor: String(invoice.total), currency: "EUR" });
    const versions = drafts
      .filter(({ subject }) => subject === finalized?.subject)
      .map(({ version }) => Number(version));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  });

  it("tells the money of a refund once, though two events speak of it", async () => {
    const here = await room();
    const { stripe, source } = here;
    const intent = await stripe.paymentIntents.create({
      amount: 5_000,
      currency: "eur",
      payment_method: "pm_card_visa",
      confirm: true,
    });
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 1_200 });
    const facts = await sweepAll(here);
    const refunds = draftsOf(source, facts).filter(({ type }) => type === "refund.succeeded");
    expect(refunds.map(({ amount }) => amount?.minor)).toEqual(["1200"]);
    expect(refunds[0]?.subject).toBe(`stripe-eu/refund/${refund.id}`);
  });

  it.each(["2020-03-02", "2024-06-20", "2026-10-28.endive"])(
    "understands subscriptions, credits, disputes, payouts and voids in version %s",
    async (apiVersion) => {
      const here = await room({ apiVersion });
      const { stripe, source } = here;
      const { invoice, customer } = await business(stripe);
      const price = await stripe.prices.create({
        product: (await stripe.products.create({ name: "Plan" })).id,
        currency: "eur",
        unit_amount: 900,
        recurring: { interval: "month" },
      });
      const subscription = await stripe.subscriptions.create({
        customer,
        items: [{ price: price.id, quantity: 3 }],
      });
      const item = subscription.items.data[0]!.id;
      await stripe.subscriptions.update(subscription.id, { items: [{ id: item, quantity: 1 }] });
      await stripe.subscriptions.cancel(subscription.id);
      await stripe.creditNotes.create({ invoice: invoice.id, amount: 500, credit_amount: 500 });
      const draft = await stripe.invoices.create({ customer, currency: "eur" });
      await stripe.invoices.addLines(draft.id, { lines: [{ amount: 777 }] });
      await stripe.invoices.finalizeInvoice(draft.id);
      await stripe.invoices.voidInvoice(draft.id);
      await stripe.paymentIntents.create({
        amount: 3_000,
        currency: "eur",
        payment_method: "pm_card_createDispute",
        confirm: true,
      });
      const facts = await sweepAll(here);
      const versions = facts.map((fact) => (fact as { api_version: string }).api_version);
      expect(new Set(versions)).toEqual(new Set([apiVersion]));
      const types = new Set(draftsOf(source, facts).map(({ type }) => type));
      expect([...types]).toEqual(
        expect.arrayContaining([
          "subscription.created",
          "subscription.amended",
          "subscription.cancelled",
          "credit-memo.issued",
          "invoice.voided",
          "dispute.opened",
          "dispute.funds-withdrawn",
        ]),
      );
    },
  );

  it.each(["2020-03-02", "2026-10-28.endive"])(
    "makes an invoice whole that an event of version %s cut, and it is the same fact",
    async (apiVersion) => {
      const here = await room({ apiVersion });
      const { stripe, source } = here;
      const customer = await stripe.customers.create({ name: "Many" });
      const draft = await stripe.invoices.create({ customer: customer.id, currency: "eur" });
      const lines = Array.from({ length: 120 }, (_, i) => ({ amount: i + 1 }));
      await stripe.invoices.addLines(draft.id, { lines });
      await stripe.invoices.finalizeInvoice(draft.id);
      const facts = await sweepAll(here);
      const listed = facts.find((fact) => at(fact, "type") === "invoice.finalized")!;
      const first = (at(listed, "data.object.lines.data") as Json[]).slice(0, 10);
      const cut = put(listed, {
        "data.object.lines.data": first,
        "data.object.lines.has_more": true,
      });
      expect(source.translate(cut, "webhook")).toMatchObject({ code: "E_STRIPE_TRUNCATED" });
      const whole = await completeEvent(apiOf(here.sandbox), cut);
      const [finalized] = draftsOf(source, [whole]);
      const invoice = finalized!.data as unknown as Invoice;
      expect(invoice.lines).toHaveLength(120);
      expect(invoice.gross.amount).toBe("72.60");
      expect(source.identify(whole)).toEqual(source.identify(cut));
      // What is no longer than an event is, or nothing for us, costs no call.
      expect(await completeEvent(apiOf(here.sandbox), facts[0]!)).toBe(facts[0]);
    },
  );

  it("goes on when Stripe refuses for its rate", async () => {
    const here = await room();
    await business(here.stripe);
    here.sandbox.limits.perSecond = 2;
    expect(draftsOf(here.source, await sweepAll(here)).length).toBeGreaterThan(5);
  });
});

describe("an object that is fetched", () => {
  it("comes whole, however many lines it has", async () => {
    const { stripe, source } = await room();
    const customer = await stripe.customers.create({ name: "Many" });
    const draft = await stripe.invoices.create({ customer: customer.id, currency: "eur" });
    const lines = Array.from({ length: 130 }, (_, i) => ({ amount: i + 1, description: `${i}` }));
    await stripe.invoices.addLines(draft.id, { lines });
    await stripe.invoices.finalizeInvoice(draft.id);
    const fact = await source.fetch!(`stripe-eu/invoice/${draft.id}`);
    const [finalized] = draftsOf(source, [fact!]);
    const invoice = finalized?.data as unknown as Invoice;
    expect(invoice.lines).toHaveLength(130);
    expect(invoice.gross).toEqual({ amount: "85.15", currency: "EUR" });
  });

  it("says all that has happened to it, and is the same fact while nothing does", async () => {
    const { stripe, source } = await room();
    const { invoice, customer } = await business(stripe);
    const key = `stripe-eu/invoice/${invoice.id}`;
    const [first, second] = [await source.fetch!(key), await source.fetch!(key)];
    expect(draftsOf(source, [first!]).map(({ type }) => type)).toEqual([
      "invoice.finalized",
      "invoice.paid",
    ]);
    const [a, b] = [first!, second!].map((fact) => source.identify(fact));
    expect(a).toEqual(b);
    await stripe.customers.update(customer, { name: "Ada SE" });
    const present = await source.fetch!(`stripe-eu/customer/${customer}`);
    const [updated] = draftsOf(source, [present!]);
    expect(updated).toMatchObject({ type: "customer.updated", data: { name: "Ada SE" } });
  });

  it("finds an allocation by its payment and invoice", async () => {
    const here = await room();
    await business(here.stripe);
    const drafts = draftsOf(here.source, await sweepAll(here));
    const applied = drafts.find(({ type }) => type === "payment.applied")!;
    const fact = await here.source.fetch!(applied.subject);
    expect(draftsOf(here.source, [fact!])[0]?.data).toEqual(applied.data);
  });

  it("is undefined when Stripe has none, and a tombstone when it was deleted", async () => {
    const { stripe, source } = await room();
    expect(await source.fetch!("stripe-eu/invoice/in_none")).toBeUndefined();
    const { id } = await stripe.customers.create({ name: "Gone" });
    await stripe.customers.del(id);
    const fact = await source.fetch!(`stripe-eu/customer/${id}`);
    expect(draftsOf(source, [fact!])).toMatchObject([{ type: "customer.deleted", data: { id } }]);
    await expect(source.fetch!("stripe-eu/quote/qt_1")).rejects.toThrow(/cannot be fetched/);
  });

  it("is refused by a key that Stripe does not know", async () => {
    const { source } = await room({ keys: ["sk_test_other"] });
    await expect(source.fetch!("stripe-eu/invoice/in_1")).rejects.toThrow(/refused .* 401/);
  });
});

describe("webhooks of an old endpoint and the list of the account", () => {
  it("tell the same facts, with good signatures, in two shapes", async () => {
    const got: { body: Buffer; headers: IncomingHttpHeaders }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        got.push({ body: Buffer.concat(chunks), headers: request.headers });
        response.writeHead(200).end();
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    open.push({ close: () => void server.close() });
    const { port } = server.address() as AddressInfo;
    const { sandbox, stripe } = await room();
    const endpoint = await stripe.webhookEndpoints.create({
      url: `http://127.0.0.1:${port}/`,
      enabled_events: ["*"],
      api_version: "2020-03-02" as Stripe.LatestApiVersion,
    });
    const source = sourceOf(sandbox, [endpoint.secret ?? ""]);
    await business(stripe);
    await sandbox.sender.idle();
    const listed = new Map(
      (await sweepAll({ sandbox, stripe, source })).map((fact) => [idOf(fact), fact]),
    );
    expect(got.length).toBeGreaterThan(8);
    for (const { body, headers } of got) {
      const one = headers as Record<string, string>;
      expect(source.verify({ headers: one, body }, systemClock.now())).toEqual({ ok: true });
      const webhook = JSON.parse(body.toString()) as Json;
      const twin = listed.get(idOf(webhook))!;
      expect(identityText(source, webhook)).toBe(identityText(source, twin));
    }
    const versions = new Set(got.map(({ body }) => JSON.parse(body.toString()).api_version));
    expect([...versions]).toEqual(["2020-03-02"]);
    draftsOf(
      source,
      got.map(({ body }) => JSON.parse(body.toString()) as Json),
    );
  });

  function idOf(fact: Json): string {
    return (fact as { id: string }).id;
  }

  function identityText(source: SourceConnection, fact: Json): string {
    const found = source.identify(fact);
    return canonicalJson(found.ok ? { ...found.identity } : { code: found.code });
  }
});
