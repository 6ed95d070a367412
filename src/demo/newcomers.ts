/** Customers who come in the month, each with the kind of document that accountants ask about. */
import { integerBetween, pick } from "../kernel/random.ts";
import type { OfferName, TaxName } from "./catalog.ts";
import { priceOf, taxRatesOf } from "./catalog.ts";
import { planCorrections } from "./corrections.ts";
import type { OneOff } from "./invoices.ts";
import { oneOffInvoice } from "./invoices.ts";
import type { Country, Currency } from "./people.ts";
import type { Stage } from "./stage.ts";
import { change, idOf, make, plan } from "./stage.ts";
import type { FormValue } from "./stripe-calls.ts";

export type Line = (stage: Stage, currency: Currency) => FormValue;

export interface Buyer extends Pick<OneOff, "tax" | "coupon" | "pay"> {
  readonly key: string;
  readonly country: Country;
  readonly came: number;
  readonly lines: readonly Line[];
  /** Dated into the month that the books have closed. */
  readonly backdated?: true;
}

/** So many of an offer, at its price. */
export const item =
  (offer: OfferName, quantity = 1): Line =>
  (stage, currency) => ({ pricing: { price: priceOf(stage, offer, currency) }, quantity });

/** A sum for work, without a product. */
export const work =
  (amount: number, description: string): Line =>
  () => ({ amount, description });

const card = { pay: "card" } as const;
const unpaid = { pay: "nothing" } as const;
const usage = item("usage-pack");
const start = item("onboarding");

const buyers: readonly Buyer[] = [
  {
    key: "project",
    country: "US-CA",
    came: 24,
    lines: [start, item("usage-pack", 3)],
    tax: "california",
    coupon: "welcome",
    ...card,
  },
  { key: "gift", country: "US-WA", came: 22, lines: [usage], coupon: "gift", ...unpaid },
  { key: "wrong", country: "US-CA", came: 21, lines: [start], tax: "california", ...unpaid },
  { key: "cheque", country: "GB", came: 20, lines: [work(90_000, "Training")], pay: "outside" },
  {
    key: "part-credited",
    country: "US-WA",
    came: 19,
    lines: [item("usage-pack", 4), start],
    tax: "washington",
    ...unpaid,
  },
  { key: "refunded-whole", country: "DE", came: 16, lines: [start, usage], ...card },
  {
    key: "credited-later",
    country: "US-CA",
    came: 15,
    lines: [start, usage],
    tax: "california",
    ...card,
  },
  { key: "late-1", country: "US-WA", came: 13, lines: [usage], backdated: true, ...unpaid },
  { key: "late-2", country: "DE", came: 10, lines: [start], backdated: true, ...unpaid },
  { key: "texas-3", country: "US-TX", came: 14, lines: [start], tax: "texas", ...unpaid },
  { key: "bankrupt", country: "US-CA", came: 23, lines: [usage], ...unpaid },
  { key: "consulted", country: "JP", came: 8, lines: [work(330_000, "計量の相談")], ...card },
  { key: "dinars", country: "KW", came: 7, lines: [usage, work(12_340, "Visit")], ...card },
  // What the last payout, on its way when the month ends, is made of.
  { key: "last-minute", country: "US-WA", came: 4, lines: [start, usage], ...card },
  { key: "forints", country: "HU", came: 6, lines: [item("usage-pack", 2)], ...card },
];

interface Joiner {
  readonly key: string;
  readonly country: Country;
  readonly offer: OfferName;
  readonly quantity: number;
  readonly tax?: TaxName;
  readonly came: number;
}

const joiners: readonly Joiner[] = [
  {
    key: "year-us",
    country: "US-WA",
    offer: "enterprise",
    quantity: 2,
    tax: "washington",
    came: 18,
  },
  { key: "year-eu", country: "DE", offer: "enterprise", quantity: 1, came: 9 },
  { key: "gulf", country: "KW", offer: "platform", quantity: 4, came: 4 },
];

