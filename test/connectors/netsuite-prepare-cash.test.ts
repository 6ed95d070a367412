import { describe, expect, test } from "vitest";
import { netsuiteSettingsSchema } from "../../src/connectors/netsuite/settings.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import type { Given } from "./netsuite-given.ts";
import {
  allocationData,
  customerData,
  paymentData,
  productData,
  refundData,
  usd,
} from "./netsuite-given.ts";
import type { Fields } from "./netsuite-preparing.ts";
import { bodyOf, LINKS, lackOf, policy, prepared, settings } from "./netsuite-preparing.ts";

describe("cash", () => {
  const payment = (over: Fields = {}, links: Given["links"] = LINKS): Given => ({
    operation: "payment.post",
    type: "payment.succeeded",
    entity: "payment",
    id: "pay_1",
    data: paymentData("pay_1", over),
    reference: "ref",
    links: links ?? {},
  });

  test("a payment never replaces its applications", () => {
    const call = prepared(payment());
    expect(call.path).toBe("/services/rest/record/v1/customerPayment/eid:ref");
    expect(bodyOf(call)).toMatchObject({
      autoApply: false,
      account: { id: "112" },
      payment: 127.3,
    });
    expect(bodyOf(call)).not.toHaveProperty("apply");
  });

  test("lacks: a payment without customer, of zero, that failed", () => {
    const { customerId: _none, ...rest } = paymentData("pay_1") as Fields;
    expect(lackOf({ ...payment(), data: rest })?.code).toBe("E_NETSUITE_LINK_MISSING");
    expect(lackOf(payment({ amount: usd("0.00") }))?.code).toBe("E_NETSUITE_NEGATIVE_PAYMENT");
    expect(lackOf(payment({ status: "failed" }))?.code).toBe("E_NETSUITE_DATA_UNREADABLE");
  });

  test("an application changes one line of the payment, by document", () => {
    const call = prepared({
      operation: "payment.apply",
      type: "payment.applied",
      entity: "payment",
      id: "pay_1",
      data: allocationData("pay_1", "in_1", "7.00"),
      reference: "ref",
      links: { "payment/pay_1": "20001", "invoice/in_1": "10001" },
    });
    expect(call).toMatchObject({
      method: "PATCH",
      path: "/services/rest/record/v1/customerPayment/20001",
      body: { apply: { items: [{ doc: { id: "10001" }, apply: true, amount: 7 }] } },
    });
  });

  test("a refund prefers its credit memo, then its payment, and names what it lacks", () => {
    const refund = (links: Given["links"], over: Fields = {}): Given => ({
      operation: "refund.post",
      type: "refund.succeeded",
      entity: "refund",
      id: "re_1",
      data: refundData("re_1", over),
      reference: "ref",
      links: links ?? {},
    });
    const both = { ...LINKS, "credit-memo/cn_1": "30001", "payment/pay_1": "20001" };
    const doc = (given: Given) => JSON.stringify(bodyOf(prepared(given))["apply"]);
    expect(doc(refund(both, { paymentId: "pay_1" }))).toContain("30001");
    const { "credit-memo/cn_1": _memo, ...paid } = both;
    expect(doc(refund(paid, { paymentId: "pay_1" }))).toContain("20001");
    expect(lackOf(refund(LINKS))?.code).toBe("E_NETSUITE_DATA_UNREADABLE");
    expect(lackOf(refund({}))?.code).toBe("E_NETSUITE_LINK_MISSING");
  });
});

describe("master data", () => {
  const customer = (data: Json, type = "customer.updated"): Given => ({
    operation: "customer.upsert",
    type,
    entity: "customer",
    id: "cus_1",
    data,
    reference: "ref",
  });
  const product = (over: Fields = {}): Given => ({
    operation: "item.upsert",
    type: "product.upserted",
    entity: "product",
    id: "prod_1",
    data: productData("prod_1", over),
    reference: "ref",
  });

  test("a nameless customer takes its address, then its id; cuts keep characters whole", () => {
    const name = (over: Fields, drop: readonly string[] = []) => {
      const data = customerData("cus_1", over) as Fields;
      for (const key of drop) delete data[key];
      return bodyOf(prepared(customer(data)))["companyName"];
    };
    expect(name({})).toBe("Customer cus_1");
    expect(name({}, ["name"])).toBe("cus_1@example.com");
    expect(name({}, ["name", "email"])).toBe("cus_1");
    const cut = String(name({ name: `${"x".repeat(81)}😀😀` }));
    expect(cut).toBe(`${"x".repeat(81)}…`);
  });

  test("a deleted customer is made inactive", () => {
    expect(prepared(customer({ id: "cus_1" }, "customer.deleted")).body).toEqual({
      isInactive: true,
    });
  });

  test("an item is named by its id and books where the settings say; else it is a lack", () => {
    expect(bodyOf(prepared(product()))).toMatchObject({
      itemId: "prod_1",
      incomeAccount: { id: "151" },
      deferredRevenueAccount: { id: "138" },
      isInactive: false,
    });
    const { us } = settings.entities;
    if (us === undefined) throw new Error("no settings for us");
    const without = { ...settings, entities: { us: { ...us, itemAccounts: { byProduct: {} } } } };
    expect(lackOf(product(), without)).toMatchObject({
      code: "E_NETSUITE_INCOME_UNMAPPED",
      cause: "product prod_1 in us",
    });
  });

  test("an archived product stays usable unless policy says otherwise", () => {
    const archived = product({ active: false });
    expect(bodyOf(prepared(archived))["isInactive"]).toBe(false);
    const inactivate = policy({ archivedProducts: "inactivate" });
    expect(bodyOf(prepared(archived, inactivate))["isInactive"]).toBe(true);
  });
});

describe("settings", () => {
  test.each([
    ["plain http to another machine", { baseUrl: "http://example.com" }],
    ["an address with a path", { baseUrl: "https://example.com/services" }],
    ["credentials in the address", { baseUrl: "https://u:p@example.com" }],
    ["an unknown setting", { colour: "red" }],
    ["three decimals", { currencies: { KWD: { id: "7", decimals: 3 } } }],
  ])("refuses %s", (_name, over) => {
    expect(netsuiteSettingsSchema.safeParse({ ...settings, ...over }).success).toBe(false);
  });
});
