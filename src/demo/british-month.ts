/**
 * The second company's month: a British one in the same trade, in pounds, with its own customers.
 * Nothing is planted in it: its books must come out equal to the event log, account by account.
 */
import type { Catalogue } from "./catalog.ts";
import { planCatalogue } from "./catalog.ts";
import type { Story } from "./company.ts";
import { planCreditNotes, planPayout, planVoid } from "./corrections.ts";
import type { Buyer } from "./newcomers.ts";
import { item, planBuyer, work } from "./newcomers.ts";
import type { Stage } from "./stage.ts";
import { change, idOf, plan } from "./stage.ts";
import type { Subscriber } from "./subscribers.ts";
import { planCredit, planDowngrade, planSubscriber } from "./subscribers.ts";

const catalogue: Catalogue = {
  offers: {
    platform: { name: "Metering Platform", interval: "month", prices: { gbp: 3900 } },
    support: { name: "Priority Support", interval: "month", prices: { gbp: 2350 } },
    "usage-pack": {
      name: "Usage Pack, 100,000 events",
      interval: undefined,
      prices: { gbp: 9450 },
    },
    onboarding: { name: "Onboarding", interval: undefined, prices: { gbp: 118_000 } },
  },
  taxes: { vat: { jurisdiction: "United Kingdom", percentage: "20" } },
  taxed: { country: "GB", display_name: "VAT" },
};

const british = { country: "GB", tax: "vat" } as const;

const subscribers: readonly Subscriber[] = [
  { ...british, key: "mill", offer: "platform", joined: 52, quantity: 3 },
  { ...british, key: "shrinker", offer: "platform", joined: 44, quantity: 30 },
  { ...british, key: "stranger", offer: "support", joined: 46, quantity: 2 },
  // Outside the tax's territory, so without it.
  { country: "GB", key: "island", offer: "support", joined: 38, quantity: 7 },
  { ...british, key: "on-terms", offer: "platform", joined: 40, quantity: 12, terms: 30 },
];

const card = { pay: "card" } as const;
const unpaid = { pay: "nothing" } as const;
const usage = item("usage-pack");
const start = item("onboarding");

const buyers: readonly Buyer[] = [
  {
    ...british,
    key: "project",
    came: 24,
    lines: [start, item("usage-pack", 3)],
    coupon: "welcome",
    ...card,
  },
  { ...british, key: "gift", came: 22, lines: [usage], coupon: "gift", ...unpaid },
  { ...british, key: "wrong", came: 21, lines: [start], ...unpaid },
  { ...british, key: "cheque", came: 20, lines: [work(91_717, "Training")], pay: "outside" },
  { ...british, key: "part-credited", came: 19, lines: [item("usage-pack", 4), start], ...unpaid },
  { ...british, key: "refunded-whole", came: 16, lines: [start, usage], ...card },
  { ...british, key: "credited-later", came: 15, lines: [start, usage], ...card },
];

export const britishMonth: Story = {
  books: "tryton",
  plan(stage) {
    planCatalogue(stage, catalogue);
    for (const [index, one] of subscribers.entries()) planSubscriber(stage, one, index);
    for (const [index, one] of buyers.entries()) planBuyer(stage, one, index);
    planDowngrade(stage, "shrinker");
    planCredit(stage, "shrinker", "gbp");
    planVoid(stage, "wrong");
    planCreditNotes(stage);
    planRename(stage);
    planPayout(stage, 6, "gbp", true);
  },
};

function planRename(stage: Stage): void {
  plan(stage, stage.at(9, 45), "a customer takes another name", () =>
    change(stage, "renamed", `/v1/customers/${idOf(stage, "customer-project")}`, {
      name: "Humber Cold Stores (Hull) plc",
    }),
  );
}
