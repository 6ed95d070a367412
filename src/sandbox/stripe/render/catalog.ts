/** Products, prices, and the plans that prices were before. */
import type { PriceRecord, ProductRecord } from "../records.ts";
import type { Shape } from "../versions.ts";
import type { Json } from "./parts.ts";

export function renderProduct(product: ProductRecord, shape: Shape): Json {
  return {
    id: product.id,
    object: "product",
    active: product.active,
    created: product.created,
    default_price: product.default_price,
    description: product.description,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: product.metadata,
    name: product.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: product.tax_code,
    ...(shape.basil ? { tax_details: null } : {}),
    type: "service",
    unit_label: product.unit_label,
    updated: product.updated,
    url: null,
  };
}

export function renderPrice(price: PriceRecord, shape: Shape): Json {
  const { recurring } = price;
  return {
    id: price.id,
    object: "price",
    active: price.active,
    billing_scheme: "per_unit",
    created: price.created,
    currency: price.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: price.lookup_key,
    metadata: price.metadata,
    nickname: price.nickname,
    product: price.product,
    recurring:
      recurring === null
        ? null
        : {
            ...(shape.basil ? { meter: null } : { aggregate_usage: null }),
            interval: recurring.interval,
            interval_count: recurring.interval_count,
            trial_period_days: null,
            usage_type: "licensed",
          },
    tax_behavior: price.tax_behavior,
    tiers_mode: null,
    transform_quantity: null,
    type: recurring === null ? "one_time" : "recurring",
    unit_amount: price.unit_amount,
    unit_amount_decimal: price.unit_amount_decimal,
  };
}

/** The same price as a plan; null for a price that does not recur. */
export function renderPlan(price: PriceRecord, shape: Shape): Json | null {
  if (price.recurring === null) return null;
  return {
    id: price.id,
    object: "plan",
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: "per_unit",
    created: price.created,
    currency: price.currency,
    interval: price.recurring.interval,
    interval_count: price.recurring.interval_count,
    livemode: false,
    metadata: price.metadata,
    ...(shape.basil ? { meter: null } : { aggregate_usage: null }),
    nickname: price.nickname,
    product: price.product,
    ...(shape.nested ? { tiers: null } : {}),
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: "licensed",
  };
}
