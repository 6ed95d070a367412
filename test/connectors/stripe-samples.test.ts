/** Bodies from outside, which lie beside the repository on a developer's machine. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stripeSettingsSchema } from "../../src/connectors/stripe/settings.ts";
import { translateStripe } from "../../src/connectors/stripe/translate.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import { rootUrl } from "../support/root.ts";
import { at, objectOf, settings, told, toldOnce } from "./stripe-bodies.ts";

const shared = new URL("../shared/data/stripe/", rootUrl);
const present = existsSync(shared);
const why = present ? "" : " (skipped: no samples beside the repository)";

function bodyOf(name: string): Json {
  return JSON.parse(readFileSync(new URL(`webhooks/${name}.json`, shared), "utf8")) as Json;
}

function outcomeOf(body: Json): string {
  const result = translateStripe(body, settings);
  if (result.kind === "events") return result.events.map(({ type }) => type).join(" ");
  return result.kind === "ignored" ? `ignored: ${result.rule}` : `${result.code}: ${result.reason}`;
}

/** What each body must become; a body that is not listed fails. */
const expected: Readonly<Record<string, string | RegExp>> = {
  charge_dispute_closed: /^E_STRIPE_CONTRADICTION: .*the dispute is warning_needs_response/,
  charge_dispute_created: "dispute.opened",
  charge_dispute_funds_reinstated: /^E_STRIPE_CONTRADICTION: .*no balance transaction/,
  charge_dispute_funds_withdrawn: /^E_STRIPE_CONTRADICTION: .*no balance transaction/,
  charge_expired: "ignored: not-yet-money",
  charge_refunded: "refund.succeeded",
  charge_updated: "ignored: not-yet-money",
  checkout_session_completed: /^E_STRIPE_LIVEMODE: .*livemode true/,
  credit_note_updated: "ignored: told-by-credit-note",
  credit_note_voided: /^E_STRIPE_CONTRADICTION: .*is issued, not void/,
  customer_deleted: "customer.deleted",
  early_fraud_warning_updated: "ignored: risk-only",
  invoice_deleted: "ignored: draft",
  invoice_finalized: "invoice.finalized",
  invoice_paid: "invoice.paid",
  invoice_payment_paid: "payment.applied",
  payment_intent_canceled: "ignored: not-yet-money",
  payment_intent_partially_funded: "ignored: not-yet-money",
  payment_intent_processing: "ignored: not-yet-money",
  payment_intent_requires_action: "ignored: not-yet-money",
  payment_intent_succeeded: /^E_STRIPE_CONTRADICTION: .*is requires_payment_method/,
  payment_method_detached: "ignored: payment-means",
  plan_created: "price.upserted",
  plan_updated: "price.upserted",
  review_closed: "ignored: risk-only",
  review_opened: "ignored: risk-only",
  subscription_updated: "subscription.amended",
};

function expectedOf(name: string): string | RegExp | undefined {
  if (name.startsWith("customer_tax_id_")) return "ignored: registration-by-invoice";
  if (name.startsWith("setup_intent_")) return "ignored: payment-means";
  if (name.startsWith("subscription_schedule_")) return "ignored: told-by-subscription";
  return expected[name];
}

describe.skipIf(!present)(`sample webhooks of old versions${why}`, () => {
  const names = present
    ? readdirSync(new URL("webhooks/", shared)).map((file) => file.replace(".json", ""))
    : [];

  it.each(names)("%s is an event, a documented ignore, or a dead letter that says why", (name) => {
    const outcome = outcomeOf(bodyOf(name));
    const wanted = expectedOf(name);
    if (typeof wanted === "string") expect(outcome).toBe(wanted);
    else expect(outcome).toMatch(wanted ?? /^this body has no expectation yet$/);
  });

  it("carry the amounts of the bodies, to the minor unit", () => {
    const minorOf = (name: string) => toldOnce(bodyOf(name)).amount;
    for (const name of ["invoice_finalized", "invoice_paid"]) {
      const total = objectOf(bodyOf(name))["total"];
      expect(minorOf(name)).toEqual({ minor: String(total), currency: "USD" });
    }
    const refund = at(bodyOf("charge_refunded"), "data.object.refunds.data.0.amount");
    expect(minorOf("charge_refunded")).toEqual({ minor: String(refund), currency: "USD" });
    const paid = objectOf(bodyOf("invoice_payment_paid"));
    expect(minorOf("invoice_payment_paid")).toEqual({
      minor: String(paid["amount_paid"]),
      currency: "USD",
    });
    const dispute = objectOf(bodyOf("charge_dispute_created"));
    expect(minorOf("charge_dispute_created")?.minor).toBe(String(dispute["amount"]));
    expect(objectOf(bodyOf("plan_created"))["amount_decimal"]).toBe("59900");
    expect(toldOnce(bodyOf("plan_created")).data).toMatchObject({ unitPrice: "599" });
  });

  it("keep what an invoice line says", () => {
    const line = at(bodyOf("invoice_finalized"), "data.object.lines.data.0");
    const { data } = toldOnce(bodyOf("invoice_finalized"));
    expect(data).toMatchObject({
      number: "B1AB464C-0181",
      lines: [
        {
          id: at(line, "id"),
          productId: at(line, "price.product"),
          priceId: at(line, "price.id"),
          quantity: "1",
        },
      ],
    });
  });
});

describe.skipIf(!present)(`sample objects${why}`, () => {
  const lenient = stripeSettingsSchema.parse({ ...settings, connection: "objects" });
  const asRetrieved = (object: Json, version: string): Json => ({
    object: "tieout.retrieval",
    api_version: version,
    retrieved: 1_772_366_400_000,
    data: { object },
  });

  it("of every old kind are events, ignored, or dead letters that name the field", () => {
    const folder = new URL("objects/", shared);
    for (const file of readdirSync(folder)) {
      const object = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
      const version = "2020-08-27";
      const body = object.object === "event" ? object : asRetrieved(object, version);
      const result = translateStripe(body, lenient);
      if (result.kind === "dead") expect(result.reason, file).toMatch(/\S+ \S+/);
      if (result.kind === "events") told(body, lenient);
    }
  });

  it("of the newest kind: money we translate keeps its amount", () => {
    const file = new URL("fixtures3.json", shared);
    const { resources } = JSON.parse(readFileSync(file, "utf8"));
    const version = "2026-07-29.dahlia";
    for (const kind of ["customer", "product", "price", "dispute"]) {
      expect(told(asRetrieved(resources[kind], version), lenient).length, kind).toBeGreaterThan(0);
    }
    // A draft, whatever its invented amounts are.
    expect(outcomeOf(asRetrieved(resources.invoice, version))).toBe("ignored: draft");
    // Invented amounts that contradict each other must not pass.
    expect(outcomeOf(asRetrieved(resources.credit_note, version))).toMatch(/^E_STRIPE_/);
  });
});
