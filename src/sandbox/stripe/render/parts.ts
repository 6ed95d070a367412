/** Pieces that several renderings share. */
import type { CouponRecord, DiscountPart, TaxPart, TaxRateRecord } from "../records.ts";
import type { Shape } from "../versions.ts";

export type Json = Record<string, unknown>;

/** A list inside an object. Old shapes also counted it. */
export function listOf(data: readonly Json[], url: string, shape: Shape): Json {
  const counted = shape.basil ? {} : { total_count: data.length };
  return { object: "list", data, has_more: false, ...counted, url };
}

export function renderTaxRate(rate: TaxRateRecord): Json {
  return {
    id: rate.id,
    object: "tax_rate",
    active: rate.active,
    country: rate.country,
    created: rate.created,
    description: rate.description,
    display_name: rate.display_name,
    effective_percentage: Number(rate.percentage),
    flat_amount: null,
    inclusive: rate.inclusive,
    jurisdiction: rate.jurisdiction,
    jurisdiction_level: null,
    livemode: false,
    metadata: rate.metadata,
    percentage: Number(rate.percentage),
    rate_type: "percentage",
    state: rate.state,
    tax_type: rate.tax_type,
  };
}

/** basil: `taxes`, `total_taxes`. */
export function newTaxes(taxes: readonly TaxPart[]): Json[] {
  return taxes.map((tax) => ({
    amount: tax.amount,
    tax_behavior: tax.rate.inclusive ? "inclusive" : "exclusive",
    tax_rate_details: { tax_rate: tax.rate.id },
    taxability_reason: "not_available",
    taxable_amount: tax.taxable_amount,
    type: "tax_rate_details",
  }));
}

/** Before basil: `tax_amounts`, `total_tax_amounts`. */
export function oldTaxes(taxes: readonly TaxPart[]): Json[] {
  return taxes.map((tax) => ({
    amount: tax.amount,
    inclusive: tax.rate.inclusive,
    tax_rate: tax.rate.id,
  }));
}

/** One part per rate. */
export function sumTaxes(taxes: readonly TaxPart[]): TaxPart[] {
  const sums = new Map<string, TaxPart>();
  for (const tax of taxes) {
    const sum = sums.get(tax.rate.id);
    sums.set(
      tax.rate.id,
      sum === undefined
        ? tax
        : {
            rate: tax.rate,
            amount: sum.amount + tax.amount,
            taxable_amount: sum.taxable_amount + tax.taxable_amount,
          },
    );
  }
  return [...sums.values()];
}

export function renderCoupon(coupon: CouponRecord): Json {
  return {
    id: coupon.id,
    object: "coupon",
    amount_off: coupon.amount_off,
    created: coupon.created,
    currency: coupon.currency,
    duration: coupon.duration,
    duration_in_months: null,
    livemode: false,
    max_redemptions: null,
    metadata: coupon.metadata,
    name: coupon.name,
    percent_off: coupon.percent_off === null ? null : Number(coupon.percent_off),
    redeem_by: null,
    times_redeemed: 0,
    valid: true,
  };
}

/** Before basil, where an invoice embedded its only discount. */
export function oldDiscount(discount: DiscountPart, owner: Json): Json {
  return {
    id: discount.id,
    object: "discount",
    coupon: renderCoupon(discount.coupon),
    end: null,
    promotion_code: null,
    start: discount.start,
    ...owner,
  };
}
