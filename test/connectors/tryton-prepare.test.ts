/** What comes out of an event for Tryton, or what is lacking; without a server. */
import { describe, expect, test } from "vitest";
import type { InvoicePlan, MovePlan } from "../../src/connectors/tryton/plan.ts";
import { prepareCall } from "../../src/connectors/tryton/prepare.ts";
import type { TrytonSettings } from "../../src/connectors/tryton/settings.ts";
import { trytonSettingsSchema } from "../../src/connectors/tryton/settings.ts";
import { trytonTarget } from "../../src/connectors/tryton/target.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import { systemClock } from "../support/system-clock.ts";
import type { Given } from "./netsuite-given.ts";
import {
  allocationData,
  contextOf,
  creditMemoData,
  customerData,
  invoiceData,
  paymentData,
  refundData,
  usd,
} from "./netsuite-given.ts";

const settings: TrytonSettings = trytonSettingsSchema.parse({
  connection: "tryton",
  baseUrl: "http://127.0.0.1:1",
  database: "fin",
  account: "fin",
  credentials: { user: "tieout", password: "a secret" },
  timeoutMs: 1000,
  connections: 1,
  currencies: { USD: 1, EUR: 2 },
  unit: 1,
  entities: {
    us: {
      company: 1,
      companyCurrency: "USD",
      receivable: 12,
      journals: { revenue: 1, cash: 3, general: 4 },
      clearingAccounts: { "stripe-us": { USD: 11, EUR: 11 } },
      revenueAccounts: { byProduct: {}, others: 40 },
      accountsByKind: { discount: 41 },
      taxes: { "jurisdiction:US-CA": { account: 23, tax: 5, description: "Sales tax" } },
    },
  },
  policy: { numbers: "source", archivedProducts: "keep", zeroDocuments: "hold" },
});

type Policy = TrytonSettings["policy"];
const withPolicy = (change: Partial<Policy>): TrytonSettings => ({
  ...settings,
  policy: { ...settings.policy, ...change },
});

const LINKS = { "customer/cus_1": "7", "product/prod_1": "9" };

function given(operation: string, over: Partial<Given> = {}): Given {
  return {
    operation,
    type: "invoice.finalized",
    entity: "invoice",
    id: "in_1",
    data: invoiceData("in_1"),
    reference: "abcdefghijklmnop",
    links: LINKS,
    ...over,
  };
}

function planOf<Plan>(one: Given, with_ = settings): Plan {
  const preparation = prepareCall(contextOf(one), with_);
  if (preparation.ok) return preparation.call.body as unknown as Plan;
  throw new Error(`${preparation.lack.code}: ${preparation.lack.message}`);
}

function lackOf(one: Given, with_ = settings) {
  const preparation = prepareCall(contextOf(one), with_);
  return preparation.ok ? undefined : preparation.lack.code;
}

