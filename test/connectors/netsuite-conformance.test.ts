import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConformanceCase, ConformanceSuite } from "../../src/connectors/kit/conformance.ts";
import { connectorConformance } from "../../src/connectors/kit/conformance.ts";
import type { ApplyContext, PreparedCall } from "../../src/connectors/kit/target.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import { DEMO_CREDENTIALS } from "../../src/sandbox/netsuite/sandbox.ts";
import type { Given } from "./netsuite-given.ts";
import {
  allocationData,
  contextOf,
  creditMemoData,
  customerData,
  invoiceData,
  paymentData,
  productData,
  refundData,
  usd,
} from "./netsuite-given.ts";
import type { Room } from "./netsuite-room.ts";
import { invoiceGiven, MASTERS, openRoom, paymentGiven } from "./netsuite-room.ts";

let room: Room;

beforeAll(async () => {
  room = await openRoom(24_010);
});

afterAll(async () => {
  await room.close();
});

const postInvoice = (id: string) => room.post(invoiceGiven(id));
const postPayment = (id: string) => room.post(paymentGiven(id));

const postCreditMemo = (id: string) =>
  room.post({
    operation: "credit-memo.post",
    type: "credit-memo.issued",
    entity: "credit-memo",
    id,
    data: creditMemoData(id),
    reference: `cm-${id}`,
    links: MASTERS,
  });

type Edit = (body: { [key: string]: Json }) => void;

/** The call with its body meant differently. */
function edited(edit: Edit): (call: PreparedCall) => PreparedCall {
  return (call) => {
    const body = structuredClone(call.body) as { [key: string]: Json };
    edit(body);
    return { ...call, body };
  };
}

function one(
  name: string,
  given: (reference: string) => Promise<Omit<Given, "reference">>,
  operation: string,
  changed: { field: string; edit: Edit },
): ConformanceCase {
  return {
    name,
    operation,
    context: async (reference): Promise<ApplyContext> =>
      contextOf({ ...(await given(reference)), reference }),
    changed: { field: changed.field, call: edited(changed.edit) },
  };
}

const CASES: readonly ConformanceCase[] = [
  one(
    "customer",
    async (id) => ({
      operation: "customer.upsert",
      type: "customer.created",
      entity: "customer",
      id,
      data: customerData(id, { currency: "USD" }),
    }),
    "customer.upsert",
    { field: "companyName", edit: (body) => Object.assign(body, { companyName: "Else" }) },
  ),
  one(
    "item",
    async (id) => ({
      operation: "item.upsert",
      type: "product.upserted",
      entity: "product",
      id,
      data: productData(id),
    }),
    "item.upsert",
    {
      field: "deferredRevenueAccount",
      edit: (body) => Object.assign(body, { deferredRevenueAccount: { id: "151" } }),
    },
  ),
  one(
    "invoice",
    async (id) => ({
      operation: "invoice.post",
      type: "invoice.finalized",
      entity: "invoice",
      id,
      data: invoiceData(id),
      links: MASTERS,
    }),
    "invoice.post",
    { field: "tranDate", edit: (body) => Object.assign(body, { tranDate: "2026-01-16" }) },
  ),
  one(
    "void of an invoice",
    async (id) => ({
      operation: "invoice.void",
      type: "invoice.voided",
      entity: "invoice",
      id,
      data: invoiceData(id, {
        status: "void",
        voidedAt: "2026-02-01T02:00:00.000Z",
        due: usd("0.00"),
      }),
      links: { ...MASTERS, [`invoice/${id}`]: await postInvoice(id) },
    }),
    "invoice.void",
    { field: "total", edit: (body) => Object.assign(body, { taxDetails: { items: [] } }) },
  ),
  one(
    "credit memo against its invoice",
    async (id) => ({
      operation: "credit-memo.post",
      type: "credit-memo.issued",
      entity: "credit-memo",
      id,
      data: creditMemoData(id, {
        invoiceId: id,
        applied: usd("20.05"),
        unapplied: usd("0.00"),
      }),
      links: { ...MASTERS, [`invoice/${id}`]: await postInvoice(id) },
    }),
    "credit-memo.post",
    { field: "item.count", edit: (body) => Object.assign(body, { item: { items: [] } }) },
  ),
  one(
    "payment with an allocation",
    async (id) => ({
      operation: "payment.post",
      type: "payment.succeeded",
      entity: "payment",
      id,
      data: paymentData(id, { allocations: [allocationData(id, id, "27.30")] }),
      links: { ...MASTERS, [`invoice/${id}`]: await postInvoice(id) },
    }),
    "payment.post",
    { field: "payment", edit: (body) => Object.assign(body, { payment: 127.31 }) },
  ),
  one(
    "later application of a payment",
    async (id) => ({
      operation: "payment.apply",
      type: "payment.applied",
      entity: "payment",
      id,
      data: allocationData(id, id, "27.30"),
      links: {
        ...MASTERS,
        [`invoice/${id}`]: await postInvoice(id),
        [`payment/${id}`]: await postPayment(id),
      },
    }),
    "payment.apply",
    {
      field: "apply.amount",
      edit: (body) => {
        const lines = (body["apply"] as { items: { amount: number }[] }).items;
        for (const line of lines) line.amount = 27.31;
      },
    },
  ),
  one(
    "refund of a credit memo",
    async (id) => ({
      operation: "refund.post",
      type: "refund.succeeded",
      entity: "refund",
      id,
      data: refundData(id),
      links: { ...MASTERS, [`credit-memo/${id}`]: await postCreditMemo(id) },
    }),
    "refund.post",
    { field: "account", edit: (body) => Object.assign(body, { account: { id: "110" } }) },
  ),
];

