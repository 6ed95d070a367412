import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prepareCall } from "../../src/connectors/netsuite/prepare.ts";
import type { Money } from "../../src/kernel/money.ts";
import { addMoney, money, moneyToWire } from "../../src/kernel/money.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import { contextOf, creditMemoData, invoiceData, usd } from "./netsuite-given.ts";
import type { Fields } from "./netsuite-preparing.ts";
import {
  bodyOf,
  invoiceGiven,
  LINKS,
  lackOf,
  policy,
  prepared,
  settings,
} from "./netsuite-preparing.ts";

describe("an invoice", () => {
  test("is an upsert by our reference that replaces its lines and names its own date", () => {
    const call = prepared(invoiceGiven());
    expect(call.method).toBe("PUT");
    expect(call.path).toBe(
      "/services/rest/record/v1/invoice/eid:abcdefghijklmnop?replace=item,taxDetails",
    );
    expect(call.headers["x-netsuite-propertynamevalidation"]).toBe("Error");
    expect(bodyOf(call)).toMatchObject({
      entity: { id: "700" },
      subsidiary: { id: "1" },
      account: { id: "119" },
      currency: { id: "1" },
      tranDate: "2026-01-15",
      dueDate: "2026-02-14",
      tranId: "N-in_1",
      otherRefNum: "N-in_1",
      taxDetailsOverride: true,
    });
    expect(bodyOf(call)).not.toHaveProperty("postingPeriod");
  });

  test("carries amounts and never rates, tax as billed by line and code", () => {
    const body = bodyOf(prepared(invoiceGiven()));
    expect(body["item"]).toEqual({
      items: [
        {
          item: { id: "2000" },
          quantity: 3,
          amount: 100,
          description: "Line l1",
          taxDetailsReference: "L1",
          revRecStartDate: "2026-01-01",
          revRecEndDate: "2026-01-31",
        },
        expect.objectContaining({ amount: 20.05, taxDetailsReference: "L2" }),
      ],
    });
    expect(body["taxDetails"]).toEqual({
      items: [
        {
          taxDetailsReference: "L1",
          taxCode: { id: "301" },
          taxType: { id: "1" },
          taxBasis: 100,
          taxAmount: 7.25,
          taxRate: 7.25,
        },
      ],
    });
  });

  test("the policies: NetSuite's number, no service dates, NetSuite's tax", () => {
    const with_ = policy({ documentNumber: "netsuite", serviceDates: "omit", tax: "netsuite" });
    const body = bodyOf(prepared(invoiceGiven(), with_));
    expect(body).not.toHaveProperty("tranId");
    expect(body).not.toHaveProperty("taxDetailsOverride");
    expect(JSON.stringify(body)).not.toContain("revRec");
  });

  test("a discount and shipping of the whole document are lines with their own items", () => {
    const given = invoiceGiven({
      allowances: [{ kind: "discount", amount: usd("10.00") }],
      charges: [{ kind: "shipping", amount: usd("2.00") }],
      net: usd("112.05"),
      gross: usd("119.30"),
      due: usd("119.30"),
    });
    const items = (bodyOf(prepared(given))["item"] as { items: { amount: number }[] }).items;
    expect(items.map((line) => line.amount)).toEqual([100, 20.05, -10, 2]);
  });

  test.each<[string, Fields, string, string]>([
    [
      "tax that no line carries",
      { tax: usd("8.25"), gross: usd("128.30"), due: usd("128.30") },
      "E_NETSUITE_TAX_UNPLACED",
      "1.00 USD",
    ],
    [
      "lines that do not come to the total",
      { gross: usd("127.31"), due: usd("127.31") },
      "E_NETSUITE_LINES_DO_NOT_TIE",
      "127.30 USD",
    ],
    [
      "an allowance without an item",
      {
        allowances: [{ kind: "prepaid-credit", amount: usd("1.00") }],
        net: usd("119.05"),
        gross: usd("126.30"),
        due: usd("126.30"),
      },
      "E_NETSUITE_ITEM_UNMAPPED",
      "entities.us.itemsByKind.prepaid-credit",
    ],
    [
      "a number too long for the field",
      { number: "N".repeat(46) },
      "E_NETSUITE_DATA_UNREADABLE",
      "45",
    ],
    [
      "a currency nobody set",
      { currency: "CHF" },
      "E_NETSUITE_CURRENCY_UNMAPPED",
      "currencies.CHF",
    ],
  ])("lacks: %s", (_name, over, code, text) => {
    const lack = lackOf(invoiceGiven(over));
    expect(lack?.code).toBe(code);
    expect(lack?.message).toContain(text);
  });

  test("a tax without a code lists the keys under which it may be set, and groups by tax", () => {
    const lines = structuredClone(invoiceData("x")) as { lines: { taxes: Fields[] }[] };
    for (const tax of lines.lines[0]?.taxes ?? []) tax["jurisdiction"] = "US-NV";
    const lack = lackOf(invoiceGiven({ lines: lines.lines as unknown as Json }));
    expect(lack).toMatchObject({
      code: "E_NETSUITE_TAX_UNMAPPED",
      cause: "tax jurisdiction:US-NV@7.25 in us",
    });
    expect(lack?.message).toContain(
      "jurisdiction:US-NV@7.25, jurisdiction:US-NV, category:standard",
    );
  });

  test("one below zero is no invoice; as a credit memo its signs are turned", () => {
    const negative = {
      type: "credit-invoice",
      lines: [
        {
          id: "l1",
          description: "Unused time",
          productId: "prod_1",
          quantity: "1",
          amount: usd("-20.00"),
          allowances: [],
          net: usd("-20.00"),
          taxes: [],
        },
      ],
      net: usd("-20.00"),
      tax: usd("0.00"),
      gross: usd("-20.00"),
      due: usd("-20.00"),
    };
    expect(lackOf(invoiceGiven(negative))?.code).toBe("E_NETSUITE_NEGATIVE_INVOICE");
    const call = prepared(invoiceGiven(negative, { operation: "credit-memo.post" }));
    expect(call.path).toContain("/creditMemo/eid:");
    const items = (bodyOf(call)["item"] as { items: { amount: number }[] }).items;
    expect(items.map((line) => line.amount)).toEqual([20]);
  });

  test("a zero document posts or is held, by policy", () => {
    const zero = {
      lines: [],
      net: usd("0.00"),
      tax: usd("0.00"),
      gross: usd("0.00"),
      due: usd("0.00"),
    };
    expect(lackOf(invoiceGiven(zero))).toBeUndefined();
    const held = lackOf(invoiceGiven(zero), policy({ zeroDocuments: "hold" }));
    expect(held?.code).toBe("E_NETSUITE_ZERO_DOCUMENT");
  });
});

