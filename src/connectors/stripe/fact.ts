/**
 * One raw message, opened but not yet understood.
 *
 * event       what a webhook brings and /v1/events lists: `{object: "event", type, data.object}`
 * retrieval   the present state of one object, wrapped by this connector when it fetches:
 *             `{object: "tieout.retrieval", api_version, retrieved, data.object}`
 * at          when Stripe made the event, epoch seconds; of a retrieval, when we asked
 * previous    the old values of what changed, as Stripe tells them; only in *.updated events
 */
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/json-read.ts";
import {
  asObject,
  optionalObject,
  optionalText,
  readBoolean,
  readInteger,
  readObject,
  readText,
} from "../kit/json-read.ts";
import type { Shape } from "./api-version.ts";
import { shapeOf } from "./api-version.ts";
import { stripeErrors } from "./errors.ts";
import type { StripeSettings } from "./settings.ts";

export const RETRIEVAL = "tieout.retrieval";

export interface Fact {
  readonly kind: string;
  /** The event's id; empty for a retrieval. */
  readonly eventId: string;
  readonly atMs: number;
  readonly shape: Shape;
  readonly object: JsonObject;
  readonly previous: JsonObject | undefined;
  readonly retrieved: boolean;
}

/** Where the fields of the object stand, for messages. */
export const AT = "data.object";

/** Epoch seconds that are a date at all: 1970 to 9998. */
export function readSeconds(from: JsonObject, key: string, at: string): number {
  const seconds = readInteger(from, key, at);
  if (seconds >= 0 && seconds < 253_370_764_800) return seconds;
  throw stripeErrors.E_STRIPE_ENVELOPE({ reason: `${at}.${key} is no time` });
}

export function optionalSeconds(from: JsonObject, key: string, at: string): number | undefined {
  const value = from[key];
  return value === undefined || value === null ? undefined : readSeconds(from, key, at);
}

/**
 * Opens a raw message. Throws UnreadableField, E_STRIPE_ENVELOPE, E_STRIPE_FOREIGN_ACCOUNT,
 * E_STRIPE_LIVEMODE, E_STRIPE_API_VERSION.
 */
export function openFact(raw: Json, settings: StripeSettings): Fact {
  const body = asObject(raw, "body");
  const type = readText(body, "object", "");
  if (type === RETRIEVAL) return openRetrieval(body);
  if (type !== "event") {
    throw stripeErrors.E_STRIPE_ENVELOPE({ reason: `it is a ${type.slice(0, 60)}` });
  }
  const account = optionalText(body, "account", "");
  if (account !== undefined && settings.account !== undefined && account !== settings.account) {
    const details = { found: account, expected: settings.account };
    throw stripeErrors.E_STRIPE_FOREIGN_ACCOUNT(details);
  }
  const livemode = readBoolean(body, "livemode", "");
  if (livemode !== settings.livemode) {
    const details = { found: livemode, expected: settings.livemode };
    throw stripeErrors.E_STRIPE_LIVEMODE(details);
  }
  const data = readObject(body, "data", "");
  const eventId = readText(body, "id", "");
  if (eventId === "") throw stripeErrors.E_STRIPE_ENVELOPE({ reason: "its id is empty" });
  return {
    kind: readText(body, "type", ""),
    eventId,
    atMs: readSeconds(body, "created", "body") * 1000,
    // Only events before 2014-10-31 have none (vendor: "The Event object").
    shape: shapeOf(readText(body, "api_version", "")),
    object: readObject(data, "object", "data"),
    previous: optionalObject(data, "previous_attributes", "data"),
    retrieved: false,
  };
}

function openRetrieval(body: JsonObject): Fact {
  const object = readObject(readObject(body, "data", ""), "object", "data");
  return {
    kind: `retrieved.${readText(object, "object", AT)}`,
    eventId: "",
    atMs: readInteger(body, "retrieved", ""),
    shape: shapeOf(readText(body, "api_version", "")),
    object,
    previous: undefined,
    retrieved: true,
  };
}

/** The id of a reference, whether Stripe gave the id or, expanded, the object. */
export function idOf(from: JsonObject, key: string, at: string): string | undefined {
  const value = from[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value === "" ? undefined : value;
  return readText(asObject(value, `${at}.${key}`), "id", `${at}.${key}`);
}

/** As `idOf`, where there has to be one. */
export function readId(from: JsonObject, key: string, at: string): string {
  return idOf(from, key, at) ?? readText(from, key, at);
}
