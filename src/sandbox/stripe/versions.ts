/**
 * API versions. Stripe renders one object differently per version; two shapes matter to a finance
 * reader, before and from 2025-03-31 ("basil"), which moved what an invoice was paid with, its
 * taxes and its subscription elsewhere. Source: Stripe changelog, basil; the client's types.
 */
import { invalid } from "./errors.ts";
import type { WebhookEndpointRecord } from "./records.ts";

/** The version of the official client this sandbox is driven with. */
export const NEWEST_VERSION = "2026-10-28.endive";
export const OLD_VERSION = "2020-03-02";

export interface Shape {
  readonly version: string;
  /** From 2025-03-31 on. */
  readonly basil: boolean;
  /** Before 2022-11-15: charges inside payment intents, refunds inside charges. */
  readonly nested: boolean;
}

const shapes = new Map<string, Shape>();

/** Throws an invalid_request refusal for a text that is no version. */
export function shapeOf(version: string): Shape {
  const known = shapes.get(version);
  if (known !== undefined) return known;
  if (!/^\d{4}-\d{2}-\d{2}(\.[a-z_]+)?$/.test(version)) {
    throw invalid(`Invalid Stripe API version: ${version}`);
  }
  const day = version.slice(0, 10);
  const shape = { version, basil: day >= "2025-03-31", nested: day < "2022-11-15" };
  if (shapes.size < 100) shapes.set(version, shape);
  return shape;
}

/** Whether the type exists in the version: invoice payments came with basil. */
export function typeExistsIn(type: string, shape: Shape): boolean {
  return shape.basil || !type.startsWith("invoice_payment.");
}

/** Whether an endpoint is sent events of this type. */
export function eventIsFor(type: string, endpoint: WebhookEndpointRecord): boolean {
  if (endpoint.status !== "enabled") return false;
  if (!typeExistsIn(type, shapeOf(endpoint.renders_in))) return false;
  return endpoint.enabled_events.includes("*") || endpoint.enabled_events.includes(type);
}
