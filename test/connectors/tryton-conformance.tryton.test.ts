import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConformanceCase, ConformanceSuite } from "../../src/connectors/kit/conformance.ts";
import { connectorConformance } from "../../src/connectors/kit/conformance.ts";
import type { Answer, ApplyContext, PreparedCall } from "../../src/connectors/kit/target.ts";
import { STEP_HEADER } from "../../src/connectors/tryton/session.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
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
import { creating, finishing } from "./tryton-cuts.ts";
import type { TrytonGround } from "./tryton-ground.ts";
import { startGround } from "./tryton-ground.ts";
import type { Room } from "./tryton-room.ts";
import { openTrytonRoom, reference } from "./tryton-room.ts";

let ground: TrytonGround;
let room: Room;

beforeAll(async () => {
  ground = await startGround();
  room = await openTrytonRoom(ground, "source", "conf");
});

afterAll(async () => {
  await room.close();
  await ground.server.destroy();
});

type Body = { [key: string]: Json };

/** The call with its plan meant differently. */
function edited(change: Body): (call: PreparedCall) => PreparedCall {
  return (call) => ({ ...call, body: { ...(call.body as Body), ...change } });
}

function one(
  name: string,
  given: (reference: string) => Promise<Omit<Given, "reference">>,
  changed: { field: string; change: Body },
  steps?: true,
): ConformanceCase {
  const operation = name.split(":")[0] ?? name;
  return {
    name,
    operation,
    context: async (ref): Promise<ApplyContext> =>
      contextOf({ ...(await given(ref)), reference: ref }),
    changed: { field: changed.field, call: edited(changed.change) },
    ...(steps === undefined ? {} : { steps }),
  };
}

const invoiceIn = (id: string) =>
  room.post(room.invoice(id, { reference: reference(`i${id.slice(-12)}`) }));

const links = (more: Readonly<Record<string, string>> = {}) => ({ ...room.masters, ...more });

const CASES: readonly ConformanceCase[] = [
  one(
    "customer.upsert",
    async (id) => ({
      operation: "customer.upsert",
      type: "customer.created",
      entity: "customer",
      id,
      data: customerData(id, { phone: "+1 775 555 0100" }),
    }),
    { field: "active", change: { active: false } },
  ),
  one(
    "item.upsert",
    async (id) => ({
      operation: "item.upsert",
      type: "product.upserted",
      entity: "product",
      id,
      data: productData(id, { description: "Monthly" }),
    }),
    { field: "name", change: { name: "Else" } },
  ),
  one(
    "invoice.post",
    async (id) => ({
      operation: "invoice.post",
      type: "invoice.finalized",
      entity: "invoice",
      id,
      data: invoiceData(id),
      links: links(),
    }),
    { field: "invoice_date", change: { date: "2026-01-16" } },
    true,
  ),
  one(
    "invoice.void",
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
      links: links({ [`invoice/${id}`]: await invoiceIn(id) }),
    }),
    { field: "total_amount", change: { total: "-127.31" } },
    true,
  ),
  one(
    "credit-memo.post: set against its invoice",
    async (id) => ({
      operation: "credit-memo.post",
      type: "credit-memo.issued",
      entity: "credit-memo",
      id,
      data: creditMemoData(id, { invoiceId: id, applied: usd("20.05"), unapplied: usd("0.00") }),
      links: links({ [`invoice/${id}`]: await invoiceIn(id) }),
    }),
    { field: "party", change: { party: 1 } },
    true,
  ),
  one(
    "payment.post: with an allocation",
    async (id) => ({
      operation: "payment.post",
      type: "payment.succeeded",
      entity: "payment",
      id,
      data: paymentData(id, { allocations: [allocationData(id, id, "27.30")] }),
      links: links({ [`invoice/${id}`]: await invoiceIn(id) }),
    }),
    { field: "date", change: { date: "2026-01-17" } },
    true,
  ),
  one(
    "payment.apply",
    async (id) => ({
      operation: "payment.apply",
      type: "payment.applied",
      entity: "payment",
      id,
      data: allocationData(id, id, "27.30"),
      links: links({
        [`invoice/${id}`]: await invoiceIn(id),
        [`payment/${id}`]: await room.post(room.payment(id, { reference: reference(`p${id}`) })),
      }),
    }),
    { field: "description", change: { label: "else" } },
    true,
  ),
  one(
    "refund.post",
    async (id) => ({
      operation: "refund.post",
      type: "refund.succeeded",
      entity: "refund",
      id,
      data: refundData(id),
      links: links(),
    }),
    { field: "journal", change: { journal: 1 } },
    true,
  ),
  one(
    "journal.post",
    async (id) => ({
      operation: "journal.post",
      type: "journal.posted",
      entity: "journal",
      id,
      data: {
        id,
        date: "2026-03-31",
        currency: "USD",
        description: "accrual",
        lines: [
          { account: "cash", debit: usd("10.00") },
          { account: "revenue", credit: usd("10.00") },
        ],
      },
    }),
    { field: "date", change: { date: "2026-03-30" } },
    true,
  ),
];

