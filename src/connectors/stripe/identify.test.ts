import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../kernel/canonical-json.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { FactIdentity } from "../kit/source.ts";
import { identifyStripe } from "./identify.ts";
import { stripeSettingsSchema } from "./settings.ts";

const settings = stripeSettingsSchema.parse({
  connection: "stripe-eu",
  apiKey: "rk_test",
  webhookSecrets: [],
  livemode: false,
  legalEntity: { id: "de", timeZone: "UTC" },
});

type Shape = "classic" | "basil";

function body(shape: Shape, name: string, change: object = {}): Readonly<Record<string, Json>> {
  const file = new URL(`./fixtures/${shape}/${name}.json`, import.meta.url);
  const event = JSON.parse(readFileSync(file, "utf8")) as { data: { object: object } };
  Object.assign(event.data.object, change);
  return event as unknown as Record<string, Json>;
}

function objectOf(event: Readonly<Record<string, Json>>): Record<string, Json> {
  return (event["data"] as { object: Record<string, Json> }).object;
}

function identityOf(raw: Json): FactIdentity {
  const result = identifyStripe(raw, settings);
  if (!result.ok) throw new Error(result.reason);
  return result.identity;
}

const sameFact = (a: Json, b: Json): boolean =>
  identityOf(a).factId === identityOf(b).factId &&
  identityOf(a).occurredMs === identityOf(b).occurredMs &&
  canonicalJson(identityOf(a).stable) === canonicalJson(identityOf(b).stable);

function retrieval(object: Json, retrieved: number): Json {
  return {
    object: "tieout.retrieval",
    api_version: "2026-10-28.endive",
    retrieved,
    data: { object },
  };
}

describe("the identity of an event", () => {
  it.each(["invoice-finalized", "invoice-paid", "credit-note-created", "customer-updated"])(
    "%s is one in every retry and every API version",
    (name) => {
      const retried = { ...body("classic", name), pending_webhooks: 3, request: null };
      expect(sameFact(body("classic", name), retried)).toBe(true);
      expect(sameFact(body("classic", name), body("basil", name))).toBe(true);
      const { customer } = objectOf(body("basil", name));
      const whole = typeof customer === "string" ? { id: customer, object: "customer" } : null;
      const expanded = body("basil", name, whole === null ? {} : { customer: whole });
      expect(sameFact(body("classic", name), expanded)).toBe(true);
    },
  );

  it("is named by the event, dated when it occurred, and says its kind", () => {
    expect(identityOf(body("basil", "invoice-paid"))).toMatchObject({
      factId: "evt_invoice_paid",
      occurredMs: 1_769_990_400_000,
      kind: "invoice.paid",
    });
  });

  it.each([
    ["another total", { total: 12306 }],
    ["another number", { number: "ADA-0009" }],
    ["another customer", { customer: "cus_ADA" }],
    ["other lines", { lines: { data: [{ amount: 12305 }] } }],
  ])("with the same id and %s is not the same fact", (_name, change) => {
    const changed = body("basil", "invoice-paid", change);
    expect(identityOf(changed).factId).toBe("evt_invoice_paid");
    expect(sameFact(body("basil", "invoice-paid"), changed)).toBe(false);
  });

  it("of another kind and the same id is not the same fact", () => {
    const other = { ...body("classic", "dispute-created"), type: "charge.dispute.updated" };
    expect(sameFact(body("classic", "dispute-created"), other)).toBe(false);
  });

  it("is none for what is no event", () => {
    expect(identifyStripe({ hello: "world" }, settings)).toMatchObject({
      ok: false,
      code: "E_STRIPE_BODY",
    });
  });
});

describe("the outcome of a refund", () => {
  it("is one fact, whichever event tells it first", () => {
    const updated = { ...body("basil", "refund-created"), id: "evt_x", type: "refund.updated" };
    for (const other of [body("classic", "charge-refunded"), updated]) {
      expect(sameFact(body("classic", "refund-created"), other)).toBe(true);
    }
    expect(identityOf(updated).factId).toBe("refund/re_ada/succeeded");
  });

  it("that fails later is another fact", () => {
    expect(identityOf(body("basil", "refund-failed")).factId).toBe("refund/re_ada/failed");
  });

  it("that is pending is only its own event", () => {
    const pending = body("basil", "refund-created", { status: "pending" });
    expect(identityOf(pending).factId).toBe("evt_refund_created");
  });
});

describe("the identity of a fetched object", () => {
  const object = objectOf(body("basil", "invoice-paid"));

  it("does not change with the hour of asking, nor with links that expire", () => {
    const later = { ...object, hosted_invoice_url: "https://example.com/x" };
    expect(sameFact(retrieval(object, 1000), retrieval(later, 2000))).toBe(true);
    expect(identityOf(retrieval(object, 1000)).factId).toMatch(/^invoice\/in_ada@[0-9a-f]{24}$/);
  });

  it("is another each time a master record is read: it may have gone back to what it was", () => {
    const customer = objectOf(body("basil", "customer-updated"));
    expect(sameFact(retrieval(customer, 1000), retrieval(customer, 1000))).toBe(true);
    expect(sameFact(retrieval(customer, 1000), retrieval(customer, 2000))).toBe(false);
  });

  it("changes with what the object says", () => {
    const changed = { ...object, number: "ADA-0009" };
    expect(sameFact(retrieval(object, 1000), retrieval(changed, 1000))).toBe(false);
  });
});
