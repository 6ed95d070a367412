/**
 * Whose money it is, where its own body does not say: its invoice's, which Stripe names by an id
 * only. What is read is put where Stripe itself puts it when asked to expand it, and the identity
 * looks at none of it, so the event stays the same fact.
 */
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/json-read.ts";
import { isObject } from "../kit/json-read.ts";
import type { StripeApi } from "./api.ts";
import { shapeOf } from "./api-version.ts";
import { metadatasOf, textNamed } from "./legal-entity.ts";
import { listWhole } from "./list-pages.ts";
import type { StripeSettings } from "./settings.ts";
import { translateStripe } from "./translate.ts";

/** One payment of more invoices than this is left to a person. */
const MOST_INVOICES = 20;

/** An event or a retrieval that lacks only its legal entity, with what may name it. */
export async function completeOwner(
  api: StripeApi,
  raw: Json,
  settings: StripeSettings,
): Promise<Json> {
  const rule = settings.legalEntityByMetadata;
  if (rule === undefined || !isObject(raw)) return raw;
  const translation = translateStripe(raw, settings);
  if (translation.kind !== "dead") return raw;
  if (translation.code !== "E_STRIPE_LEGAL_ENTITY_MISSING") return raw;
  const { data, api_version: version } = raw;
  const object = isObject(data) ? data["object"] : undefined;
  if (!isObject(data) || !isObject(object) || typeof version !== "string") return raw;
  const reading: Reading = { api, key: rule.key, version };
  return { ...raw, data: { ...data, object: { ...(await withOwner(reading, object)) } } };
}

interface Reading {
  readonly api: StripeApi;
  readonly key: string;
  readonly version: string;
}

const MONEY = [
  ["payment_intent", "/v1/payment_intents/"],
  ["charge", "/v1/charges/"],
] as const;

async function withOwner(reading: Reading, object: JsonObject): Promise<JsonObject> {
  const invoice = await invoiceOf(reading, object);
  if (invoice !== undefined) return { ...object, invoice };
  for (const [field, place] of MONEY) {
    const id = object[field];
    const money = typeof id === "string" ? await read(reading, place, id) : undefined;
    if (money === undefined) continue;
    const named = textNamed(reading.key, metadatasOf(money)) !== undefined;
    const owner = named ? money : await withOwner(reading, money);
    return { ...object, [field]: ownerPart(owner) };
  }
  return object;
}

/** The invoice of an object; undefined as well where it has several of different entities. */
async function invoiceOf(reading: Reading, object: JsonObject): Promise<Json | undefined> {
  const invoices: JsonObject[] = [];
  for (const id of await invoiceIdsOf(reading, object)) {
    const invoice = await read(reading, "/v1/invoices/", id);
    if (invoice === undefined) return undefined;
    invoices.push(invoice);
  }
  const entities = invoices.map((one) => textNamed(reading.key, metadatasOf(one)));
  return new Set(entities).size === 1 ? ownerPart(invoices[0] ?? {}) : undefined;
}

/** Since basil a payment intent names no invoice; the payments of invoices name it. */
async function invoiceIdsOf({ api, version }: Reading, object: JsonObject): Promise<string[]> {
  const { invoice, id } = object;
  if (typeof invoice === "string") return [invoice];
  if (object["object"] !== "payment_intent" || !shapeOf(version).basil) return [];
  const query = `payment%5Btype%5D=payment_intent&payment%5Bpayment_intent%5D=${encodeURIComponent(String(id))}`;
  const paths = `/v1/invoice_payments?${query}`;
  const found = (await listWhole(api, paths, MOST_INVOICES, version)) ?? [];
  return [...new Set(found.map((one) => String(one["invoice"])))];
}

function read({ api, version }: Reading, place: string, id: string) {
  return api.get(`${place}${encodeURIComponent(id)}`, version);
}

const PARTS = ["id", "object", "metadata", "subscription_details", "parent", "invoice"] as const;

/** Enough to say whose it is; the rest of the document has its own events. */
function ownerPart(whole: JsonObject): Json {
  const part: { [key: string]: Json } = {};
  for (const name of PARTS) {
    const value = whole[name];
    if (value !== undefined) part[name] = value;
  }
  return part;
}
