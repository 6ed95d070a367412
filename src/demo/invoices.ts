/** One-off invoices: drafted, filled, finalized, and paid in the way the story needs. */
import type { TaxName } from "./catalog.ts";
import { taxRatesOf } from "./catalog.ts";
import type { Currency } from "./people.ts";
import type { Stage } from "./stage.ts";
import { change, idOf, make, plan } from "./stage.ts";
import type { FormValue } from "./stripe-calls.ts";
import type { InvoiceShape } from "./stripe-shapes.ts";
import { invoiceShape } from "./stripe-shapes.ts";

export interface OneOff {
  /** Name of the invoice; it is kept as `invoice-<key>`. */
  readonly key: string;
  readonly atMs: number;
  /** Key of its customer. */
  readonly customer: string;
  readonly currency: Currency;
  readonly lines: () => readonly FormValue[];
  readonly tax?: TaxName;
  readonly coupon?: "welcome" | "gift";
  /** The document's own date, where it is not the day of its making. Epoch seconds. */
  readonly datedAt?: number;
  /** By card ten minutes later, by a cheque that Stripe only hears of, or not by this. */
  readonly pay: "card" | "outside" | "nothing";
}

/** Plans the invoice; its steps are minutes apart. */
export function oneOffInvoice(stage: Stage, one: OneOff): void {
  const { key, atMs, currency, coupon, datedAt, pay, tax } = one;
  const path = () => `/v1/invoices/${idOf(stage, `invoice-${key}`)}`;
  plan(stage, atMs, `invoice "${key}"`, async () => {
    await make(stage, `invoice-${key}`, "/v1/invoices", {
      customer: idOf(stage, `customer-${one.customer}`),
      currency,
      collection_method: "send_invoice",
      days_until_due: 30,
      default_tax_rates: taxRatesOf(stage, tax),
      discounts: coupon && [{ coupon: idOf(stage, `coupon-${coupon}`) }],
      effective_at: datedAt,
    });
    await change(stage, `lines-${key}`, `${path()}/add_lines`, { lines: one.lines() });
    await change(stage, `finalize-${key}`, `${path()}/finalize`, {});
  });
  if (pay === "nothing") return;
  plan(stage, atMs + 600_000, `invoice "${key}" is paid`, () =>
    change(stage, `pay-${key}`, `${path()}/pay`, pay === "card" ? {} : { paid_out_of_band: true }),
  );
}

/** The invoice as it stands now. */
export function readInvoice(stage: Stage, key: string): Promise<InvoiceShape> {
  return stage.stripe.get(`/v1/invoices/${idOf(stage, `invoice-${key}`)}`, invoiceShape);
}
