/**
 * The identity of a fact, and what of it must be the same whenever it is told again.
 *
 * An event keeps its id over retries, endpoints and /v1/events; but its body is rendered in the API
 * version of whoever asked, `pending_webhooks` changes between retries, and `request` is told in
 * different shapes. So `stable` is the part that every version writes alike: kind, time, the
 * object's id, and its amounts, status and customer. Two tellings that differ there are not one
 * fact.
 *
 * A refund's outcome is one fact however many events tell it (translate-refund.ts). A retrieval is
 * named by the object and a hash of what it says to us, so that a document fetched twice is one
 * fact. Where an object can go back to what it was (a customer renamed and named again as before),
 * the moment of reading is part of the name, or its way back would be taken for old news.
 */
import { createHash } from "node:crypto";
import { canonicalJson } from "../../kernel/canonical-json.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/json-read.ts";
import { isObject, readInteger, readText } from "../kit/json-read.ts";
import type { FactIdentity, Identification } from "../kit/source.ts";
import type { Fact } from "./fact.ts";
import { AT, idOf, openFact, optionalSeconds, readSeconds } from "./fact.ts";
import type { StripeSettings } from "./settings.ts";
import { reasonOf, translateStripe } from "./translate.ts";
import type { ToldRefund } from "./translate-refund.ts";
import { refundFactId, toldRefund } from "./translate-refund.ts";

/** Fields that mean the same in every API version since 2018, on the objects that have them. */
const MATERIAL = [
  "id",
  "object",
  "status",
  "currency",
  "number",
  "total",
  "amount",
  "amount_received",
  "amount_due",
  "amount_paid",
  "amount_remaining",
  "amount_refunded",
  "created",
  "deleted",
] as const;

/** Master records and agreements: states, each of which may come again. */
const GOES_BACK = new Set(["customer", "product", "price", "subscription"]);

/** An event that was cut and the same event made whole (complete-event.ts) are one fact. */
const LINES_IN_AN_EVENT = 10;

export function identifyStripe(raw: Json, settings: StripeSettings): Identification {
  try {
    const fact = openFact(raw, settings);
    return { ok: true, identity: identityOf(fact, raw, settings) };
  } catch (thrown) {
    return { ok: false, ...reasonOf(thrown, "message") };
  }
}

function identityOf(fact: Fact, raw: Json, settings: StripeSettings): FactIdentity {
  const refund = toldRefund(fact);
  if (refund !== undefined) return refundIdentity(fact, refund);
  if (fact.retrieved) return retrievalIdentity(fact, raw, settings);
  const stable = { kind: fact.kind, created: fact.atMs / 1000, object: materialOf(fact.object) };
  return { factId: fact.eventId, occurredMs: fact.atMs, stable, kind: fact.kind };
}

/** Both times are the refund's own, so that every event that tells of it agrees. */
function refundIdentity(fact: Fact, told: ToldRefund): FactIdentity {
  const { refund, status, at } = told;
  const created = readSeconds(refund, "created", at);
  const stable = {
    refund: readText(refund, "id", at),
    status,
    amount: readInteger(refund, "amount", at),
    currency: readText(refund, "currency", at),
  };
  return { factId: refundFactId(told), occurredMs: created * 1000, stable, kind: fact.kind };
}

function retrievalIdentity(fact: Fact, raw: Json, settings: StripeSettings): FactIdentity {
  const { object } = fact;
  const translation = translateStripe(raw, settings);
  const stable: Json =
    translation.kind === "events"
      ? translation.events.map(({ type, data }) => ({ type, data }))
      : { ...object };
  const version = createHash("sha256").update(canonicalJson(stable)).digest("hex").slice(0, 24);
  const type = readText(object, "object", AT);
  const read = GOES_BACK.has(type) ? `/${fact.atMs}` : "";
  return {
    factId: `${type}/${readText(object, "id", AT)}@${version}${read}`,
    occurredMs: (optionalSeconds(object, "created", AT) ?? 0) * 1000,
    stable,
    kind: fact.kind,
  };
}

function materialOf(object: JsonObject): Json {
  const material: { [key: string]: Json } = {};
  for (const key of MATERIAL) {
    const value = object[key];
    if (value !== undefined && value !== null) material[key] = value;
  }
  // An id, or an object where the endpoint asked to expand it. Other references moved with basil.
  const customer = idOf(object, "customer", AT);
  if (customer !== undefined) material["customer"] = customer;
  const lines = object["lines"];
  const data = isObject(lines) ? lines["data"] : undefined;
  if (Array.isArray(data)) {
    const told = data.slice(0, LINES_IN_AN_EVENT).map(amountOf);
    material["lines"] = told.sort((a, b) => a - b);
  }
  return material;
}

function amountOf(line: Json): number {
  const amount = isObject(line) ? line["amount"] : undefined;
  return typeof amount === "number" ? amount : 0;
}
