/** Lines of invoices and invoice items; basil moved price, plan and origin into new places. */
import type { InvoiceItemRecord, LineRecord } from "../records.ts";
import type { Shape } from "../versions.ts";
import { renderPlan, renderPrice } from "./catalog.ts";
import type { Json } from "./parts.ts";
import { newTaxes, oldTaxes, renderTaxRate } from "./parts.ts";

export function renderLine(line: LineRecord, invoice: string | null, shape: Shape): Json {
  const common = {
    id: line.id,
    object: "line_item",
    amount: line.amount,
    currency: line.currency,
    description: line.description,
    discount_amounts: line.discounts,
    discountable: !line.proration,
    discounts: line.discounts.map((one) => one.discount),
    livemode: false,
    metadata: line.metadata,
    period: line.period,
    quantity: line.quantity,
  };
  if (shape.basil) {
    return {
      ...common,
      invoice,
      parent: parentOf(line),
      pretax_credit_amounts: [],
      pricing: pricingOf(line),
      quantity_decimal: String(line.quantity),
      subscription: line.subscription,
      subtotal: line.amount,
      taxes: newTaxes(line.taxes),
    };
  }
  return {
    ...common,
    ...(line.invoice_item === null ? {} : { invoice_item: line.invoice_item }),
    plan: line.price === null ? null : renderPlan(line.price, shape),
    price: line.price === null ? null : renderPrice(line.price, shape),
    proration: line.proration,
    ...(shape.nested ? {} : { proration_details: { credited_items: creditedOf(line) } }),
    subscription: line.subscription,
    ...(line.subscription_item === null ? {} : { subscription_item: line.subscription_item }),
    tax_amounts: oldTaxes(line.taxes),
    tax_rates: line.tax_rates.map(renderTaxRate),
    type: line.invoice_item === null ? "subscription" : "invoiceitem",
    ...(shape.nested ? {} : { unit_amount_excluding_tax: line.unit_amount_decimal }),
  };
}

function parentOf(line: LineRecord): Json {
  const proration_details = { credited_items: creditedOf(line) };
  const { invoice_item, proration, subscription } = line;
  if (line.subscription_item === null) {
    return {
      invoice_item_details: { invoice_item, proration, proration_details, subscription },
      subscription_item_details: null,
      type: "invoice_item_details",
    };
  }
  return {
    invoice_item_details: null,
    subscription_item_details: {
      invoice_item,
      proration,
      proration_details,
      subscription,
      subscription_item: line.subscription_item,
    },
    type: "subscription_item_details",
  };
}

function creditedOf(line: LineRecord): Json | null {
  if (line.credited === null) return null;
  return { invoice: line.credited.invoice, invoice_line_items: line.credited.lines };
}

function pricingOf(line: LineRecord): Json {
  const { price } = line;
  return {
    ...(price === null ? {} : { price_details: { price: price.id, product: price.product } }),
    type: "price_details",
    unit_amount_decimal: line.unit_amount_decimal,
  };
}

export function renderInvoiceItem(item: InvoiceItemRecord, shape: Shape): Json {
  const { line } = item;
  const common = {
    id: item.id,
    object: "invoiceitem",
    amount: line.amount,
    currency: line.currency,
    customer: item.customer,
    date: item.created,
    description: line.description,
    discountable: !line.proration,
    discounts: [],
    invoice: item.invoice,
    livemode: false,
    metadata: line.metadata,
    period: line.period,
    proration: line.proration,
    quantity: line.quantity,
    tax_rates: line.tax_rates.map(renderTaxRate),
    test_clock: item.test_clock,
  };
  if (shape.basil) {
    const details = {
      subscription: line.subscription,
      subscription_item: line.subscription_item,
    };
    return {
      ...common,
      customer_account: null,
      net_amount: line.amount,
      parent:
        line.subscription === null
          ? null
          : { subscription_details: details, type: "subscription_details" },
      pricing: pricingOf(line),
      quantity_decimal: String(line.quantity),
    };
  }
  return {
    ...common,
    plan: line.price === null ? null : renderPlan(line.price, shape),
    price: line.price === null ? null : renderPrice(line.price, shape),
    subscription: line.subscription,
    unit_amount: line.unit_amount_decimal.includes(".") ? null : Number(line.unit_amount_decimal),
    unit_amount_decimal: line.unit_amount_decimal,
  };
}
