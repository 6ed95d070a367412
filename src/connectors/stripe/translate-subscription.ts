/**
 * Subscriptions. The period billed stands on the subscription before 2025-03-31 and on each item
 * since (vendor: changelog, basil). An update that moves the period on is a renewal; any other is
 * an amendment, whatever it touched.
 */
import type { EventDraft } from "../../contracts/envelope.ts";
import type { Subscription, SubscriptionItem } from "../../contracts/subscription/subscription.ts";
import type { ServicePeriod } from "../../contracts/values.ts";
import type { JsonObject } from "../kit/json-read.ts";
import {
  asObject,
  isObject,
  optionalInteger,
  optionalText,
  readBoolean,
  readObject,
  readText,
  UnreadableField,
} from "../kit/json-read.ts";
import { currencyOf, majorUnits } from "./amounts.ts";
import { wholeList } from "./document-lines.ts";
import type { Scene } from "./draft.ts";
import { dayOf, draftOf, instantOf, metadataOf, periodOf, referenceTo, sceneOf } from "./draft.ts";
import type { Fact } from "./fact.ts";
import { AT, optionalSeconds, readId, readSeconds } from "./fact.ts";
import type { StripeSettings } from "./settings.ts";

const RANKS = { created: 0, amended: 300, renewed: 400, paused: 500, resumed: 600, cancelled: 900 };
type SubscriptionVerb = keyof typeof RANKS;

const STATUSES: Readonly<Record<string, Subscription["status"]>> = {
  incomplete: "incomplete",
  incomplete_expired: "expired",
  trialing: "trialing",
  active: "active",
  past_due: "past-due",
  unpaid: "unpaid",
  paused: "paused",
  canceled: "cancelled",
};

export function translateSubscription(
  fact: Fact,
  settings: StripeSettings,
  verb: Exclude<SubscriptionVerb, "renewed">,
): EventDraft[] {
  const scene = sceneOf(fact, settings, [fact.object["metadata"]]);
  const data = readSubscription(scene);
  const told = verb === "amended" && isRenewal(fact) ? "renewed" : verb;
  return [
    draftOf(scene, {
      type: `subscription.${told}`,
      entity: "subscription",
      id: data.id,
      rank: RANKS[told],
      data,
      references: [
        referenceTo(scene, "customer", data.customerId),
        ...data.items.flatMap((item) => [
          referenceTo(scene, "product", item.productId),
          referenceTo(scene, "price", item.priceId),
        ]),
      ],
      state: true,
    }),
  ];
}

/** The present state of a subscription: ended, or as it stands. */
export function translateRetrievedSubscription(fact: Fact, settings: StripeSettings): EventDraft[] {
  const ended = readText(fact.object, "status", AT) === "canceled";
  return translateSubscription(fact, settings, ended ? "cancelled" : "amended");
}

function isRenewal({ previous, shape }: Fact): boolean {
  if (previous === undefined) return false;
  if (!shape.basil) return previous["current_period_start"] !== undefined;
  const items = previous["items"];
  const data = isObject(items) ? items["data"] : undefined;
  return (
    Array.isArray(data) &&
    data.some((item) => isObject(item) && item["current_period_start"] !== undefined)
  );
}

function readSubscription(scene: Scene): Subscription {
  const { object, previous } = scene.fact;
  const id = readText(object, "id", AT);
  const status = readText(object, "status", AT);
  const known = Object.hasOwn(STATUSES, status) ? STATUSES[status] : undefined;
  if (known === undefined) throw new UnreadableField(`${AT}.status`, "a known status", status);
  const items = wholeList(object, "items", { object: "subscription", id }, AT).map((raw, i) =>
    readItem(scene, raw, `${AT}.items.data.${i}`),
  );
  const currency = optionalText(object, "currency", AT) ?? currencyOfItems(object);
  return {
    id,
    customerId: readId(object, "customer", AT),
    status: known,
    currency: currency === undefined ? undefined : currencyOf(currency),
    startDate: dayOf(scene, readSeconds(object, "start_date", AT)),
    timeZone: scene.entity.timeZone,
    period: periodIn(scene, object, AT) ?? commonPeriod(items),
    items,
    cancelAtPeriodEnd: readBoolean(object, "cancel_at_period_end", AT),
    cancelAt: instantOf(optionalSeconds(object, "cancel_at", AT)),
    cancelledAt: instantOf(optionalSeconds(object, "canceled_at", AT)),
    endedAt: instantOf(optionalSeconds(object, "ended_at", AT)),
    trialEnd: instantOf(optionalSeconds(object, "trial_end", AT)),
    changed: previous === undefined ? [] : Object.keys(previous).sort(),
    metadata: metadataOf(object),
  };
}

/** Versions before 2022-08-01 name the currency on the price only. */
function currencyOfItems(object: JsonObject): string | undefined {
  const [first] = (readObject(object, "items", AT)["data"] ?? []) as readonly unknown[];
  if (first === undefined) return undefined;
  const price = priceOf(asObject(first as JsonObject, `${AT}.items`), `${AT}.items`);
  return optionalText(price, "currency", `${AT}.items`);
}

/** Very old versions have a plan and no price. */
function priceOf(item: JsonObject, at: string): JsonObject {
  return readObject(item, item["price"] == null ? "plan" : "price", at);
}

function readItem(scene: Scene, raw: JsonObject, at: string): SubscriptionItem {
  const price = priceOf(raw, at);
  const currency = currencyOf(readText(price, "currency", at));
  const unit =
    optionalText(price, "unit_amount_decimal", at) ?? optionalText(price, "amount_decimal", at);
  const quantity = optionalInteger(raw, "quantity", at);
  return {
    id: readText(raw, "id", at),
    productId: readId(price, "product", at),
    priceId: readText(price, "id", at),
    quantity: quantity === undefined ? undefined : String(quantity),
    unitPrice: unit === undefined ? undefined : majorUnits(unit, currency),
    period: periodIn(scene, raw, at),
  };
}

function periodIn(scene: Scene, from: JsonObject, at: string): ServicePeriod | undefined {
  const start = optionalSeconds(from, "current_period_start", at);
  const end = optionalSeconds(from, "current_period_end", at);
  return start === undefined || end === undefined ? undefined : periodOf(scene, start, end);
}

function commonPeriod(items: readonly SubscriptionItem[]): ServicePeriod | undefined {
  const first = items[0]?.period;
  if (first === undefined) return undefined;
  const same = items.every(
    ({ period }) => period?.start === first.start && period.end === first.end,
  );
  return same ? first : undefined;
}
