/** What the company sells: products, prices in its currencies, sales taxes, coupons. */
import type { Currency } from "./people.ts";
import type { Stage } from "./stage.ts";
import { change, idOf, make, plan } from "./stage.ts";

interface Offer {
  readonly name: string;
  readonly interval: "month" | "year" | undefined;
  /** In Stripe's smallest units: cents, yen, fils. */
  readonly prices: Partial<Record<Currency, number>>;
}

export type OfferName =
  | "platform"
  | "enterprise"
  | "support"
  | "gateway"
  | "usage-pack"
  | "onboarding";

/** The product that the company has archived although customers still pay for it. */
export const ARCHIVED_OFFER: OfferName = "gateway";

const offers: Readonly<Record<OfferName, Offer>> = {
  platform: {
    name: "Metering Platform",
    interval: "month",
    prices: { usd: 4900, eur: 4500, gbp: 3900, jpy: 7000, kwd: 15_000, huf: 1_800_000 },
  },
  enterprise: {
    name: "Metering Platform Enterprise",
    interval: "year",
    prices: { usd: 588_000, eur: 540_000 },
  },
  support: { name: "Priority Support", interval: "month", prices: { usd: 2900, eur: 2700 } },
  gateway: { name: "Legacy Gateway", interval: "month", prices: { usd: 1900 } },
  "usage-pack": {
    name: "Usage Pack, 100,000 events",
    interval: undefined,
    prices: { usd: 12_000, eur: 11_000, jpy: 17_500, kwd: 36_500, huf: 4_300_000 },
  },
  onboarding: {
    name: "Onboarding",
    interval: undefined,
    prices: { usd: 150_000, eur: 140_000, jpy: 220_000 },
  },
};

/** By this the bookkeepers find its item. */
export const ARCHIVED_OFFER_NAME: string = offers[ARCHIVED_OFFER].name;

export type TaxName = "california" | "washington" | "texas" | "vat";

interface Tax {
  readonly jurisdiction: string;
  readonly percentage: string;
}

/** What one company sells, and the taxes of where it sells. */
export interface Catalogue {
  readonly offers: Partial<Readonly<Record<OfferName, Offer>>>;
  readonly taxes: Partial<Readonly<Record<TaxName, Tax>>>;
  readonly taxed: { readonly country: string; readonly display_name: string };
}

const american: Catalogue = {
  offers,
  taxes: {
    california: { jurisdiction: "California", percentage: "7.25" },
    washington: { jurisdiction: "Washington", percentage: "10.35" },
    texas: { jurisdiction: "Texas", percentage: "8.25" },
  },
  taxed: { country: "US", display_name: "Sales tax" },
};

export function priceOf(stage: Stage, offer: OfferName, currency: Currency): string {
  return idOf(stage, `price-${offer}-${currency}`);
}

/** For `default_tax_rates`: nothing for customers without tax. */
export function taxRatesOf(stage: Stage, tax: TaxName | undefined): string[] | undefined {
  return tax === undefined ? undefined : [idOf(stage, `tax-${tax}`)];
}

/** The American company's; one product is added in the month. */
export function planCatalog(stage: Stage): void {
  planCatalogue(stage, american);
  plan(stage, stage.at(11, 40), "a product is added", async () => {
    const product = await make(stage, "product-audit", "/v1/products", { name: "Audit Export" });
    const form = { product, currency: "usd", unit_amount: 9900, recurring: { interval: "month" } };
    await make(stage, "price-audit-usd", "/v1/prices", { ...form, tax_behavior: "exclusive" });
  });
}

/** Made long before go-live; on the day of go-live every product is touched, so that it is told. */
export function planCatalogue(stage: Stage, { offers, taxes, taxed }: Catalogue): void {
  plan(stage, stage.at(57), "the catalogue", async () => {
    for (const [offer, { name, interval, prices }] of Object.entries(offers)) {
      const product = await make(stage, `product-${offer}`, "/v1/products", { name });
      for (const [currency, unit_amount] of Object.entries(prices)) {
        const recurring = interval === undefined ? undefined : { interval };
        const form = { product, currency, unit_amount, recurring, tax_behavior: "exclusive" };
        await make(stage, `price-${offer}-${currency}`, "/v1/prices", form);
      }
    }
  });
  plan(stage, stage.at(57, 10), "taxes and coupons", async () => {
    for (const [tax, { jurisdiction, percentage }] of Object.entries(taxes)) {
      const form = { ...taxed, jurisdiction, percentage, inclusive: false };
      await make(stage, `tax-${tax}`, "/v1/tax_rates", form);
    }
    await make(stage, "coupon-welcome", "/v1/coupons", { name: "Welcome", percent_off: "20" });
    await make(stage, "coupon-gift", "/v1/coupons", { name: "Gift", percent_off: "100" });
  });
  for (const [index, offer] of Object.keys(offers).entries()) {
    plan(stage, stage.at(28, 5 + index), `${offer} goes live`, () =>
      change(stage, `product-${offer}-live`, `/v1/products/${idOf(stage, `product-${offer}`)}`, {
        metadata: { erp: stage.books },
        active: offer !== ARCHIVED_OFFER,
      }),
    );
  }
}
