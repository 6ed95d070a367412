/**
 * Products, prices and plans. A plan is a price in an older dress (vendor: "Migrate from plans"):
 * the same id, `amount_decimal` for `unit_amount_decimal`, the recurrence unpacked.
 */
import type { EventDraft } from "../../contracts/envelope.ts";
import type { Price } from "../../contracts/price/price.ts";
import type { Product } from "../../contracts/product/product.ts";
import type { JsonObject } from "../kit/json-read.ts";
import {
  asObject,
  optionalInteger,
  optionalList,
  optionalObject,
  optionalText,
  readBoolean,
  readInteger,
  readText,
  UnreadableField,
} from "../kit/json-read.ts";
import { currencyOf, majorUnits } from "./amounts.ts";
import { draftOf, metadataOf, referenceTo, sceneOf } from "./draft.ts";
import type { Fact } from "./fact.ts";
import { AT, idOf, readId } from "./fact.ts";
import type { StripeSettings } from "./settings.ts";

const RANKS = { created: 0, updated: 500, deleted: 999 } as const;
type Change = keyof typeof RANKS;

export function translateProduct(
  fact: Fact,
  settings: StripeSettings,
  change: Change,
): EventDraft[] {
  const { object } = fact;
  const scene = sceneOf(fact, settings, [object["metadata"]]);
  const deleted = change === "deleted";
  const id = readText(object, "id", AT);
  const data: Product = {
    id,
    name: deleted ? (optionalText(object, "name", AT) ?? id) : readText(object, "name", AT),
    description: optionalText(object, "description", AT),
    active: !deleted && readBoolean(object, "active", AT),
    deleted,
    unitLabel: optionalText(object, "unit_label", AT),
    taxCode: idOf(object, "tax_code", AT),
    metadata: metadataOf(object),
  };
  const rank = RANKS[change];
  return [
    draftOf(scene, { type: "product.upserted", entity: "product", id, rank, data, state: true }),
  ];
}

export function translatePrice(fact: Fact, settings: StripeSettings, change: Change): EventDraft[] {
  const scene = sceneOf(fact, settings, [fact.object["metadata"]]);
  const data = readPrice(fact.object, change === "deleted");
  return [
    draftOf(scene, {
      type: "price.upserted",
      entity: "price",
      id: data.id,
      rank: RANKS[change],
      data,
      references: [referenceTo(scene, "product", data.productId)],
      mentions: [optionalText(fact.object, "lookup_key", AT)],
      state: true,
    }),
  ];
}

function readPrice(object: JsonObject, deleted: boolean): Price {
  const currency = currencyOf(readText(object, "currency", AT));
  const model = modelOf(object);
  const tiered = model === "graduated" || model === "volume";
  const packages =
    optionalObject(object, "transform_quantity", AT) ??
    optionalObject(object, "transform_usage", AT);
  return {
    id: readText(object, "id", AT),
    productId: readId(object, "product", AT),
    active: !deleted && readBoolean(object, "active", AT),
    deleted,
    currency,
    model,
    unitPrice: tiered ? undefined : decimalIn(object, PRICE_FIELDS, currency, AT),
    packageSize:
      packages === undefined ? undefined : String(readInteger(packages, "divide_by", AT)),
    tiers: tiersOf(object, currency),
    recurring: recurringOf(object),
    taxBehavior: taxBehaviorOf(object),
    metadata: metadataOf(object),
  };
}

function modelOf(object: JsonObject): Price["model"] {
  if (readText(object, "billing_scheme", AT) === "tiered") {
    const mode = readText(object, "tiers_mode", AT);
    if (mode === "graduated" || mode === "volume") return mode;
    throw new UnreadableField(`${AT}.tiers_mode`, "graduated or volume", mode);
  }
  if (object["custom_unit_amount"] != null) return "open";
  const packages = object["transform_quantity"] ?? object["transform_usage"];
  return packages == null ? "flat" : "package";
}

const PRICE_FIELDS = ["unit_amount_decimal", "amount_decimal"];

/** The first of some fields that is there, in major units. */
function decimalIn(
  from: JsonObject,
  fields: readonly string[],
  currency: string,
  at: string,
): string | undefined {
  for (const field of fields) {
    const text = optionalText(from, field, at);
    if (text === undefined) continue;
    const price = majorUnits(text, currency);
    if (price === undefined) throw new UnreadableField(`${at}.${field}`, "a decimal", text);
    return price;
  }
  return undefined;
}

/** Sent only when the caller asked to expand them. */
function tiersOf(object: JsonObject, currency: string): Price["tiers"] {
  const tiers = optionalList(object, "tiers", AT);
  if (tiers.length === 0) return undefined;
  return tiers.map((item) => {
    const at = `${AT}.tiers`;
    const tier = asObject(item, at);
    const upTo = optionalInteger(tier, "up_to", at);
    return {
      upTo: upTo === undefined ? undefined : String(upTo),
      unitPrice: decimalIn(tier, ["unit_amount_decimal"], currency, at),
      flatPrice: decimalIn(tier, ["flat_amount_decimal"], currency, at),
    };
  });
}

const INTERVALS = ["day", "week", "month", "year"] as const;

function recurringOf(object: JsonObject): Price["recurring"] {
  // A plan is always recurring and says so at its top.
  const from = object["object"] === "plan" ? object : optionalObject(object, "recurring", AT);
  if (from === undefined) return undefined;
  const name = readText(from, "interval", AT);
  const interval = INTERVALS.find((one) => one === name);
  if (interval === undefined) {
    throw new UnreadableField(`${AT}.interval`, "day, week, month or year", name);
  }
  return {
    interval,
    count: readInteger(from, "interval_count", AT),
    usage: readText(from, "usage_type", AT) === "metered" ? "metered" : "licensed",
  };
}

function taxBehaviorOf(object: JsonObject): Price["taxBehavior"] {
  const behavior = optionalText(object, "tax_behavior", AT);
  return behavior === "inclusive" || behavior === "exclusive" ? behavior : "unspecified";
}
