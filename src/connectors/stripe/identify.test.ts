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

// biome-ignore lint/suspicious/noExplicitAny: tests change bodies freely
function body(shape: "classic" | "basil", name: string): any {
  const file = new URL(`./fixtures/${shape}/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"));
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
      const expanded = body("basil", name);
      if (typeof expanded.data.object.customer === "string") {
        expanded.data.object.customer = { id: expanded.data.object.customer, object: "customer" };
      }
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
    ["another total", (o: { total: number }) => (o.total += 1)],
    ["another number", (o: { number: string }) => (o.number = "ADA-0009")],
    ["another customer", (o: { customer: string }) => (o.customer = "cus_ADA")],
    [
      "other lines",
      (o: { lines: { data: { amount: number }[] } }) => (o.lines.data[0]!.amount += 1),
    ],
  ])("with the same id and %s is not the same fact", (_name, change) => {
    const changed = body("basil", "invoice-paid");
    (change as (o: unknown) => void)(changed.data.object);
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
    const pending = body("basil", "refund-created");
    pending.data.object.status = "pending";
    expect(identityOf(pending).factId).toBe("evt_refund_created");
  });
});

describe("the identity of a fetched object", () => {
  const object = body("basil", "invoice-paid").data.object as Json;

  it("does not change with the hour of asking, nor with links that expire", () => {
    const later = { ...(object as object), hosted_invoice_url: "https://example.com/x" } as Json;
    expect(sameFact(retrieval(object, 1000), retrieval(later, 2000))).toBe(true);
    expect(identityOf(retrieval(object, 1000)).factId).toMatch(/^invoice\/in_ada@[0-9a-f]{24}$/);
  });

  it("changes with what the object says", () => {
    const changed = { ...(object as object), number: "ADA-0009" } as Json;
    expect(sameFact(retrieval(object, 1000), retrieval(changed, 1000))).toBe(false);
  });
});