async function effectsUnder(reference: string): Promise<number> {
  const types = [
    "customer",
    "serviceSaleItem",
    "invoice",
    "creditMemo",
    "customerPayment",
    "customerRefund",
  ] as const;
  const documents = types.flatMap((type) =>
    room.sandbox.world.list(type).filter((record) => record.externalId === reference),
  );
  if (documents.length > 0) return documents.length;
  // An application bears no reference; its payment is named after it.
  const payment = room.sandbox.world.byExternalId("customerPayment", `pay-${reference}`);
  return payment?.facts?.applications.length ?? 0;
}

const lack = (name: string, code: string, given: Partial<Given>) => ({
  name,
  code,
  context: async () =>
    contextOf({
      operation: "invoice.post",
      type: "invoice.finalized",
      entity: "invoice",
      id: "in_1",
      data: invoiceData("in_1"),
      reference: "lack",
      links: MASTERS,
      ...given,
    }),
});

const payment = { operation: "payment.post", type: "payment.succeeded", entity: "payment" };

const suite: ConformanceSuite = {
  system: "netsuite",
  cases: CASES,
  lacks: [
    lack("legal entity", "E_NETSUITE_ENTITY_UNMAPPED", { legalEntity: "fr" }),
    lack("customer link", "E_NETSUITE_LINK_MISSING", { links: { "product/prod_1": "2000" } }),
    lack("product link", "E_NETSUITE_LINK_MISSING", { links: { "customer/cus_1": "700" } }),
    lack("contract", "E_NETSUITE_DATA_UNREADABLE", { data: { id: "in_1" } }),
    lack("clearing account", "E_NETSUITE_CLEARING_UNMAPPED", {
      ...payment,
      data: paymentData("pay_1", { amount: { amount: "1.000", currency: "KWD" } }),
    }),
    lack("operation", "E_NETSUITE_OPERATION_UNKNOWN", { operation: "journal.post" }),
    lack("reference", "E_NETSUITE_REFERENCE_MALFORMED", { reference: "a|b" }),
  ],
  answers: [
    {
      name: "concurrency limit",
      operation: "invoice.post",
      answer: {
        kind: "answer",
        status: 429,
        headers: {},
        body: JSON.stringify({
          "o:errorDetails": [
            {
              detail: "Concurrent request limit exceeded. Request blocked.",
              "o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED",
            },
          ],
        }),
      },
      outcome: "later",
      code: "E_NETSUITE_CONCURRENCY",
    },
  ],
  subject: async () => ({
    target: room.target,
    secrets: Object.values(DEMO_CREDENTIALS),
    oracle: {
      count: effectsUnder,
      loseNextAnswer: async () =>
        room.sandbox.faults.replace({
          rules: [{ id: "lose", action: { type: "reset-after" }, times: 1 }],
        }),
      failNextAfterCommit: async () =>
        room.sandbox.faults.replace({
          rules: [{ id: "5xx", action: { type: "status-after", status: 502 }, times: 1 }],
        }),
      heal: async () => room.sandbox.faults.clear(),
    },
  }),
};

connectorConformance({ describe, test, expect }, suite);