/** Records of every kind that bear a reference, drafts too. */
async function effectsUnder(ref: string): Promise<number> {
  const { list: rows } = room.person;
  const found = [
    await rows("account.invoice", [["reference", "=", ref]], ["id"]),
    await rows("account.move", [["description", "like", `${ref} %`]], ["id"]),
    await rows("party.party", [["code", "=", ref]], ["id"]),
    await rows("product.product", [["code", "=", ref]], ["id"]),
  ];
  return found.flat().length;
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
      links: links(),
      ...given,
    }),
});

const payment = { operation: "payment.post", type: "payment.succeeded", entity: "payment" };

function told(step: string, status: number, body: Json): Answer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { kind: "answer", status, headers: { [STEP_HEADER]: step }, body: text };
}

const suite: ConformanceSuite = {
  system: "tryton",
  cases: CASES,
  lacks: [
    lack("legal entity", "E_TRYTON_ENTITY_UNMAPPED", { legalEntity: "fr" }),
    lack("customer link", "E_TRYTON_LINK_MISSING", { links: {} }),
    lack("contract", "E_TRYTON_DATA_UNREADABLE", { data: { id: "in_1" } }),
    lack("currency", "E_TRYTON_CLEARING_UNMAPPED", {
      ...payment,
      data: paymentData("pay_1", { amount: { amount: "1.000", currency: "KWD" } }),
    }),
    lack("operation", "E_TRYTON_OPERATION_UNKNOWN", { operation: "invoice.delete" }),
    lack("reference", "E_TRYTON_REFERENCE_MALFORMED", { reference: "a%b" }),
  ],
  answers: [
    {
      name: "a lock",
      operation: "invoice.post",
      answer: told("post", 200, {
        id: 1,
        error: ['could not obtain lock on row in relation "ir_sequence_strict"\n', ""],
      }),
      outcome: "later",
      code: "E_TRYTON_LOCKED",
    },
    {
      name: "an exception nobody has listed",
      operation: "invoice.post",
      answer: told("post", 200, { id: 1, error: ["division by zero", ""] }),
      outcome: "unknown",
      code: "E_TRYTON_ANSWER_UNKNOWN",
    },
  ],
  subject: async () => ({
    target: room.target,
    secrets: [room.ground.access.password],
    oracle: {
      count: effectsUnder,
      loseNextAnswer: async () => room.proxy.cut("after", finishing),
      failNextAfterCommit: async () => room.proxy.cut("502 after", finishing),
      cutNextBetweenSteps: async () => room.proxy.cut("after", creating),
      heal: async () => room.proxy.heal(),
    },
  }),
};

connectorConformance({ describe, test, expect }, suite);
