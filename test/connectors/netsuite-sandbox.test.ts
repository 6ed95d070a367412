import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { PreparedCall, TargetDocument } from "../../src/connectors/kit/target.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import { allocationData, contextOf, invoiceData, paymentData, usd } from "./netsuite-given.ts";
import type { Room } from "./netsuite-room.ts";
import { invoiceGiven, MASTERS, openRoom, paymentGiven } from "./netsuite-room.ts";

let room: Room;
let counter = 0;

beforeAll(async () => {
  room = await openRoom(24_011);
});

afterAll(async () => {
  await room.close();
});

afterEach(() => {
  room.sandbox.faults.clear();
  room.sandbox.world.setSeats(15);
  room.sandbox.world.revokeToken(false);
  room.sandbox.world.lockPeriod("2026-01", { closed: false });
  room.sandbox.world.changeSettings({ closedPeriod: "refuse", taxRates: {} });
});

function fresh(): string {
  counter += 1;
  return `in_${counter}`;
}

const callOf = (id: string): PreparedCall => room.call(contextOf(invoiceGiven(id)));

const linesOf = (reference: string) =>
  room.sandbox.world.byExternalId("invoice", reference)?.sublists["item"]?.length;

function withBody(call: PreparedCall, over: { [key: string]: Json }): PreparedCall {
  return { ...call, body: { ...(call.body as { [key: string]: Json }), ...over } };
}

describe("refusals of a live account", () => {
  test("all seats taken: later, for the whole account, and nothing there", async () => {
    const id = fresh();
    room.sandbox.world.setSeats(0);
    const outcome = await room.apply(invoiceGiven(id));
    expect(outcome).toMatchObject({ class: "later", code: "E_NETSUITE_CONCURRENCY" });
    room.sandbox.world.setSeats(15);
    expect(await room.probe(invoiceGiven(id))).toEqual({ kind: "absent" });
  });

  test("a probe that finds no seat has failed and says nothing", async () => {
    const id = fresh();
    await room.post(invoiceGiven(id));
    room.sandbox.world.setSeats(0);
    expect((await room.probe(invoiceGiven(id))).kind).toBe("failed");
  });

  test("a probe that is too late makes no call; one that becomes so makes no second", async () => {
    // A room of its own, whose connector has read no period yet: a probe asks twice.
    const own = await openRoom(24_012);
    const given = invoiceGiven(fresh());
    await own.post(given);
    const calls = async (mayAsk: number) => {
      let asked = 0;
      const before = own.sandbox.calls.total;
      const tooLate = () => {
        asked += 1;
        return asked > mayAsk;
      };
      const sent = own.call(contextOf(given));
      const { kind } = await own.target.probe(given.operation, given.reference, sent, tooLate);
      return [kind, own.sandbox.calls.total - before];
    };
    expect(await calls(0)).toEqual(["failed", 0]);
    expect(await calls(1)).toEqual(["failed", 1]);
    expect(await calls(2)).toEqual(["found", 2]);
    await own.close();
  });

  test("a revoked token pauses the account", async () => {
    room.sandbox.world.revokeToken(true);
    const outcome = await room.apply(invoiceGiven(fresh()));
    expect(outcome).toMatchObject({ class: "later", code: "E_NETSUITE_SIGN_IN" });
  });

  test("a closed period is refused under one cause for all its documents (F3, F4)", async () => {
    room.sandbox.world.lockPeriod("2026-01", { closed: true });
    const outcomes = [
      await room.apply(invoiceGiven(fresh())),
      await room.apply(invoiceGiven(fresh())),
    ];
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ class: "refused", code: "E_NETSUITE_PERIOD_CLOSED" });
    }
    expect(new Set(outcomes.map((one) => "cause" in one && one.cause)).size).toBe(1);
  });

  test("an inactive item is refused, and the cause names it (F6)", async () => {
    const item = room.sandbox.world.create("serviceSaleItem", {
      itemId: "gone",
      incomeAccount: { id: "151" },
      isInactive: true,
    });
    const links = { ...MASTERS, "product/prod_1": item.id };
    expect(await room.apply(invoiceGiven(fresh(), { links }))).toMatchObject({
      class: "refused",
      code: "E_NETSUITE_REFERENCE_INVALID",
      cause: `item ${item.id}`,
    });
  });

  test("a field the account does not know is refused, not dropped", async () => {
    const outcome = await room.send("invoice.post", withBody(callOf(fresh()), { colour: "red" }));
    expect(outcome).toMatchObject({ class: "refused", code: "E_NETSUITE_FIELD_INVALID" });
  });

  test("a reference that another kind of document bears is not adopted", async () => {
    const id = fresh();
    await room.post(paymentGiven(id, { reference: `taken-${id}` }));
    const given = invoiceGiven(id, { reference: `taken-${id}` });
    expect((await room.apply(given)).class).toBe("unknown");
    expect((await room.probe(given)).kind).not.toBe("found");
  });
});

