import { describe, expect, it } from "vitest";
import type { StripeSettings } from "../../src/connectors/stripe/settings.ts";
import { translateStripe } from "../../src/connectors/stripe/translate.ts";
import type { EventDraft } from "../../src/contracts/envelope.ts";
import type { Payment } from "../../src/contracts/payment/payment.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import { deadCode, fixture, namesOf, put, settings, told, toldOnce } from "./stripe-bodies.ts";

type Fields = Record<string, unknown>;

/** As stored: fields that are undefined are gone. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

describe("both shapes of one fact", () => {
  const names = namesOf("classic").filter((name) => name !== "charge-refunded");

  it.each(names)("%s says the same in old and new API versions", (name) => {
    const [older, newer] = (["classic", "basil"] as const).map((shape) =>
      plain(told(fixture(shape, name))).map(comparable),
    );
    expect(newer).toEqual(older);
  });

  /** What only one shape tells: payments of an invoice, allocations, periods of items. */
  function comparable(draft: EventDraft): unknown {
    const { paymentIds, allocations, traceId, changed, ...data } = draft.data as Fields;
    const items = (data["items"] as Fields[] | undefined)?.map(({ period, ...item }) => item);
    const { references, mentions, root, ...rest } = draft;
    const stable = references.filter(({ role }) => role !== "invoice");
    return { ...rest, data: { ...data, items }, references: stable };
  }
});

describe("money", () => {
  it("of an intent names its invoice in old versions; in new ones the invoice payment does", () => {
    const older = toldOnce(fixture("classic", "payment-intent-succeeded"));
    const newer = toldOnce(fixture("basil", "payment-intent-succeeded"));
    const applied = toldOnce(fixture("basil", "invoice-payment-paid"));
    expect((older.data as unknown as Payment).allocations).toEqual([applied.data]);
    expect((newer.data as unknown as Payment).allocations).toEqual([]);
    expect(applied).toMatchObject({
      type: "payment.applied",
      subject: "stripe-eu/allocation/pi_ada:in_ada",
      root: "stripe-eu/invoice/in_ada",
    });
    expect(older.root).toBe("stripe-eu/invoice/in_ada");
    expect(older.amount).toEqual({ minor: "11305", currency: "EUR" });
  });

  it("of a charge is told only when the charge has no intent, and only once captured", () => {
    const alone = fixture("basil", "charge-succeeded");
    expect(toldOnce(alone)).toMatchObject({
      type: "payment.succeeded",
      subject: "stripe-eu/payment/ch_old",
      amount: { minor: "50", currency: "ISK" },
    });
    const ofIntent = put(fixture("basil", "charge-succeeded"), {
      "data.object.payment_intent": "pi_1",
    });
    expect(translateStripe(ofIntent, settings)).toEqual({
      kind: "ignored",
      rule: "told-by-intent",
    });
    const authorised = put(fixture("basil", "charge-succeeded"), {
      "data.object.captured": false,
      "data.object.amount_captured": 0,
    });
    expect(translateStripe(authorised, settings)).toEqual({
      kind: "ignored",
      rule: "not-yet-money",
    });
  });

  it("of a dispute is what its balance transactions say, in their currency", () => {
    expect(toldOnce(fixture("classic", "dispute-funds-withdrawn"))).toMatchObject({
      type: "dispute.funds-withdrawn",
      amount: { minor: "11305", currency: "EUR" },
      data: {
        movements: [
          {
            kind: "withdrawal",
            amount: { amount: "-120.00", currency: "USD" },
            fee: { amount: "15.00" },
            net: { amount: "-135.00" },
          },
        ],
      },
    });
    const verdicts = ["dispute-won", "dispute-lost"].map(
      (name) => toldOnce(fixture("basil", name)).type,
    );
    expect(verdicts).toEqual(["dispute.won", "dispute.lost"]);
  });

  it("of a refund is the same fact in refund.created and in charge.refunded", () => {
    const [own] = told(fixture("classic", "refund-created"));
    const [viaCharge] = told(fixture("classic", "charge-refunded"));
    expect(viaCharge?.subject).toBe(own?.subject);
    expect(viaCharge?.type).toBe("refund.succeeded");
    expect(viaCharge?.data).toEqual(own?.data);
    expect(translateStripe(fixture("basil", "charge-refunded"), settings)).toEqual({
      kind: "ignored",
      rule: "told-by-refund",
    });
  });

  it("of a pending refund is not told", () => {
    const body = put(fixture("basil", "refund-created"), { "data.object.status": "pending" });
    expect(translateStripe(body, settings)).toEqual({ kind: "ignored", rule: "refund-pending" });
  });
});

