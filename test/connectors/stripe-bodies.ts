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
// biome-ignore lint/suspicious/noExplicitAny: tests change bodies freely
export type Body = any;

const folder = new URL("../../src/connectors/stripe/fixtures/", import.meta.url);

export function fixture(shape: Shape, name: string): Body {
  return JSON.parse(readFileSync(new URL(`${shape}/${name}.json`, folder), "utf8"));
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