describe("an invoice", () => {
  test("is planned to the cent: lines at their net, tax as billed, and the totals", () => {
    const plan = planOf<InvoicePlan>(given("invoice.post"));
    expect(plan.lines.map((line) => [line.quantity, line.unitPrice, line.amount])).toEqual([
      // 100.00 by three does not come out even.
      [1, "100", "100.00"],
      [1, "20.05", "20.05"],
    ]);
    const row = { account: 23, tax: 5, description: "Sales tax", base: "100.00", amount: "7.25" };
    expect(plan.taxes).toEqual([row]);
    expect([plan.untaxed, plan.tax, plan.total]).toEqual(["120.05", "7.25", "127.30"]);
    expect([plan.date, plan.dueDate, plan.number]).toEqual(["2026-01-15", "2026-02-14", "N-in_1"]);
  });

  test("has the number that the source issued, or leaves it to Tryton and lines up", () => {
    const target = withPolicy({ numbers: "target" });
    expect(planOf<InvoicePlan>(given("invoice.post"), target).number).toBeNull();
    const random = { bytes: () => new Uint8Array(), unit: () => 0 };
    const operations = (with_: TrytonSettings) =>
      trytonTarget(with_, { clock: systemClock, random }).operations;
    expect(operations(target)["invoice.post"]?.serial).toBe("invoice-number");
    expect(operations(target)["credit-memo.post"]?.serial).toBe("invoice-number");
    expect(operations(target)["payment.post"]?.serial).toBeUndefined();
    expect(operations(settings)["invoice.post"]?.serial).toBeUndefined();
  });

  test("that does not tie is never sent", () => {
    const data = invoiceData("in_1", { gross: usd("127.31") });
    expect(lackOf(given("invoice.post", { data }))).toBe("E_TRYTON_LINES_DO_NOT_TIE");
    const tax = invoiceData("in_1", { tax: usd("7.26"), gross: usd("127.31") });
    expect(lackOf(given("invoice.post", { data: tax }))).toBe("E_TRYTON_TAX_UNPLACED");
  });

  test("of zero is held where the policy says so", () => {
    const zero = { net: usd("0.00"), tax: usd("0.00"), gross: usd("0.00") };
    const line = (invoiceData("in_1") as { lines: { [key: string]: Json }[] }).lines[1];
    const data = invoiceData("in_1", {
      ...zero,
      lines: [{ ...line, amount: usd("0.00"), net: usd("0.00") }],
    });
    expect(lackOf(given("invoice.post", { data }))).toBe("E_TRYTON_ZERO_DOCUMENT");
    const post = withPolicy({ zeroDocuments: "post" });
    expect(lackOf(given("invoice.post", { data }), post)).toBeUndefined();
  });

  test("lacks what the settings do not name", () => {
    const [entity] = Object.values(settings.entities);
    const without = (change: object): TrytonSettings =>
      trytonSettingsSchema.parse({ ...settings, entities: { us: { ...entity, ...change } } });
    const revenue = without({ revenueAccounts: { byProduct: {} } });
    expect(lackOf(given("invoice.post"), revenue)).toBe("E_TRYTON_REVENUE_UNMAPPED");
    expect(lackOf(given("invoice.post"), without({ taxes: {} }))).toBe("E_TRYTON_TAX_UNMAPPED");
    const bare = { ...settings, currencies: {} };
    expect(lackOf(given("invoice.post"), bare)).toBe("E_TRYTON_CURRENCY_UNMAPPED");
  });
});

describe("credit", () => {
  test("a void takes the whole invoice back on its own day, under a number of its own", () => {
    const data = invoiceData("in_1", { voidedAt: "2026-02-01T02:00:00.000Z" });
    const links = { ...LINKS, "invoice/in_1": "88" };
    const plan = planOf<InvoicePlan>(given("invoice.void", { data, links }));
    expect([plan.total, plan.tax, plan.against]).toEqual(["-127.30", "-7.25", 88]);
    // Two in the morning UTC is still the day before in New York.
    expect([plan.date, plan.number]).toEqual(["2026-01-31", "N-in_1-VOID"]);
    expect(plan.lines.map((line) => [line.quantity, line.unitPrice])).toEqual([
      [-1, "100"],
      [-1, "20.05"],
    ]);
    const paid = invoiceData("in_1", { paid: usd("1.00"), voidedAt: "2026-02-01T02:00:00.000Z" });
    const settled = given("invoice.void", { data: paid, links });
    expect(lackOf(settled)).toBe("E_TRYTON_VOID_COLLECTED");
  });

  test("a memo is set against its invoice only where all of it was applied", () => {
    const memo = (applied: string) =>
      given("credit-memo.post", {
        type: "credit-memo.issued",
        entity: "credit-memo",
        id: "cn_1",
        data: creditMemoData("cn_1", { invoiceId: "in_1", applied: usd(applied) }),
        links: { ...LINKS, "invoice/in_1": "88" },
      });
    expect(planOf<InvoicePlan>(memo("20.05"))).toMatchObject({ against: 88, total: "-20.05" });
    expect(planOf<InvoicePlan>(memo("10.00"))).toMatchObject({ against: null, total: "-20.05" });
  });

  test("an invoice below zero is a credit note under its own number", () => {
    const negative = JSON.parse(
      JSON.stringify(invoiceData("in_1")).replaceAll('"amount":"', '"amount":"-'),
    ) as Json;
    const zeroes = JSON.parse(JSON.stringify(negative).replaceAll("-0.00", "0.00")) as Json;
    expect(lackOf(given("invoice.post", { data: zeroes }))).toBe("E_TRYTON_NEGATIVE_INVOICE");
    const plan = planOf<InvoicePlan>(given("credit-memo.post", { data: zeroes }));
    expect(plan).toMatchObject({ total: "-127.30", number: "N-in_1", against: null });
  });
});

