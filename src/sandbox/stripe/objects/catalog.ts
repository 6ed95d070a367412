/** Products, prices, tax rates and coupons: what an invoice line refers to. */
import { z } from "zod";
import type { Draft } from "../draft.ts";
import { invalid } from "../errors.ts";
import { operation } from "../operation.ts";
import {
  currency,
  decimal,
  expand,
  flag,
  int,
  mergeMetadata,
  metadata,
  positiveInt,
  text,
} from "../params.ts";
import type { CouponRecord, PriceRecord, ProductRecord, TaxRateRecord } from "../records.ts";

const productFields = {
  active: flag.optional(),
  description: text.optional(),
  tax_code: text.optional(),
  unit_label: text.optional(),
  default_price: text.optional(),
  metadata: metadata.optional(),
  expand,
};

export const createProduct = operation(
  "product.create",
  "POST /v1/products",
  z.strictObject({ id: text.optional(), name: text.min(1), ...productFields }),
  (draft, params): ProductRecord => {
    if (params.id !== undefined && draft.find("product", params.id) !== undefined) {
      throw invalid(`Product already exists: ${params.id}`, "resource_already_exists", "id");
    }
    const product = draft.put<ProductRecord>({
      object: "product",
      id: params.id ?? draft.id("prod"),
      created: draft.now,
      name: params.name,
      active: params.active ?? true,
      description: params.description ?? null,
      tax_code: params.tax_code ?? null,
      unit_label: params.unit_label ?? null,
      default_price: params.default_price ?? null,
      updated: draft.now,
      metadata: mergeMetadata({}, params.metadata),
    });
    draft.emit("product.created", product);
    return product;
  },
);

export const updateProduct = operation(
  "product.update",
  "POST /v1/products/:product",
  z.strictObject({ product: text, name: text.min(1).optional(), ...productFields }),
  (draft, params): ProductRecord => {
    const old = draft.get("product", params.product, "id");
    const product = draft.put<ProductRecord>({
      ...old,
      name: params.name ?? old.name,
      active: params.active ?? old.active,
      description: params.description ?? old.description,
      tax_code: params.tax_code ?? old.tax_code,
      unit_label: params.unit_label ?? old.unit_label,
      default_price: params.default_price ?? old.default_price,
      updated: draft.now,
      metadata: mergeMetadata(old.metadata, params.metadata),
    });
    draft.emit("product.updated", product, { diff: true });
    return product;
  },
);

const priceFields = {
  active: flag.optional(),
  nickname: text.optional(),
  lookup_key: text.optional(),
  tax_behavior: z.enum(["exclusive", "inclusive", "unspecified"]).optional(),
  metadata: metadata.optional(),
  expand,
};

export const createPrice = operation(
  "price.create",
  "POST /v1/prices",
  z.strictObject({
    ...priceFields,
    currency,
    product: text.optional(),
    product_data: z.strictObject({ name: text.min(1), metadata: metadata.optional() }).optional(),
    unit_amount: positiveInt.optional(),
    unit_amount_decimal: decimal.optional(),
    recurring: z
      .strictObject({
        interval: z.enum(["day", "week", "month", "year"]),
        interval_count: int.optional(),
      })
      .optional(),
  }),
  (draft, params): PriceRecord => {
    const product =
      params.product ??
      (params.product_data === undefined
        ? undefined
        : createProduct.apply(draft, params.product_data).id);
    if (product === undefined) {
      throw invalid(
        "You must specify either `product` or `product_data` when creating a price.",
        "parameter_missing",
      );
    }
    draft.get("product", product, "product");
    const unit = params.unit_amount_decimal ?? params.unit_amount?.toString();
    if (unit === undefined) {
      throw invalid(
        "One of `unit_amount` or `unit_amount_decimal` is required.",
        "parameter_missing",
        "unit_amount",
      );
    }
    const { recurring } = params;
    const price = draft.put<PriceRecord>({
      object: "price",
      id: draft.id("price"),
      created: draft.now,
      product,
      active: params.active ?? true,
      currency: params.currency,
      unit_amount: unit.includes(".") ? null : Number(unit),
      unit_amount_decimal: unit,
      recurring:
        recurring === undefined
          ? null
          : { interval: recurring.interval, interval_count: recurring.interval_count ?? 1 },
      nickname: params.nickname ?? null,
      lookup_key: params.lookup_key ?? null,
      tax_behavior: params.tax_behavior ?? "unspecified",
      metadata: mergeMetadata({}, params.metadata),
    });
    draft.emit("price.created", price);
    return price;
  },
);

export const updatePrice = operation(
  "price.update",
  "POST /v1/prices/:price",
  z.strictObject({ price: text, ...priceFields }),
  (draft, params): PriceRecord => {
    const old = draft.get("price", params.price, "price");
    const price = draft.put<PriceRecord>({
      ...old,
      active: params.active ?? old.active,
      nickname: params.nickname ?? old.nickname,
      lookup_key: params.lookup_key ?? old.lookup_key,
      tax_behavior: params.tax_behavior ?? old.tax_behavior,
      metadata: mergeMetadata(old.metadata, params.metadata),
    });
    draft.emit("price.updated", price, { diff: true });
    return price;
  },
);

export const createTaxRate = operation(
  "tax_rate.create",
  "POST /v1/tax_rates",
  z.strictObject({
    display_name: text.min(1),
    percentage: decimal,
    inclusive: flag,
    active: flag.optional(),
    country: text.optional(),
    state: text.optional(),
    jurisdiction: text.optional(),
    description: text.optional(),
    tax_type: text.optional(),
    metadata: metadata.optional(),
    expand,
  }),
  (draft, params): TaxRateRecord => {
    const rate = draft.put<TaxRateRecord>({
      object: "tax_rate",
      id: draft.id("txr"),
      created: draft.now,
      display_name: params.display_name,
      percentage: params.percentage,
      inclusive: params.inclusive,
      active: params.active ?? true,
      country: params.country ?? null,
      state: params.state ?? null,
      jurisdiction: params.jurisdiction ?? null,
      description: params.description ?? null,
      tax_type: params.tax_type ?? null,
      metadata: mergeMetadata({}, params.metadata),
    });
    draft.emit("tax_rate.created", rate);
    return rate;
  },
);

export const createCoupon = operation(
  "coupon.create",
  "POST /v1/coupons",
  z.strictObject({
    id: text.optional(),
    name: text.optional(),
    percent_off: decimal.optional(),
    amount_off: int.optional(),
    currency: currency.optional(),
    duration: z.enum(["once", "forever"]).optional(),
    metadata: metadata.optional(),
    expand,
  }),
  (draft, params): CouponRecord => {
    if ((params.percent_off === undefined) === (params.amount_off === undefined)) {
      throw invalid(
        "You must pass either percent_off or amount_off, and not both.",
        "parameter_missing",
      );
    }
    const coupon = draft.put<CouponRecord>({
      object: "coupon",
      id: params.id ?? draft.letters(8).toUpperCase(),
      created: draft.now,
      name: params.name ?? null,
      percent_off: params.percent_off ?? null,
      amount_off: params.amount_off ?? null,
      currency: params.currency ?? null,
      duration: params.duration ?? "once",
      metadata: mergeMetadata({}, params.metadata),
    });
    draft.emit("coupon.created", coupon);
    return coupon;
  },
);

/** The rates named by ids, in order. */
export function taxRatesOf(draft: Draft, ids: readonly string[] | undefined): TaxRateRecord[] {
  return (ids ?? []).map((id) => draft.get("tax_rate", id, "tax_rates"));
}
