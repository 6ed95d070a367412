import type { Json } from "../../kernel/strict-json.ts";
import { isObject } from "../kit/json-read.ts";
import type { StripeApi } from "./api.ts";
import { listWhole, MOST_LINES } from "./list-pages.ts";
import { ruleOf } from "./rules.ts";

/** Documents whose lines cannot change once an event tells of them. */
const PLACES: Readonly<Record<string, string>> = {
  invoice: "/v1/invoices/",
  credit_note: "/v1/credit_notes/",
};

/**
 * An event with at most ten lines of a longer document, made whole: the missing lines are listed in
 * the event's own API version. A webhook cannot wait for that, so it becomes a dead letter
 * (E_STRIPE_TRUNCATED); the next sweep lists the same event, completes it here, and it is the same
 * fact understood at last. Anything else is answered as it is.
 */
export async function completeEvent(api: StripeApi, event: Json): Promise<Json> {
  if (!isObject(event) || typeof event["type"] !== "string") return event;
  const { data, api_version: version } = event;
  const object = isObject(data) ? data["object"] : undefined;
  if (!isObject(data) || !isObject(object) || typeof version !== "string") return event;
  const { lines, id } = object;
  const place = PLACES[String(object["object"])];
  if (place === undefined || !isObject(lines) || lines["has_more"] !== true) return event;
  const rule = ruleOf(event["type"]);
  // Drafts and reminders are nothing for us, whole or not.
  if (rule === undefined || !("tell" in rule) || typeof id !== "string") return event;
  const path = `${place}${encodeURIComponent(id)}/lines`;
  const all = await listWhole(api, path, MOST_LINES, version);
  if (all === undefined) return event;
  const whole = { ...lines, has_more: false, data: all.map((line) => ({ ...line })) };
  return { ...event, data: { ...data, object: { ...object, lines: whole } } };
}
