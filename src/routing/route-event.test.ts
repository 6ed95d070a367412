import { describe, expect, test } from "vitest";
import type { EventDraft } from "../contracts/envelope.ts";
import type { Flow, TargetFacts } from "./flow.ts";
import { makeRouter } from "./route-event.ts";

const books: TargetFacts = {
  connection: "erp",
  account: "A1",
  budget: "erp-account",
  ordered: true,
  effects: { "invoice.post": "fact", "credit-memo.post": "fact" },
};
const flow: Flow = {
  name: "books",
  version: 1,
  model: "event-driven",
  source: "billing",
  target: "erp",
  routes: [
    {
      events: ["invoice.finalized"],
      decide: (event) => {
        const minor = BigInt(event.amount?.minor ?? "0");
        if (minor === 0n) return { skip: "zero-document" };
        return { operation: minor < 0n ? "credit-memo.post" : "invoice.post" };
      },
      serviceClass: "critical",
      deadlineMinutes: 60,
      needs: ["customer", "product"],
    },
  ],
};

function invoice(minor: string): EventDraft {
  return {
    type: "invoice.finalized",
    subject: "billing/invoice/in_1",
    root: "billing/invoice/in_1",
    occurred: "2026-03-01T00:00:00.000Z",
    version: "1",
    data: {},
    references: [
      { role: "customer", key: "billing/customer/c1" },
      { role: "product", key: "billing/product/p1" },
      { role: "product", key: "billing/product/p1" },
      { role: "subscription", key: "billing/subscription/s1" },
    ],
    mentions: [],
    amount: { minor, currency: "USD" },
  };
}

describe("routing", () => {
  const route = makeRouter([flow], [books]);

  test("given an invoice, then one handoff that needs its customer and products once", () => {
    const { handoffs } = route("billing", invoice("100"));
    expect(handoffs).toHaveLength(1);
    expect(handoffs[0]).toMatchObject({ operation: "invoice.post", budget: "erp-account" });
    expect(handoffs[0]?.needs).toEqual(["billing/customer/c1", "billing/product/p1"]);
  });
  test("given a negative invoice, then a credit memo; given zero, then a skip with its rule", () => {
    expect(route("billing", invoice("-5")).handoffs[0]?.operation).toBe("credit-memo.post");
    expect(route("billing", invoice("0"))).toEqual({
      handoffs: [],
      skips: [{ flow: "books", target: "erp", rule: "zero-document" }],
    });
  });
  test("given another connection, then nothing", () => {
    expect(route("elsewhere", invoice("100")).handoffs).toEqual([]);
  });
  test("given one flow a legal entity, then each entity's invoice goes to its own books only", () => {
    const abroad = { ...books, connection: "erp-abroad", budget: "erp-abroad" };
    const home: Flow = { ...flow, legalEntities: ["us", "ca"] };
    const away: Flow = { ...flow, name: "away", target: "erp-abroad", legalEntities: ["uk"] };
    const each = makeRouter([home, away], [books, abroad]);
    const ways = (legalEntity?: string) => {
      const event = legalEntity === undefined ? invoice("5") : { ...invoice("5"), legalEntity };
      const { handoffs, skips } = each("billing", event);
      return [handoffs.map((one) => one.target), skips.map((one) => `${one.flow} ${one.rule}`)];
    };
    expect(ways("ca")).toEqual([["erp"], ["away other-legal-entity"]]);
    expect(ways("uk")).toEqual([["erp-abroad"], ["books other-legal-entity"]]);
    // An entity that no books are declared for, or none at all, is seen and not guessed.
    const nowhere = [[], ["books other-legal-entity", "away other-legal-entity"]];
    expect(ways("fr")).toEqual(nowhere);
    expect(ways()).toEqual(nowhere);
  });
  test("given a flow to a target nobody declared, then the hub does not start", () => {
    expect(() => makeRouter([flow], [])).toThrow(/not a declared connection/);
  });
  test("given an operation that the connector lacks, then it is said, not dropped", () => {
    const poor = makeRouter([flow], [{ ...books, effects: {} }]);
    expect(() => poor("billing", invoice("100"))).toThrow(/does not offer/);
  });
});