describe("exactly one effect", () => {
  test("the request sent again changes no line; without replace it would double them", async () => {
    const id = fresh();
    const call = callOf(id);
    await room.send("invoice.post", call);
    await room.send("invoice.post", call);
    expect(linesOf(`inv-${id}`)).toBe(2);
    await room.send("invoice.post", { ...call, path: call.path.split("?")[0] ?? "" });
    expect(linesOf(`inv-${id}`)).toBe(4);
    const probed = await room.probe(invoiceGiven(id));
    expect(probed).toMatchObject({
      kind: "found",
      differences: expect.arrayContaining([{ field: "item.count", ours: "2", theirs: "4" }]),
    });
  });

  test("a first request that runs after its own retry leaves one document (F1)", async () => {
    const id = fresh();
    const late = { id: "late", action: { type: "late-apply", delayMs: 3500 }, times: 1 } as const;
    room.sandbox.faults.replace({ rules: [late] });
    const call = callOf(id);
    expect((await room.send("invoice.post", call)).class).toBe("unknown");
    expect((await room.send("invoice.post", call)).class).toBe("done");
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const effects = room.sandbox.world.list("invoice").filter((r) => r.externalId === `inv-${id}`);
    expect(effects).toHaveLength(1);
    expect(await room.probe(invoiceGiven(id))).toMatchObject({ kind: "found", differences: [] });
  });

  test("a late payment does not wipe out what was applied since", async () => {
    const [id, other] = [fresh(), fresh()];
    const known = await room.post(invoiceGiven(id));
    const later = await room.post(invoiceGiven(other));
    const late = { id: "late", action: { type: "late-apply", delayMs: 3500 }, times: 1 } as const;
    room.sandbox.faults.replace({ rules: [late] });
    const given = paymentGiven(id, {
      data: paymentData(id, { allocations: [allocationData(id, id, "27.30")] }),
      links: { ...MASTERS, [`invoice/${id}`]: known },
    });
    expect((await room.apply(given)).class).toBe("unknown");
    const payment = await room.post(given);
    const application = {
      operation: "payment.apply",
      type: "payment.applied",
      entity: "payment",
      id,
      data: allocationData(id, other, "100.00"),
      reference: `apply-${id}`,
      links: { [`invoice/${other}`]: later, [`payment/${id}`]: payment },
    };
    await room.post(application);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await room.probe(application)).toMatchObject({ kind: "found", differences: [] });
    expect(await room.probe(given)).toMatchObject({ kind: "found", differences: [] });
  });

  test("a period that closes between commit and repeat: refused, yet ours stands", async () => {
    const id = fresh();
    const lose = { id: "lose", action: { type: "reset-after" }, times: 1 } as const;
    room.sandbox.faults.replace({ rules: [lose] });
    expect((await room.apply(invoiceGiven(id))).class).toBe("unknown");
    room.sandbox.world.lockPeriod("2026-01", { closed: true });
    expect(await room.apply(invoiceGiven(id))).toMatchObject({ class: "refused" });
    expect(await room.probe(invoiceGiven(id))).toMatchObject({ kind: "found", differences: [] });
  });

  test.each([
    ["reset before anything was applied", { type: "reset-before" }],
    ["a 503 that did nothing", { type: "status", status: 503, body: { message: "busy" } }],
    ["an answer after our time-out", { type: "late", delayMs: 2400 }],
    [
      "a known text under a 500",
      { type: "status-after", status: 500, body: { "o:errorDetails": [] } },
    ],
  ] as const)("%s is unknown", async (_name, action) => {
    room.sandbox.faults.replace({ rules: [{ id: "fault", action, times: 1 }] });
    expect((await room.apply(invoiceGiven(fresh()))).class).toBe("unknown");
  });
});

describe("read-back", () => {
  test("a document that NetSuite moved into another month is named (F5)", async () => {
    room.sandbox.world.lockPeriod("2026-01", { closed: true });
    room.sandbox.world.changeSettings({ closedPeriod: "first-open" });
    const id = fresh();
    await room.post(invoiceGiven(id));
    const probed = await room.probe(invoiceGiven(id));
    expect(probed).toMatchObject({ kind: "found" });
    expect(probed.kind === "found" && probed.differences).toEqual([
      { field: "postingPeriod", ours: "the period of 2026-01-15", theirs: expect.any(String) },
    ]);
  });

  test("an edit behind our back is named (F25)", async () => {
    const id = fresh();
    const internal = await room.post(invoiceGiven(id));
    room.sandbox.world.edit("invoice", internal, { memo: "touched" });
    const probed = await room.probe(invoiceGiven(id));
    expect(probed.kind === "found" && probed.differences.map((one) => one.field)).toEqual(["memo"]);
  });

  test("tax that NetSuite computed for itself is named (F7)", async () => {
    const id = fresh();
    room.sandbox.world.changeSettings({ taxRates: { "1": "8" } });
    const call = withBody(callOf(id), { taxDetailsOverride: false });
    await room.send("invoice.post", call);
    const probed = await room.probe(invoiceGiven(id));
    const fields = probed.kind === "found" ? probed.differences.map((one) => one.field) : [];
    expect(fields).toEqual(expect.arrayContaining(["taxDetailsOverride", "taxDetails", "total"]));
  });

  test("the number of the document comes with the probe", async () => {
    const id = fresh();
    await room.post(invoiceGiven(id));
    expect(await room.probe(invoiceGiven(id))).toMatchObject({ number: `N-${id}` });
  });
});

