/** Two companies in one Stripe account: money follows its invoice, whose metadata it lacks. */
import Stripe from "stripe";
import { afterEach, describe, expect, it } from "vitest";
import type { SourceConnection } from "../../src/connectors/kit/source.ts";
import { stripeSource } from "../../src/connectors/stripe/source.ts";
import { seededRandom } from "../../src/kernel/random.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import { startStripeSandbox } from "../../src/sandbox/stripe/start.ts";
import { systemClock } from "../support/system-clock.ts";
import { at } from "./stripe-bodies.ts";

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

/** The sweep leaves the present second alone; seen from a little later, everything is past. */
const later = { now: () => systemClock.now() + 3_000, monotonic: systemClock.monotonic };

interface Room {
  readonly stripe: Stripe;
  readonly source: SourceConnection;
}

async function room(apiVersion: string): Promise<Room> {
  const sandbox = await startStripeSandbox({ clock: systemClock, port: 0, perSecond: 0 });
  const source = stripeSource(
    {
      connection: "stripe-eu",
      origin: `http://127.0.0.1:${sandbox.port}`,
      apiKey: "sk_test_room",
      apiVersion,
      webhookSecrets: [],
      livemode: false,
      legalEntity: { id: "de", timeZone: "Europe/Berlin" },
      legalEntityByMetadata: {
        key: "entity",
        entities: { us: { id: "us", timeZone: "America/New_York" } },
      },
    },
    { clock: later, random: seededRandom(7) },
  );
  open.push(sandbox, { close: async () => source.close?.() });
  const host = { host: "127.0.0.1", port: sandbox.port, protocol: "http" } as const;
  return { stripe: new Stripe("sk_test_room", host), source };
}

/** An invoice that was paid, partly credited and refunded. */
async function sell(
  { stripe }: Room,
  customer: string,
  metadata: Record<string, string>,
): Promise<void> {
  const draft = await stripe.invoices.create({ customer, currency: "eur", metadata });
  await stripe.invoices.addLines(draft.id, { lines: [{ amount: 1_000, description: "Seat" }] });
  await stripe.invoices.finalizeInvoice(draft.id);
  await stripe.invoices.pay(draft.id);
  await stripe.creditNotes.create({ invoice: draft.id, amount: 300, refund_amount: 300 });
}

async function sweep(source: SourceConnection): Promise<Json[]> {
  const facts: Json[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await source.sweep!.page("events", cursor);
    facts.push(...page.facts);
    cursor = page.cursor;
    if (!page.more) return facts;
  }
}

function entitiesOf(source: SourceConnection, facts: readonly Json[]): Map<string, string[]> {
  const entities = new Map<string, string[]>();
  for (const fact of facts) {
    const result = source.translate(fact, "sweep");
    if (result.kind === "dead") throw new Error(`${result.code}: ${result.reason}`);
    for (const { type, legalEntity = "" } of result.kind === "events" ? result.events : []) {
      entities.set(type, [...(entities.get(type) ?? []), legalEntity].sort());
    }
  }
  return entities;
}

describe("an account with two companies", () => {
  it.each(["2026-10-28.endive", "2020-03-02"])(
    "tells the money of each invoice to the invoice's books, in version %s",
    async (version) => {
      const here = await room(version);
      const customer = await here.stripe.customers.create({
        name: "Ada",
        invoice_settings: { default_payment_method: "pm_card_visa" },
      });
      await sell(here, customer.id, { entity: "us" });
      await sell(here, customer.id, {});

      const facts = await sweep(here.source);
      const entities = entitiesOf(here.source, facts);
      const both = ["invoice.paid", "payment.succeeded", "credit-memo.issued"];
      for (const type of both) expect(entities.get(type), type).toEqual(["de", "us"]);
      // Two events tell of one refund.
      expect(new Set(entities.get("refund.succeeded"))).toEqual(new Set(["de", "us"]));

      const paid = facts.find((one) => at(one, "type") === "payment_intent.succeeded") as Json;
      const id = String(at(paid, "data.object.id"));
      const read = await here.source.fetch?.(`stripe-eu/payment/${id}`);
      const [draft] = draftsOf(here.source, read as Json);
      const [swept] = draftsOf(here.source, paid);
      expect(draft?.legalEntity).toBe(swept?.legalEntity);
    },
  );

  it("keeps the fact the same: what a sweep adds is no part of its identity", async () => {
    const here = await room("2026-10-28.endive");
    const customer = await here.stripe.customers.create({
      invoice_settings: { default_payment_method: "pm_card_visa" },
    });
    await sell(here, customer.id, { entity: "us" });
    const facts = await sweep(here.source);
    const completed = facts.filter((one) => at(one, "type") === "invoice_payment.paid");
    expect(completed).toHaveLength(1);
    for (const whole of completed) {
      const told = structuredClone(whole) as { data: { object: { invoice: { id: string } } } };
      told.data.object.invoice = told.data.object.invoice.id as never;
      const asTold = told as unknown as Json;
      expect(here.source.translate(asTold, "webhook")).toMatchObject({
        kind: "dead",
        code: "E_STRIPE_LEGAL_ENTITY_MISSING",
      });
      expect(here.source.identify(asTold)).toEqual(here.source.identify(whole));
    }
  });
});

function draftsOf(source: SourceConnection, fact: Json) {
  const result = source.translate(fact, "list");
  if (result.kind !== "events") throw new Error(JSON.stringify(result));
  return result.events;
}