const line = (amount: Money): Json => ({
  id: "l",
  description: "l",
  productId: "prod_1",
  quantity: "1",
  amount: { ...moneyToWire(amount) },
  allowances: [],
  net: { ...moneyToWire(amount) },
  taxes: [],
});

function inCurrency(currency: string, amounts: readonly bigint[]): Fields {
  const parts = amounts.map((minor) => money(minor, currency));
  const total = { ...moneyToWire(parts.reduce(addMoney, money(0n, currency))) };
  const zero = { ...moneyToWire(money(0n, currency)) };
  return {
    currency,
    lines: parts.map(line),
    net: total,
    tax: zero,
    gross: total,
    paid: zero,
    rounding: zero,
    due: total,
  };
}

describe("amounts on the wire", () => {
  test("yen have no decimals, and dinars are refused where NetSuite would drop a fils", () => {
    const yen = bodyOf(prepared(invoiceGiven(inCurrency("JPY", [1000n]))));
    expect(JSON.stringify(yen["item"])).toContain('"amount":1000,');
    expect(lackOf(invoiceGiven(inCurrency("KWD", [1230n])))).toBeUndefined();
    expect(lackOf(invoiceGiven(inCurrency("KWD", [1234n])))).toMatchObject({
      code: "E_NETSUITE_AMOUNT_TOO_FINE",
      cause: "currency KWD",
    });
  });

  test("more than fifteen digits are refused, for a double would round them", () => {
    const given = invoiceGiven(inCurrency("USD", [1_234_567_890_123_456n]));
    expect(lackOf(given)?.code).toBe("E_NETSUITE_AMOUNT_TOO_LARGE");
  });

  test("whatever is sent reads back as the cent that was meant", () => {
    const cents = fc.bigInt({ min: 0n, max: 999_999_999_999_99n });
    fc.assert(
      fc.property(fc.array(cents, { minLength: 1, maxLength: 5 }), (amounts) => {
        const preparation = prepareCall(
          contextOf(invoiceGiven(inCurrency("USD", amounts))),
          settings,
        );
        if (!preparation.ok) throw new Error(preparation.lack.message);
        const wire = JSON.parse(JSON.stringify(preparation.call.body)) as {
          item: { items: { amount: number }[] };
        };
        const back = wire.item.items.map((one) => centsOf(String(one.amount)));
        expect(back).toEqual(amounts);
      }),
    );
  });
});

function centsOf(text: string): bigint {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(2, "0"));
}

describe("voids and credit memos", () => {
  const voided = { status: "void", voidedAt: "2026-02-01T02:00:00.000Z", due: usd("0.00") };
  const given = (over: Fields = {}) =>
    invoiceGiven(
      { ...voided, ...over },
      {
        operation: "invoice.void",
        type: "invoice.voided",
        links: { ...LINKS, "invoice/in_1": "10001" },
      },
    );

  test("a void is a credit memo over the whole, dated on its day in the entity's zone", () => {
    const call = prepared(given());
    expect(call.path).toContain("/creditMemo/eid:");
    expect(bodyOf(call)).toMatchObject({
      // Two in the morning UTC is still January in New York.
      tranDate: "2026-01-31",
      apply: { items: [{ doc: { id: "10001" }, apply: true, amount: 127.3 }] },
    });
  });

  test("a settled invoice is not voided, nor one whose invoice has no link", () => {
    expect(lackOf(given({ paid: usd("1.00") }))?.code).toBe("E_NETSUITE_VOID_COLLECTED");
    expect(lackOf({ ...given(), links: LINKS })?.code).toBe("E_NETSUITE_LINK_MISSING");
  });

  test("a credit memo is set against its invoice by what was applied, and not more", () => {
    const data = creditMemoData("cn_1", { invoiceId: "in_1", applied: usd("5.05") });
    const call = prepared({
      operation: "credit-memo.post",
      type: "credit-memo.issued",
      entity: "credit-memo",
      id: "cn_1",
      data,
      reference: "ref",
      links: { ...LINKS, "invoice/in_1": "10001" },
    });
    expect(bodyOf(call)["apply"]).toEqual({
      items: [{ doc: { id: "10001" }, apply: true, amount: 5.05 }],
    });
  });
});
