import { parseObjectKey } from "../../contracts/envelope.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/json-read.ts";
import { isObject } from "../kit/json-read.ts";
import type { ConnectorSurroundings } from "../kit/source.ts";
import type { StripeApi } from "./api.ts";
import { completeOwner } from "./complete-owner.ts";
import { stripeErrors } from "./errors.ts";
import { RETRIEVAL } from "./fact.ts";
import { listWhole, MOST_LINES } from "./list-pages.ts";
import type { StripeSettings } from "./settings.ts";

/** Where the objects of an entity are, and which of their lists come in parts. */
const PLACES: Readonly<Record<string, { path: string; list?: string; query?: string }>> = {
  customer: { path: "/v1/customers/", query: "?expand%5B%5D=tax_ids" },
  product: { path: "/v1/products/" },
  price: { path: "/v1/prices/", query: "?expand%5B%5D=tiers" },
  subscription: { path: "/v1/subscriptions/", list: "items" },
  invoice: { path: "/v1/invoices/", list: "lines" },
  "credit-memo": { path: "/v1/credit_notes/", list: "lines" },
  payment: { path: "/v1/payment_intents/" },
  refund: { path: "/v1/refunds/" },
  dispute: { path: "/v1/disputes/" },
  payout: { path: "/v1/payouts/" },
};

/**
 * The present state of an object, whole: lists that Stripe cuts are read to their end. Undefined
 * when Stripe has no such object. Throws E_STRIPE_ENTITY and what the API throws.
 *
 * An allocation's id is ours (payment and invoice); it is looked up among its invoice's payments.
 */
export async function fetchObject(
  api: StripeApi,
  settings: StripeSettings,
  { clock }: ConnectorSurroundings,
  key: string,
): Promise<Json | undefined> {
  const { entity, id } = parseObjectKey(key);
  // Before asking: what changes while the answer is on its way must be the later one.
  const asked = clock.now();
  const object =
    entity === "allocation" ? await findAllocation(api, id) : await getObject(api, entity, id);
  if (object === undefined) return undefined;
  const raw = {
    object: RETRIEVAL,
    api_version: settings.apiVersion,
    retrieved: asked,
    data: { object: { ...object } },
  };
  return completeOwner(api, raw, settings);
}

async function getObject(
  api: StripeApi,
  entity: string,
  id: string,
): Promise<JsonObject | undefined> {
  const place = Object.hasOwn(PLACES, entity) ? PLACES[entity] : undefined;
  if (place === undefined) throw stripeErrors.E_STRIPE_ENTITY({ entity });
  // Money without a payment intent is a charge (`ch_`) or a bank payment (`py_`).
  const path = entity === "payment" && !id.startsWith("pi_") ? "/v1/charges/" : place.path;
  const base = `${path}${encodeURIComponent(id)}`;
  const object = await api.get(`${base}${place.query ?? ""}`);
  if (object === undefined || place.list === undefined) return object;
  const list = object[place.list];
  if (!isObject(list) || list["has_more"] !== true) return object;
  const rest =
    entity === "subscription"
      ? `/v1/subscription_items?subscription=${encodeURIComponent(id)}`
      : `${base}/lines`;
  const items = await listWhole(api, rest, MOST_LINES);
  if (items === undefined) {
    const reason = `${id} has more than ${MOST_LINES} ${place.list}`;
    throw stripeErrors.E_STRIPE_ANSWER({ path: base, reason });
  }
  return {
    ...object,
    [place.list]: { ...list, has_more: false, data: items.map((i) => ({ ...i })) },
  };
}

/** `<payment>:<invoice>`. */
async function findAllocation(api: StripeApi, id: string): Promise<JsonObject | undefined> {
  const [payment = "", invoice = ""] = id.split(":", 2);
  const path = `/v1/invoice_payments?invoice=${encodeURIComponent(invoice)}`;
  const found = (await listWhole(api, path, MOST_LINES)) ?? [];
  return found.find((one) => {
    const by = one["payment"];
    return isObject(by) && Object.values(by).includes(payment);
  });
}