describe("subscriptions and prices", () => {
  it("renew when the period moves on, and are amended otherwise", () => {
    for (const shape of ["classic", "basil"] as const) {
      const types = ["created", "renewed", "amended", "deleted"].map(
        (name) => toldOnce(fixture(shape, `subscription-${name}`)).type,
      );
      expect(types).toEqual([
        "subscription.created",
        "subscription.renewed",
        "subscription.amended",
        "subscription.cancelled",
      ]);
    }
  });

  it("keep prices below a cent exact, and packages of yen as they are", () => {
    expect(toldOnce(fixture("basil", "price-tiered")).data).toMatchObject({
      model: "graduated",
      tiers: [
        { upTo: "1000", unitPrice: "0" },
        { unitPrice: "0.000125", flatPrice: "5" },
      ],
    });
    expect(toldOnce(fixture("classic", "plan-created")).data).toMatchObject({
      model: "package",
      packageSize: "10",
      unitPrice: "4000",
      currency: "JPY",
      recurring: { interval: "year", count: 1 },
    });
  });
});

describe("the legal entity", () => {
  const byMetadata: StripeSettings = {
    ...settings,
    legalEntityByMetadata: {
      key: "entity",
      entities: { us: { id: "us", timeZone: "America/New_York" } },
    },
  };

  it("follows the object's metadata, or its subscription's", () => {
    const own = put(fixture("basil", "invoice-finalized"), { "data.object.metadata.entity": "us" });
    const inherited = put(fixture("basil", "invoice-finalized"), {
      "data.object.parent.subscription_details.metadata.entity": "us",
    });
    for (const body of [own, inherited]) {
      const [draft] = told(body, byMetadata);
      expect(draft?.legalEntity).toBe("us");
      // Midnight UTC is still the evening before in New York.
      expect(draft?.data).toMatchObject({
        issueDate: "2026-01-31",
        timeZone: "America/New_York",
      });
    }
  });

  it.each(["uk", "__proto__", "constructor"])("is never guessed: %s is a dead letter", (value) => {
    const body = put(fixture("basil", "invoice-finalized"), {
      "data.object.metadata.entity": value,
    });
    expect(deadCode(body, byMetadata)).toBe("E_STRIPE_LEGAL_ENTITY");
  });

  const owned: [string, Json][] = [
    ["a payment", fixture("basil", "payment-intent-succeeded")],
    ["a payment that names its invoice", fixture("classic", "payment-intent-succeeded")],
    ["a charge of its own", fixture("basil", "charge-succeeded")],
    ["an allocation", fixture("basil", "invoice-payment-paid")],
    ["a credit note", fixture("basil", "credit-note-created")],
    ["a refund", fixture("basil", "refund-created")],
    ["a refund told by its charge", fixture("classic", "charge-refunded")],
    ["a dispute", fixture("basil", "dispute-created")],
  ];

  it.each(owned)("of %s is never the connection's own for want of another", (_name, body) => {
    expect(deadCode(body, byMetadata)).toBe("E_STRIPE_LEGAL_ENTITY_MISSING");
    expect(told(body).map((draft) => draft.legalEntity)).toEqual(["de"]);
  });

  it.each(owned)("of %s is what its own metadata says", (_name, body) => {
    const own = put(body, { "data.object.metadata": { entity: "us" } });
    expect(toldOnce(own, byMetadata).legalEntity).toBe("us");
  });

  it("of money is that of the invoice, where the event holds it", () => {
    const body = fixture("basil", "invoice-payment-paid");
    const invoice = { id: "in_ada", object: "invoice", metadata: {} };
    const byInvoice = { ...invoice, metadata: { entity: "us" } };
    const bySubscription = {
      ...invoice,
      parent: { subscription_details: { metadata: { entity: "us" } } },
    };
    const byPayment = { type: "payment_intent", payment_intent: { id: "pi_ada", invoice } };
    const named = (changes: Record<string, Json>) =>
      toldOnce(put(body, changes), byMetadata).legalEntity;
    expect(named({ "data.object.invoice": byInvoice })).toBe("us");
    expect(named({ "data.object.invoice": bySubscription })).toBe("us");
    // An invoice that says nothing is the connection's own, and so is its money.
    expect(named({ "data.object.invoice": invoice })).toBe("de");
    expect(named({ "data.object.payment": byPayment })).toBe("de");
  });

  it("of a payout is the connection's own: it empties the account's balance", () => {
    expect(toldOnce(fixture("basil", "payout-paid"), byMetadata).legalEntity).toBe("de");
  });
});
