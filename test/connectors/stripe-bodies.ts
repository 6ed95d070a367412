/** Bodies as Stripe sends them, authored for these tests, and what the connector makes of them. */
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import type { StripeSettings } from "../../src/connectors/stripe/settings.ts";
import { stripeSettingsSchema } from "../../src/connectors/stripe/settings.ts";
import { translateStripe } from "../../src/connectors/stripe/translate.ts";
import { checkContract } from "../../src/contracts/check-contract.ts";
import type { EventDraft } from "../../src/contracts/envelope.ts";
import type { Invoice } from "../../src/contracts/invoice/invoice.ts";
import type { Json } from "../../src/kernel/strict-json.ts";

export const settings: StripeSettings = stripeSettingsSchema.parse({
  connection: "stripe-eu",
  apiKey: "rk_test",
  webhookSecrets: ["whsec_test"],
  livemode: false,
  legalEntity: { id: "de", timeZone: "Europe/Berlin" },
});

export type Shape = "classic" | "basil";
const folder = new URL("../../src/connectors/stripe/fixtures/", import.meta.url);

export function fixture(shape: Shape, name: string): Json {
  return JSON.parse(readFileSync(new URL(`${shape}/${name}.json`, folder), "utf8")) as Json;
}

type Holder = Record<string, Json | undefined>;

/** The value at a path such as `data.object.lines.data.0`; the test is wrong when it is missing. */
export function at(body: Json, path: string): Json {
  let value: Json | undefined = body;
  for (const key of path.split(".")) value = (value as Holder | null)?.[key];
  if (value === undefined) throw new Error(`no ${path}`);
  return value;
}

/** The object in an event's body. */
export function objectOf(body: Json): Readonly<Record<string, Json>> {
  return at(body, "data.object") as Record<string, Json>;
}

/** A copy with other values at some paths; undefined takes a field away. */
export function put(body: Json, changes: Readonly<Record<string, Json | undefined>>): Json {
  const copy = structuredClone(body);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const holder = (keys.length === 0 ? copy : at(copy, keys.join("."))) as Holder;
    if (value === undefined) delete holder[last];
    else holder[last] = value;
  }
  return copy;
}

export function namesOf(shape: Shape): string[] {
  return readdirSync(new URL(`${shape}/`, folder)).map((file) => file.replace(".json", ""));
}

/** The drafts of a body, each fit for its contract. */
export function told(body: Json, given = settings): readonly EventDraft[] {
  const result = translateStripe(body, given);
  if (result.kind !== "events") throw new Error(JSON.stringify(result));
  for (const draft of result.events) {
    expect(checkContract(draft.type, draft.data), draft.type).toEqual({ ok: true });
  }
  return result.events;
}

/** The only draft of a body. */
export function toldOnce(body: Json, given = settings): EventDraft {
  const [draft, ...others] = told(body, given);
  expect(others).toEqual([]);
  if (draft === undefined) throw new Error("no draft");
  return draft;
}

export function toldInvoice(body: Json, given = settings): Invoice {
  return toldOnce(body, given).data as unknown as Invoice;
}

/** The code of a dead letter; of anything else its kind. */
export function deadCode(body: Json, given = settings): string {
  const result = translateStripe(body, given);
  return result.kind === "dead" ? result.code : result.kind;
}
