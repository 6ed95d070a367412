import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { translateStripe } from "../../src/connectors/stripe/translate.ts";
import { checkContract } from "../../src/contracts/check-contract.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import { deadCode, fixture, namesOf, put, settings } from "./stripe-bodies.ts";

describe("bodies that cannot be right", () => {
  const change = (changes: Record<string, Json | undefined>, name = "invoice-finalized"): Json =>
    put(fixture("basil", name), changes);

  it.each<[string, Json, string]>([
    ["a list", [], "E_STRIPE_BODY"],
    ["null", null, "E_STRIPE_BODY"],
    ["an empty object", {}, "E_STRIPE_BODY"],
    ["a thin event of API v2", { object: "v2.core.event" }, "E_STRIPE_ENVELOPE"],
    ["no id", change({ id: undefined }), "E_STRIPE_BODY"],
    ["another mode", change({ livemode: true }), "E_STRIPE_LIVEMODE"],
    ["no version", change({ api_version: null }), "E_STRIPE_BODY"],
    ["a version from elsewhere", change({ api_version: "v2" }), "E_STRIPE_API_VERSION"],
    ["an unknown kind", change({ type: "invoice.eaten" }), "E_STRIPE_KIND_UNKNOWN"],
    ["a kind of every object", change({ type: "constructor" }), "E_STRIPE_KIND_UNKNOWN"],
    ["money without a contract", change({ type: "topup.succeeded" }), "E_STRIPE_MONEY_UNSUPPORTED"],
    ["a draft", change({ "data.object.status": "draft" }), "E_STRIPE_CONTRADICTION"],
    ["no number", change({ "data.object.number": null }), "E_STRIPE_BODY"],
    ["a total of 0.1 + 0.2", change({ "data.object.total": 0.1 + 0.2 }), "E_STRIPE_BODY"],
    ["a total of 1e21", change({ "data.object.total": 1e21 }), "E_STRIPE_BODY"],
    ["a total of 2^53 + 1", change({ "data.object.total": 2 ** 53 + 2 }), "E_STRIPE_BODY"],
    ["a total as text", change({ "data.object.total": "12305" }), "E_STRIPE_BODY"],
    ["lines as an object", change({ "data.object.lines.data": {} }), "E_STRIPE_BODY"],
    ["an unknown currency", change({ "data.object.currency": "zzz" }), "E_MONEY_CURRENCY_UNKNOWN"],
    [
      "a line in dollars",
      change({ "data.object.lines.data.0.currency": "usd" }),
      "E_STRIPE_CONTRADICTION",
    ],
    [
      "dinars of Iraq",
      change({ "data.object.currency": "iqd" }, "payment-intent-succeeded"),
      "E_STRIPE_CURRENCY",
    ],
    [
      "half a krona",
      change({ "data.object.amount_captured": 5050 }, "charge-succeeded"),
      "E_STRIPE_AMOUNT",
    ],
    [
      "a payout of half a forint",
      change({ "data.object.amount": 730050 }, "payout-paid"),
      "E_STRIPE_AMOUNT",
    ],
    ["a year of five digits", change({ created: 1e12 }), "E_STRIPE_ENVELOPE"],
    ["paid, and open", change({ type: "invoice.paid" }), "E_STRIPE_CONTRADICTION"],
    [
      "closed, and open",
      change({ type: "charge.dispute.closed" }, "dispute-created"),
      "E_STRIPE_CONTRADICTION",
    ],
    [
      "a payout paid and failed",
      change({ type: "payout.paid" }, "payout-failed"),
      "E_STRIPE_CONTRADICTION",
    ],
  ])("%s is a dead letter with its reason", (_name, body, code) => {
    const result = translateStripe(body, settings);
    expect(result).toMatchObject({ kind: "dead", code });
    expect(result.kind === "dead" ? result.reason : "").not.toBe("");
  });

  it("of another account are refused by name", () => {
    const body = change({ account: "acct_other" });
    expect(deadCode(body, { ...settings, account: "acct_ours" })).toBe("E_STRIPE_FOREIGN_ACCOUNT");
  });

  it("never make the translator throw, whatever field is broken", () => {
    const values: Json[] = [null, "", -1, 1.5, [], {}, true, "\ud83d", [null], { id: 1 }];
    for (const name of namesOf("basil")) {
      const body = fixture("basil", name);
      const paths = pathsOf(body, "");
      fc.assert(
        fc.property(fc.constantFrom(...paths), fc.constantFrom(...values), (path, value) => {
          const result = translateStripe(put(body, { [path]: value }), settings);
          for (const draft of result.kind === "events" ? result.events : []) {
            checkContract(draft.type, draft.data);
          }
        }),
        { numRuns: 60 },
      );
    }
  });

  function pathsOf(value: Json, path: string): string[] {
    const own = path === "" ? [] : [path];
    if (value === null || typeof value !== "object") return own;
    const prefix = path === "" ? "" : `${path}.`;
    return [
      ...own,
      ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, `${prefix}${key}`)),
    ];
  }
});
