/**
 * Customers from before go-live: they renew in the month, and things happen to some of them. Their
 * first invoices are older than the connection and are none of the hub's business.
 */
import { integerBetween, pick } from "../kernel/random.ts";
import type { OfferName, TaxName } from "./catalog.ts";
import { priceOf, taxRatesOf } from "./catalog.ts";
import { oneOffInvoice } from "./invoices.ts";
import type { Country, Currency } from "./people.ts";
import type { Stage } from "./stage.ts";
import { change, changeDeclined, idOf, make, newestInvoice, plan } from "./stage.ts";
import type { Form } from "./stripe-calls.ts";
import { namedShape } from "./stripe-shapes.ts";

export interface Subscriber {
  readonly key: string;
  readonly country: Country;
  readonly offer: OfferName;
  readonly quantity: number;
  readonly tax?: TaxName;
  /** 55 to 32: then a month later is inside the month told, whatever month it is. */
  readonly joined: number;
  /** Days; an invoice is sent instead of a card charged. */
  readonly terms?: number;
}

const one = { quantity: 1 };

/** Those with a part of their own. */
const cast: readonly Subscriber[] = [
  { key: "gateway-1", country: "US-CA", offer: "gateway", joined: 53, ...one },
  { key: "gateway-2", country: "US-WA", offer: "gateway", joined: 47, quantity: 2 },
  { key: "gateway-3", country: "US-CA", offer: "gateway", joined: 41, quantity: 4 },
  { key: "texas-1", country: "US-TX", offer: "platform", tax: "texas", joined: 49, quantity: 3 },
  { key: "texas-2", country: "US-TX", offer: "support", tax: "texas", joined: 38, ...one },
  {
    key: "grower",
    country: "US-CA",
    offer: "platform",
    tax: "california",
    joined: 45,
    quantity: 5,
  },
  { key: "shrinker", country: "DE", offer: "enterprise", joined: 44, quantity: 3 },
  { key: "leaver", country: "US-WA", offer: "support", tax: "washington", joined: 43, ...one },
  { key: "declined", country: "US-CA", offer: "platform", tax: "california", joined: 51, ...one },
  { key: "disputer", country: "US-WA", offer: "platform", joined: 54, quantity: 6 },
  { key: "mistaken", country: "DE", offer: "support", joined: 52, quantity: 2 },
  { key: "refunded", country: "GB", offer: "platform", joined: 50, quantity: 3 },
  { key: "stranger", country: "JP", offer: "platform", joined: 46, quantity: 2 },
  { key: "on-terms", country: "US-CA", offer: "platform", joined: 40, quantity: 20, terms: 30 },
];

/** As many more as the size asks for. */
const chorus: readonly { country: Country; offer: OfferName; tax?: TaxName }[] = [
  { country: "DE", offer: "platform" },
  { country: "US-WA", offer: "platform", tax: "washington" },
  { country: "JP", offer: "platform" },
  { country: "US-CA", offer: "support", tax: "california" },
  { country: "HU", offer: "platform" },
  { country: "DE", offer: "support" },
  { country: "US-CA", offer: "platform", tax: "california" },
  { country: "GB", offer: "platform" },
];

/** Plans so many customers from before go-live; never fewer than the cast. */
export function planSubscribers(stage: Stage, count: number): void {
  const all = [...cast];
  for (let i = 0; all.length < count; i += 1) {
    const place = chorus[i % chorus.length] ?? pick(stage.random, chorus);
    const quantity = integerBetween(stage.random, 1, 9);
    const joined = integerBetween(stage.random, 32, 55);
    all.push({ key: `subscriber-${i + 1}`, quantity, joined, ...place });
  }
  for (const [index, subscriber] of all.entries()) planSubscriber(stage, subscriber, index);
  planChanges(stage);
  planCardTrouble(stage);
  planCredit(stage, "shrinker", "eur");
}

/** One customer with a subscription from before go-live. */
export function planSubscriber(stage: Stage, subscriber: Subscriber, index: number): void {
  const { key, joined, country, offer, quantity, tax, terms } = subscriber;
  const { currency, ...person } = stage.person(country);
  plan(stage, stage.at(joined, index % 400), `${person.name} subscribes`, async () => {
    const customer = await make(stage, `customer-${key}`, "/v1/customers", {
      ...person,
      invoice_settings: { default_payment_method: "pm_card_visa" },
    });
    await make(stage, `sub-${key}`, "/v1/subscriptions", {
      customer,
      items: [{ price: priceOf(stage, offer, currency), quantity }],
      default_tax_rates: taxRatesOf(stage, tax),
      ...(terms === undefined ? {} : { collection_method: "send_invoice", days_until_due: terms }),
    });
  });
  // The stranger is never touched: the hub meets the customer only on an invoice, and must ask.
  if (key === "stranger") return;
  const told = stage.at(28, 30 + (index % 400) * 3);
  plan(stage, told, `${person.name} is prepared for the books`, () =>
    change(stage, `live-${key}`, `/v1/customers/${idOf(stage, `customer-${key}`)}`, {
      metadata: { erp: stage.books },
    }),
  );
}

/** Changes of plan in the middle of a period, and an end. */
function planChanges(stage: Stage): void {
  plan(stage, stage.at(9, 200), "an upgrade in the middle of a period", () =>
    resize(stage, "grower", 12),
  );
  planDowngrade(stage, "shrinker");
  plan(stage, stage.at(25, 60), "a customer gives notice", () =>
    amend(stage, "leaver", { cancel_at_period_end: true }),
  );
}

function amend(stage: Stage, key: string, form: Form): Promise<void> {
  return change(stage, `amend-${key}`, `/v1/subscriptions/${idOf(stage, `sub-${key}`)}`, form);
}

async function resize(stage: Stage, key: string, quantity: number): Promise<void> {
  const path = `/v1/subscription_items?subscription=${idOf(stage, `sub-${key}`)}`;
  const items = (await stage.stripe.all(path, namedShape)).map(({ id }) => ({ id, quantity }));
  await amend(stage, key, { items, proration_behavior: "always_invoice" });
}

/** To one piece, in the middle of a period. */
export function planDowngrade(stage: Stage, key: string): void {
  plan(stage, stage.at(12, 90), "a downgrade: an invoice below zero", () => resize(stage, key, 1));
}

function planCardTrouble(stage: Stage): void {
  const customer = () => `/v1/customers/${idOf(stage, "customer-declined")}`;
  const card = (pm: string) => ({ invoice_settings: { default_payment_method: pm } });
  plan(stage, stage.at(26, 20), "a card is about to fail", () =>
    change(stage, "card-bad", customer(), card("pm_card_chargeDeclined")),
  );
  plan(stage, stage.at(18, 0), "the bad card is tried once more", async () => {
    const { id } = await newestInvoice(stage, "sub-declined");
    await changeDeclined(stage, "pay-declined-again", `/v1/invoices/${id}/pay`, {});
  });
  plan(stage, stage.at(17, 30), "the customer brings another card", async () => {
    await change(stage, "card-good", customer(), card("pm_card_mastercard"));
    const { id } = await newestInvoice(stage, "sub-declined");
    await change(stage, "pay-declined", `/v1/invoices/${id}/pay`, {});
  });
}

/** The credit of the negative invoice pays for the next one: an invoice without a payment. */
export function planCredit(stage: Stage, customer: string, currency: Currency): void {
  oneOffInvoice(stage, {
    key: "from-credit",
    atMs: stage.at(5, 15),
    customer,
    currency,
    lines: () => [{ pricing: { price: priceOf(stage, "usage-pack", currency) }, quantity: 2 }],
    pay: "nothing",
  });
}