describe("money", () => {
  const payment = (over: { [key: string]: Json }, links = {}) =>
    given("payment.post", {
      type: "payment.succeeded",
      entity: "payment",
      id: "py_1",
      data: paymentData("py_1", over),
      links: { ...LINKS, ...links },
    });

  test("a payment settles what is linked, and the rest is the customer's credit", () => {
    const allocations = [
      allocationData("py_1", "in_1", "27.30"),
      allocationData("py_1", "in_2", "50.00"),
    ];
    const plan = planOf<MovePlan>(payment({ allocations }, { "invoice/in_1": "88" }));
    expect(plan.lines).toEqual([
      { account: 11, party: null, amount: "127.30", settles: null },
      { account: 12, party: "same", amount: "-27.30", settles: 88 },
      { account: 12, party: "same", amount: "-100.00", settles: null },
    ]);
    expect(plan).toMatchObject({ label: "stripe-us py_1", party: 7, convertTo: null, journal: 3 });
  });

  test("allocations above their payment, and sums of nothing, are never sent", () => {
    const allocations = [allocationData("py_1", "in_1", "127.31")];
    const over = payment({ allocations }, { "invoice/in_1": "88" });
    expect(lackOf(over)).toBe("E_TRYTON_OVERALLOCATED");
    expect(lackOf(payment({ amount: usd("0.00") }))).toBe("E_TRYTON_NEGATIVE_PAYMENT");
  });

  test("in another currency than the company's it is converted by Tryton", () => {
    const plan = planOf<MovePlan>(payment({ amount: { amount: "5.00", currency: "EUR" } }));
    expect(plan).toMatchObject({ currency: 2, convertTo: { currency: 1, digits: 2 } });
  });

  test("an application turns credit over, and asks the invoice whose it is", () => {
    const one = given("payment.apply", {
      type: "payment.applied",
      entity: "allocation",
      id: "py_1:in_1",
      data: allocationData("py_1", "in_1", "27.30"),
      links: { "payment/py_1": "55", "invoice/in_1": "88" },
    });
    const plan = planOf<MovePlan>(one);
    expect(plan.party).toEqual({ model: "account.invoice", id: 88 });
    expect(plan.lines.map((line) => [line.amount, line.settles])).toEqual([
      ["27.30", null],
      ["-27.30", 88],
    ]);
    const { "payment/py_1": _gone, ...less } = one.links ?? {};
    expect(lackOf({ ...one, links: less })).toBe("E_TRYTON_LINK_MISSING");
  });

  test("a refund names its customer by the memo, else by the payment", () => {
    const refund = (links: Readonly<Record<string, string>>, over = {}) =>
      given("refund.post", {
        type: "refund.succeeded",
        entity: "refund",
        id: "re_1",
        data: refundData("re_1", over),
        links,
      });
    const memo = planOf<MovePlan>(refund({ "credit-memo/cn_1": "60" }));
    expect(memo.party).toEqual({ model: "account.invoice", id: 60 });
    expect(memo.lines[1]).toMatchObject({ amount: "20.05", settles: 60 });
    const paid = planOf<MovePlan>(refund({ "payment/py_1": "55" }, { paymentId: "py_1" }));
    expect(paid.party).toEqual({ model: "account.move", id: 55 });
    expect(lackOf(refund({}))).toBe("E_TRYTON_LINK_MISSING");
  });

  test("a journal entry that does not balance, or names an unknown account, is never sent", () => {
    const entry = (lines: Json[]) =>
      given("journal.post", {
        type: "journal.posted",
        entity: "journal",
        id: "j1",
        data: { id: "j1", date: "2026-03-31", currency: "USD", description: "x", lines },
      });
    const debit = (account: string, amount: string) => ({ account, debit: usd(amount) });
    const credit = (account: string, amount: string) => ({ account, credit: usd(amount) });
    const unbalanced = entry([debit("a", "1.00"), credit("b", "2.00")]);
    expect(lackOf(unbalanced)).toBe("E_TRYTON_UNBALANCED");
    const unknown = entry([debit("a", "1.00"), credit("b", "1.00")]);
    expect(lackOf(unknown)).toBe("E_TRYTON_ACCOUNT_UNMAPPED");
  });
});

test("a deleted customer keeps its documents and becomes inactive", () => {
  const one = given("customer.upsert", {
    type: "customer.deleted",
    entity: "customer",
    id: "cus_1",
    data: { id: "cus_1" },
  });
  expect(planOf(one)).toMatchObject({ active: false, party: null });
  const alive = { ...one, type: "customer.updated", data: customerData("cus_1") };
  expect(planOf(alive)).toMatchObject({
    active: true,
    party: { name: "Customer cus_1", identifiers: ["cus_1"], address: { country: "US" } },
  });
});
