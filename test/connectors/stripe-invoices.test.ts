import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { translateStripe } from "../../src/connectors/stripe/translate.ts";
import { checkContract } from "../../src/contracts/check-contract.ts";
import type { Invoice } from "../../src/contracts/invoice/invoice.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import {
  at,
  deadCode,
  fixture,
  namesOf,
  put,
  settings,
  told,
  toldInvoice,
  toldOnce,
} from "./stripe-bodies.ts";

describe("an invoice", () => {
  const draft = toldOnce(fixture("classic", "invoice-finalized"));
  const invoice = draft.data as unknown as Invoice;

  it("carries the body's amounts, split as the contract wants them", () => {
    const eur = (amount: string) => ({ amount, currency: "EUR" });
    expect(invoice.gross).toEqual(eur("123.05"));
    expect(invoice.tax).toEqual(eur("18.05"));
    expect(invoice.net).toEqual(eur("105.00"));
    expect(invoice.due).toEqual(eur("113.05"));
    expect(invoice.settlements).toEqual([{ kind: "customer-credit", amount: eur("10.00") }]);
    expect(invoice.lines.map((line) => line.net.amount)).toEqual([
      "90.00",
      "-5.00",
      "10.00",
      "10.00",
    ]);
  });

  it("names what each line is for, its service period and what it takes back", () => {
    const [seats, unused, setUp, books] = invoice.lines;
    expect(seats).toMatchObject({
      productId: "prod_seat",
      priceId: "price_seat",
      quantity: "4",
      unitPrice: "25",
      servicePeriod: { start: "2026-02-01", end: "2026-02-28" },
      taxes: [{ percent: "19", jurisdiction: "DE", category: "standard", inclusive: false }],
    });
    expect(unused?.proration).toEqual({
      credits: { invoiceId: "in_before", lineIds: ["il_before"] },
    });
    // The price of a full month did not make a proration's amount.
    expect(unused?.unitPrice).toBeUndefined();
    expect(setUp?.servicePeriod).toEqual({ start: "2026-02-01", end: "2026-02-01" });
    expect(books?.productId).toBeUndefined();
    expect(books?.taxes[0]?.category).toBe("zero");
  });

  it("belongs to its own story, points to what it needs and is found by number and payment", () => {
    expect(draft).toMatchObject({
      type: "invoice.finalized",
      subject: "stripe-eu/invoice/in_ada",
      root: "stripe-eu/invoice/in_ada",
      occurred: "2026-02-01T00:00:05.000Z",
      legalEntity: "de",
      amount: { minor: "12305", currency: "EUR" },
      mentions: ["ADA-0001", "pi_ada"],
    });
    expect(draft.references.map(({ role, key }) => `${role} ${key}`)).toEqual([
      "customer stripe-eu/customer/cus_ada",
      "subscription stripe-eu/subscription/sub_ada",
      "product stripe-eu/product/prod_seat",
      "product stripe-eu/product/prod_setup",
    ]);
  });

  it("has no personal data among its mentions", () => {
    for (const shape of ["classic", "basil"] as const) {
      for (const name of namesOf(shape)) {
        const result = translateStripe(fixture(shape, name), settings);
        const drafts = result.kind === "events" ? result.events : [];
        expect(drafts.flatMap(({ mentions }) => mentions).join(" ")).not.toMatch(/@|Ada GmbH/);
      }
    }
  });

  it("below zero is a credit invoice whose sum went to the customer's balance", () => {
    const data = toldInvoice(fixture("basil", "invoice-negative"));
    expect(data.type).toBe("credit-invoice");
    expect(data.gross.amount).toBe("-23.80");
    expect(data.settlements).toEqual([
      { kind: "customer-credit", amount: { amount: "-23.80", currency: "EUR" } },
    ]);
    expect(data.due.amount).toBe("0.00");
  });

  it("that was written off and then paid is paid and recovered, in this order", () => {
    const drafts = told(fixture("classic", "invoice-recovered"));
    expect(drafts.map(({ type }) => type)).toEqual(["invoice.paid", "invoice.recovered"]);
    expect(Number(drafts[1]?.version)).toBeGreaterThan(Number(drafts[0]?.version));
  });

  it("finalized and paid in one second keeps that order", () => {
    const finalized = fixture("basil", "invoice-finalized");
    const paid = put(fixture("basil", "invoice-paid"), { created: at(finalized, "created") });
    const versions = [finalized, paid].map((body) => BigInt(toldOnce(body).version));
    expect(versions[0]! < versions[1]!).toBe(true);
  });

  it("marked paid by hand is settled outside", () => {
    const body = put(fixture("classic", "invoice-paid"), {
      "data.object.paid_out_of_band": true,
      "data.object.amount_paid": 0,
    });
    const data = toldInvoice(body);
    expect(data.settlements[0]).toEqual({
      kind: "payment-outside",
      amount: { amount: "113.05", currency: "EUR" },
    });
  });

  it("paid too much says so", () => {
    const body = put(fixture("basil", "invoice-paid"), {
      "data.object.amount_paid": 12000,
      "data.object.amount_overpaid": 695,
    });
    const data = toldInvoice(body);
    expect(data.settlements.at(-1)).toEqual({
      kind: "overpayment",
      amount: { amount: "-6.95", currency: "EUR" },
    });
  });

  it("is the same whatever the order of its lines", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => {
        const given = fixture("basil", "invoice-finalized");
        const lines = at(given, "data.object.lines.data") as Json[];
        const shuffled = order.map((index) => lines[index] as Json);
        const data = toldInvoice(put(given, { "data.object.lines.data": shuffled }));
        expect(data.lines.map(({ id }) => id)).toEqual(shuffled.map((line) => at(line, "id")));
        expect({ ...data, lines: [] }).toEqual({ ...invoice, paymentIds: [], lines: [] });
      }),
    );
  });

  it("names the cents by which tax rounded once differs from tax rounded by line", () => {
    const body = put(fixture("classic", "invoice-finalized"), {
      "data.object.total_tax_amounts.1.amount": 189,
    });
    const data = toldInvoice(body);
    expect(data.charges).toEqual([
      { kind: "tax-rounding", amount: { amount: "0.01", currency: "EUR" } },
    ]);
    expect(data.gross.amount).toBe("123.05");
  });

  it("takes a discount that old versions told only in sum", () => {
    const body = put(fixture("classic", "invoice-finalized"), {
      "data.object.lines.data.0.discount_amounts": [],
    });
    const data = toldInvoice(body);
    expect(data.allowances).toEqual([
      { kind: "discount", amount: { amount: "10.00", currency: "EUR" } },
    ]);
  });

  it("whose lines came only in part is never taken as whole", () => {
    const body = put(fixture("classic", "invoice-finalized"), {
      "data.object.lines.has_more": true,
    });
    expect(translateStripe(body, settings)).toMatchObject({
      kind: "dead",
      code: "E_STRIPE_TRUNCATED",
      reason: expect.stringContaining("in_ada"),
    });
  });

  it("whose lines do not make its total is refused by its contract", () => {
    const body = put(fixture("basil", "invoice-finalized"), {
      "data.object.lines.data.1.amount": -501,
    });
    const result = translateStripe(body, settings);
    const [found] = result.kind === "events" ? result.events : [];
    const checked = checkContract(found!.type, found!.data);
    expect(checked.ok ? [] : checked.error.map(({ code }) => code)).toEqual([
      "E_CONTRACT_LINES_TIE",
    ]);
  });
});