describe("cash", () => {
  test("an allocation without a linked invoice stays unapplied", async () => {
    const id = fresh();
    const data = paymentData(id, { allocations: [allocationData(id, "in_unknown", "127.30")] });
    const payment = await room.post(paymentGiven(id, { data }));
    expect(room.sandbox.world.record("customerPayment", payment)?.facts?.applications).toEqual([]);
  });

  test("receivable, clearing, tax and deferred revenue carry the amounts", async () => {
    const id = fresh();
    const before = balances();
    const invoice = await room.post(invoiceGiven(id));
    const data = paymentData(id, { allocations: [allocationData(id, id, "127.30")] });
    const links = { ...MASTERS, [`invoice/${id}`]: invoice };
    await room.post(paymentGiven(id, { data, links }));
    const after = balances();
    const moved = [...after].flatMap(([account, amount]) => {
      const change = Number(amount) * 100 - Number(before.get(account) ?? "0") * 100;
      return Math.round(change) === 0 ? [] : [[account, Math.round(change)]];
    });
    expect(Object.fromEntries(moved)).toEqual({ "112": 12_730, "138": -12_005, "131": -725 });
  });
});

function balances(): Map<string, string> {
  const lines = room.sandbox.world.trialBalance();
  return new Map(
    lines.filter((one) => one.subsidiary === "1").map((one) => [one.account, one.balance]),
  );
}

describe("listing", () => {
  async function documents(): Promise<TargetDocument[]> {
    const out: TargetDocument[] = [];
    for await (const one of room.target.documents()) out.push(one);
    return out;
  }

  test("ours and others', with positive totals, over more than a page", async () => {
    const id = fresh();
    const internal = await room.post(invoiceGiven(id));
    for (let i = 0; i < 1005; i += 1) {
      room.sandbox.world.create("creditMemo", {
        entity: { id: "700" },
        tranDate: "2026-03-03",
        item: { items: [{ item: { id: "2000" }, quantity: 1, amount: 1.5 }] },
      });
    }
    const all = await documents();
    expect(all.find((one) => one.externalId === internal)).toEqual({
      type: "invoice",
      externalId: internal,
      reference: `inv-${id}`,
      number: `N-${id}`,
      amount: { minor: 12_730n, currency: "USD" },
      date: "2026-01-15",
    });
    const foreign = all.filter((one) => one.type === "creditMemo" && one.date === "2026-03-03");
    expect(foreign).toHaveLength(1005);
    expect(foreign.every((one) => one.reference === undefined && one.amount?.minor === 150n)).toBe(
      true,
    );
    expect(new Set(all.map((one) => `${one.type} ${one.externalId}`)).size).toBe(all.length);
  });

  test("totals of a day by type and currency", async () => {
    const id = fresh();
    const data = invoiceData(id, { issueDate: "2026-04-04", dueDate: "2026-04-04" });
    await room.post(invoiceGiven(id, { data }));
    await room.post(
      paymentGiven(id, { data: paymentData(id, { date: "2026-04-04", amount: usd("5.00") }) }),
    );
    expect(await room.target.totals("2026-04-04")).toEqual([
      { type: "invoice", count: 1, total: { minor: 12_730n, currency: "USD" } },
      { type: "customerPayment", count: 1, total: { minor: 500n, currency: "USD" } },
    ]);
  });

  test("a listing while the account is busy waits; a refusal throws with its reason", async () => {
    const busy = { status: 429, body: { "o:errorDetails": [] } };
    room.sandbox.faults.replace({
      rules: [{ id: "busy", action: { type: "status", ...busy }, times: 2 }],
    });
    expect((await documents()).length).toBeGreaterThan(0);
    room.sandbox.faults.replace({
      rules: [{ id: "no", action: { type: "status", status: 403, body: { a: 1 } } }],
    });
    await expect(documents()).rejects.toMatchObject({ code: "E_NETSUITE_READ_FAILED" });
  });
});