const chorus: readonly Pick<Joiner, "country" | "offer" | "tax">[] = [
  { country: "JP", offer: "platform" },
  { country: "US-CA", offer: "platform", tax: "california" },
  { country: "DE", offer: "platform" },
  { country: "GB", offer: "platform" },
  { country: "US-WA", offer: "support", tax: "washington" },
];

/** Plans so many new customers; never fewer than the buyers and joiners above. */
export function planNewcomers(stage: Stage, count: number, closedAt: number): void {
  const joining = [...joiners];
  for (let i = 0; buyers.length + joining.length < count; i += 1) {
    const place = chorus[i % chorus.length] ?? pick(stage.random, chorus);
    const quantity = integerBetween(stage.random, 1, 9);
    const came = integerBetween(stage.random, 2, 26);
    joining.push({ key: `newcomer-${i + 1}`, quantity, came, ...place });
  }
  for (const [index, buyer] of buyers.entries()) planBuyer(stage, buyer, index, closedAt);
  for (const [index, joiner] of joining.entries()) planJoiner(stage, joiner, 40 + index);
  planTwins(stage);
  planCorrections(stage);
}

function planCustomer(stage: Stage, key: string, country: Country, atMs: number): Currency {
  const { currency, ...person } = stage.person(country);
  plan(stage, atMs, `${person.name} signs up`, () =>
    make(stage, `customer-${key}`, "/v1/customers", {
      ...person,
      invoice_settings: { default_payment_method: "pm_card_mastercard" },
    }),
  );
  return currency;
}

/** Customer and invoice are seconds apart, so webhooks out of order bring the invoice first. */
export function planBuyer(stage: Stage, buyer: Buyer, index: number, closedAt?: number): void {
  const { key, country, came, lines, backdated, ...terms } = buyer;
  const atMs = stage.at(came, index * 7);
  const currency = planCustomer(stage, key, country, atMs);
  oneOffInvoice(stage, {
    ...terms,
    key,
    atMs: atMs + 20_000,
    customer: key,
    currency,
    lines: () => lines.map((line) => line(stage, currency)),
    ...(backdated === undefined || closedAt === undefined ? {} : { datedAt: closedAt }),
  });
}

function planJoiner(stage: Stage, joiner: Joiner, index: number): void {
  const { key, country, came, offer, quantity, tax } = joiner;
  const atMs = stage.at(came, (index % 100) * 7);
  const currency = planCustomer(stage, key, country, atMs);
  plan(stage, atMs + 20_000, `${key} subscribes`, () =>
    make(stage, `sub-${key}`, "/v1/subscriptions", {
      customer: idOf(stage, `customer-${key}`),
      items: [{ price: priceOf(stage, offer, currency), quantity }],
      default_tax_rates: taxRatesOf(stage, tax),
    }),
  );
}

/** Names and addresses change; twice within one second, where only the second may last (F12). */
function planTwins(stage: Stage): void {
  const moved = { line1: "1 Infinite Corridor", city: "Oakland", postal_code: "94612" };
  const address = { ...moved, country: "US", state: "CA" };
  const path = (key: string) => `/v1/customers/${idOf(stage, `customer-${key}`)}`;
  plan(stage, stage.at(12, 30), "two changes within one second", async () => {
    await change(stage, "twin-1", path("project"), { name: "Harbor Grid", address });
    await change(stage, "twin-2", path("project"), { name: "Harbor Grid Holdings", address });
  });
  plan(stage, stage.at(10, 45), "a customer takes another name", () =>
    change(stage, "renamed", path("grower"), { name: "Redwood Heat & Power" }),
  );
  plan(stage, stage.at(3, 45), "and corrects it", () =>
    change(stage, "renamed-again", path("grower"), { name: "Redwood Heat and Power, PBC" }),
  );
}