describe("days", () => {
  function period(start: string, end: string, timeZone: string): unknown {
    const body = put(fixture("basil", "invoice-finalized"), {
      "data.object.lines.data.0.period": {
        start: Date.parse(start) / 1000,
        end: Date.parse(end) / 1000,
      },
    });

    const entity = { ...settings, legalEntity: { id: "x", timeZone } };
    return toldInvoice(body, entity).lines[0]?.servicePeriod;
  }

  it.each([
    ["2026-01-31T23:00:00Z", "2026-02-28T23:00:00Z", "Europe/Berlin", "2026-02-01", "2026-02-28"],
    ["2026-01-31T23:00:00Z", "2026-02-28T22:59:59Z", "Europe/Berlin", "2026-02-01", "2026-02-28"],
    ["2026-01-31T12:30:28Z", "2026-02-28T12:30:28Z", "UTC", "2026-01-31", "2026-02-27"],
    [
      "2026-02-01T05:00:00Z",
      "2026-02-01T05:00:00Z",
      "America/New_York",
      "2026-02-01",
      "2026-02-01",
    ],
    // Over the change to summer time.
    ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "Europe/Berlin", "2026-03-29", "2026-03-29"],
    ["2028-02-29T00:00:00Z", "2028-03-29T00:00:00Z", "UTC", "2028-02-29", "2028-03-28"],
  ])("from %s until %s in %s is %s to %s", (start, end, zone, first, last) => {
    expect(period(start, end, zone)).toEqual({ start: first, end: last });
  });
});

describe("credit notes", () => {
  it("after payment say what was refunded, before payment what they applied", () => {
    const [after] = told(fixture("classic", "credit-note-created"));
    expect(after).toMatchObject({
      type: "credit-memo.issued",
      root: "stripe-eu/invoice/in_ada",
      mentions: ["ADA-0001-CN-01", "re_ada"],
      data: {
        gross: { amount: "26.78" },
        net: { amount: "22.50" },
        applied: { amount: "0.00" },
        settlements: [{ kind: "refund", refundId: "re_ada", amount: { amount: "26.78" } }],
        lines: [{ invoiceLineId: "il_seats", quantity: "1", unitPrice: "25" }],
      },
    });
    const [before] = told(fixture("basil", "credit-note-before-payment"));
    expect(before?.data).toMatchObject({
      applied: { amount: "26.78" },
      settlements: [{ kind: "invoice", amount: { amount: "26.78" } }],
    });
  });

  it("refunded and kept as credit in parts that are not told stay unspecified", () => {
    const body = put(fixture("classic", "credit-note-created"), {
      "data.object.customer_balance_transaction": "cbtxn_1",
    });
    expect(toldOnce(body).data).toMatchObject({
      settlements: [{ kind: "unspecified", amount: { amount: "26.78" } }],
    });
  });

  it("whose parts exceed their total contradict themselves", () => {
    const body = put(fixture("basil", "credit-note-created"), {
      "data.object.pre_payment_amount": 1,
    });
    expect(deadCode(body)).toBe("E_STRIPE_CONTRADICTION");
  });
});
