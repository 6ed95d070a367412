/**
 * A company that sells: what happens in its Stripe account, one sale after another. Everything is
 * drawn from the seed; the sandbox then raises the events and sends them.
 */
import type { Random } from "../../src/kernel/random.ts";
import { integerBetween, pick } from "../../src/kernel/random.ts";
import { shareOf } from "../../src/sandbox/stripe/amounts.ts";
import type { CustomerRecord, InvoiceRecord } from "../../src/sandbox/stripe/records.ts";
import type { StripeWorld } from "../../src/sandbox/stripe/world.ts";
import { JURISDICTION } from "./settings.ts";

export interface Shop {
  /** One sale: maybe a new customer, an invoice, and what becomes of it. */
  sell(): void;
  /** Invoices finalized so far. */
  readonly sold: number;
}

export type Currency = "usd" | "eur" | "jpy";

/** A customer buys about so often. */
const SALES_PER_CUSTOMER = 5;

interface Buyer {
  readonly id: string;
  readonly currency: Currency;
}

/** What becomes of an invoice, in parts of a hundred. */
const FATES = [
  { share: 55, fate: "paid" },
  { share: 5, fate: "paid after a declined card" },
  { share: 10, fate: "credited in part, then paid" },
  { share: 8, fate: "paid, then refunded in part" },
  { share: 6, fate: "paid, then credited outside" },
  { share: 5, fate: "voided" },
  { share: 6, fate: "paid later" },
  { share: 5, fate: "left open" },
] as const;
type Fate = (typeof FATES)[number]["fate"];

/** `currencies`: one that stands there twice is drawn twice as often. */
export function openShop(
  world: StripeWorld,
  random: Random,
  currencies: readonly Currency[],
): Shop {
  const goods = stock(world);
  const buyers: Buyer[] = [];
  const later: string[] = [];
  const taxRate = world.createTaxRate({
    display_name: "Sales tax",
    percentage: "7.25",
    inclusive: false,
    country: "US",
    state: "CA",
    jurisdiction: JURISDICTION,
  }).id;
  let sold = 0;
  const buyer = (): Buyer => {
    if (buyers.length > 0 && random.unit() > 1 / SALES_PER_CUSTOMER) return pick(random, buyers);
    const currency = pick(random, currencies);
    const { id } = world.createCustomer(personOf(random, buyers.length));
    const made = { id, currency };
    buyers.push(made);
    return made;
  };
  const invoice = (who: Buyer): InvoiceRecord => {
    const taxed = who.currency === "usd" && random.unit() < 0.3;
    const rates = taxed ? { default_tax_rates: [taxRate] } : {};
    const draft = world.createInvoice({ customer: who.id, currency: who.currency, ...rates });
    for (let left = integerBetween(random, 1, 3); left > 0; left -= 1) {
      const price = pick(random, goods[who.currency]);
      const quantity = integerBetween(random, 1, 9);
      const pricing = { price };
      world.createInvoiceItem({ customer: who.id, invoice: draft.id, pricing, quantity });
    }
    return world.finalizeInvoice({ invoice: draft.id });
  };
  return {
    get sold() {
      return sold;
    },
    sell() {
      const who = buyer();
      if (random.unit() < 0.15) moveHouse(world, random, who);
      const made = invoice(who);
      sold += 1;
      settle(world, random, made, drawFate(random), later);
      if (later.length > 0 && random.unit() < 0.2) pay(world, later.shift() ?? "");
    },
  };
}

function stock(world: StripeWorld): Readonly<Record<Currency, string[]>> {
  const goods: Record<Currency, string[]> = { usd: [], eur: [], jpy: [] };
  for (const [index, name] of ["Seat", "Storage", "Support", "Training"].entries()) {
    const product = world.createProduct({ name }).id;
    for (const currency of ["usd", "eur", "jpy"] as const) {
      const unit = currency === "jpy" ? 1000 * (index + 1) : 1999 + 1500 * index;
      goods[currency].push(world.createPrice({ product, currency, unit_amount: unit }).id);
    }
  }
  return goods;
}

const TOWNS = ["Reno", "Austin", "Boise", "Tulsa", "Fargo"] as const;

function personOf(random: Random, index: number) {
  return {
    name: `Customer ${index + 1}`,
    email: `buyer-${index + 1}@example.com`,
    address: {
      line1: `${integerBetween(random, 1, 99)} Main Street`,
      city: pick(random, TOWNS),
      country: "US",
    },
  };
}

/**
 * Changes a customer; one time in four twice within a second, so that Stripe's times cannot tell
 * which of the two is newer.
 */
function moveHouse(world: StripeWorld, random: Random, who: Buyer): void {
  const times = random.unit() < 0.25 ? 2 : 1;
  for (let done = 0; done < times; done += 1) {
    const { name } = world.state.find("customer", who.id) as CustomerRecord;
    const base = (name ?? "").replace(/ \(.*\)$/, "");
    world.updateCustomer({
      customer: who.id,
      name: `${base} (${integerBetween(random, 1000, 9999)})`,
      address: {
        line1: `${integerBetween(random, 1, 99)} Oak Avenue`,
        city: pick(random, TOWNS),
        country: "US",
      },
    });
  }
}

function drawFate(random: Random): Fate {
  let left = random.unit() * 100;
  for (const { share, fate } of FATES) {
    left -= share;
    if (left < 0) return fate;
  }
  return "left open";
}

function pay(world: StripeWorld, invoice: string): void {
  world.payInvoice({ invoice, payment_method: "pm_card_visa" });
}

function settle(
  world: StripeWorld,
  random: Random,
  { id }: InvoiceRecord,
  fate: Fate,
  later: string[],
): void {
  switch (fate) {
    case "paid":
      pay(world, id);
      return;
    case "paid after a declined card":
      payDeclined(world, id);
      pay(world, id);
      return;
    case "credited in part, then paid":
      credit(world, random, id, "before");
      pay(world, id);
      return;
    case "paid, then refunded in part":
      pay(world, id);
      credit(world, random, id, "refund");
      return;
    case "paid, then credited outside":
      pay(world, id);
      credit(world, random, id, "outside");
      return;
    case "voided":
      world.voidInvoice({ invoice: id });
      return;
    case "paid later":
      later.push(id);
      return;
    case "left open":
      return;
  }
}

function payDeclined(world: StripeWorld, invoice: string): void {
  try {
    world.payInvoice({ invoice, payment_method: "pm_card_chargeDeclined" });
  } catch {
    // Declined, as asked; its events stay.
  }
}

/** Takes back a part of the first line; the tax of that part goes with it. */
function credit(
  world: StripeWorld,
  random: Random,
  id: string,
  way: "before" | "refund" | "outside",
): void {
  const invoice = world.state.find("invoice", id);
  const line = invoice?.lines[0];
  if (invoice === undefined || line === undefined) return;
  const amount = Math.max(1, Math.floor(line.amount * (0.1 + 0.5 * random.unit())));
  const lines = [{ type: "invoice_line_item" as const, invoice_line_item: line.id, amount }];
  if (way === "before") {
    world.createCreditNote({ invoice: id, lines, reason: "order_change" });
    return;
  }
  const taxes = line.taxes.map((tax) => shareOf(tax.amount, amount, line.amount));
  const gross = taxes.reduce((sum, tax) => sum + tax, amount);
  const back = way === "refund" ? { refund_amount: gross } : { out_of_band_amount: gross };
  world.createCreditNote({ invoice: id, lines, ...back });
}
