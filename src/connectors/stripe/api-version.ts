/**
 * API versions. Stripe renders one object differently per version, and says in `api_version` which
 * one it used. Three generations matter to a finance reader (vendor: changelog):
 *
 *   nested   before 2022-11-15: a charge carries its refunds, a payment intent its charges
 *   classic  before 2025-03-31: an invoice names its payment intent, charge and subscription
 *   basil    from 2025-03-31: invoice payments are objects of their own; taxes, pricing and parents
 *            of lines moved
 */
import { stripeErrors } from "./errors.ts";

export interface Shape {
  readonly version: string;
  readonly basil: boolean;
  readonly nested: boolean;
}

const shapes = new Map<string, Shape>();
const MOST_SHAPES = 200;

/** Throws E_STRIPE_API_VERSION for a text that is no version. */
export function shapeOf(version: string): Shape {
  const known = shapes.get(version);
  if (known !== undefined) return known;
  if (!/^\d{4}-\d{2}-\d{2}(\.[a-z_]{1,40})?$/.test(version)) {
    throw stripeErrors.E_STRIPE_API_VERSION({ version: version.slice(0, 60) });
  }
  const day = version.slice(0, 10);
  const shape = { version, basil: day >= "2025-03-31", nested: day < "2022-11-15" };
  if (shapes.size < MOST_SHAPES) shapes.set(version, shape);
  return shape;
}
