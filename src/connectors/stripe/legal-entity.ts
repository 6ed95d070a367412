/** Which metadata says whose books an object belongs to. */
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/json-read.ts";
import { isObject } from "../kit/json-read.ts";
import { stripeErrors } from "./errors.ts";
import type { LegalEntitySetting, StripeSettings } from "./settings.ts";

/** The entity that the first of some metadatas names; throws E_STRIPE_LEGAL_ENTITY. */
export function entityNamed(
  { legalEntityByMetadata: rule }: StripeSettings,
  metadatas: readonly (Json | undefined)[],
): LegalEntitySetting | undefined {
  const value = rule === undefined ? undefined : textNamed(rule.key, metadatas);
  if (rule === undefined || value === undefined) return undefined;
  const entity = Object.hasOwn(rule.entities, value) ? rule.entities[value] : undefined;
  if (entity !== undefined) return entity;
  throw stripeErrors.E_STRIPE_LEGAL_ENTITY({ key: rule.key, value: value.slice(0, 60) });
}

/** What the first of some metadatas that has the key says, listed or not. */
export function textNamed(key: string, metadatas: readonly (Json | undefined)[]) {
  for (const metadata of metadatas) {
    const value = isObject(metadata) ? metadata[key] : undefined;
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

/** An object's own metadata, then that of the subscription it was made for (classic, basil). */
export function metadatasOf(object: JsonObject): Json[] {
  const found = [object["metadata"]];
  for (const holder of [object, object["parent"]]) {
    const details = isObject(holder) ? holder["subscription_details"] : undefined;
    if (isObject(details)) found.push(details["metadata"]);
  }
  return found.filter((metadata) => metadata !== undefined);
}

/** What an object may belong to: an id, unless somebody asked Stripe to expand it. */
const HOLDERS = ["invoice", "payment_intent", "charge"] as const;

/** An object, then all that it belongs to as far as its body holds it. */
export function ownersIn(object: JsonObject): JsonObject[] {
  const found = [object];
  // An invoice payment names its money one level down.
  for (const place of [object, object["payment"]]) {
    if (!isObject(place)) continue;
    for (const key of HOLDERS) {
      const holder = place[key];
      if (isObject(holder)) found.push(...ownersIn(holder));
    }
  }
  return found;
}
