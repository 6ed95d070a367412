import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { DocumentTotal, ObservedDocument } from "../../src/connectors/kit/observe.ts";
import type { Observer } from "../../src/connectors/kit/target.ts";
import { instant } from "../../src/kernel/clock.ts";
import { TOKEN_USER } from "../../src/sandbox/netsuite/system-notes.ts";
import { contextOf, invoiceData } from "./netsuite-given.ts";
import type { Room } from "./netsuite-room.ts";
import { invoiceGiven, openRoom, paymentGiven } from "./netsuite-room.ts";

let room: Room;
let observer: Observer;

beforeAll(async () => {
  room = await openRoom(0, (settings) => {
    const observe = { timeZone: "America/Los_Angeles", owns: ["invoice" as const], lagMs: 0 };
    return { ...settings, observe };
  });
  if (room.target.observer === undefined) throw new Error("it is not watched");
  observer = room.target.observer;
});
afterEach(() => {
  room.sandbox.faults.clear();
  room.sandbox.clock.shiftTo(0);
});
afterAll(() => room.close());

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}

const LONG_AGO = "2020-01-01T00:00:00.000Z";
let count = 0;
function fresh(): string {
  count += 1;
  return `w${count}`;
}

async function changed(id: string, since = LONG_AGO, overlapMs = 0) {
  const list = await all(observer.changedSince(since, overlapMs));
  return list.find((one) => one.externalId === id);
}

const credit = (tranDate: string, amount: number) => ({
  entity: { id: "700" },
  tranDate,
  item: { items: [{ item: { id: "2000" }, quantity: 1, amount }] },
});

describe("NetSuite, watched", () => {
  test("given settings without it, then there is nothing to watch", async () => {
    const plain = await openRoom(0);
    expect(plain.target.observer).toBeUndefined();
    await plain.close();
  });

  test("given a document of ours, then it is seen as it was meant, changed by our own user", async () => {
    const id = fresh();
    const before = Math.floor(Date.now() / 1000) * 1000;
    const given = invoiceGiven(id);
    const externalId = await room.post(given);
    const seen = await changed(externalId);
    expect(seen).toMatchObject({
      type: "invoice",
      reference: `inv-${id}`,
      number: `N-${id}`,
      state: "live",
      amount: { minor: 12_730n, currency: "USD" },
      changedBy: TOKEN_USER,
    });
    const meant = observer.meant("invoice.post", room.call(contextOf(given)));
    expect(meant).toEqual({ date: seen?.date, counterparty: seen?.counterparty });
    expect(Date.parse(seen?.changedAt ?? "")).toBeGreaterThanOrEqual(before);
    expect(Date.parse(seen?.changedAt ?? "")).toBeLessThanOrEqual(Date.now());
    expect(seen?.createdAt).toBe(seen?.changedAt);
  });

  test("given an edit by somebody, then who and how; given a touch without a note, then nobody is named", async () => {
    const id = fresh();
    const externalId = await room.post(invoiceGiven(id));
    const { world, clock } = room.sandbox;
    clock.shiftTo(60_000);
    world.edit("invoice", externalId, { memo: "by hand" }, undefined, "Eva Clerk");
    const edited = await changed(externalId);
    expect(edited).toMatchObject({ changedBy: "Eva Clerk", changeKind: "UIF" });
    // A payment set against it changes its time, and leaves no note on it.
    clock.shiftTo(120_000);
    const apply = { items: [{ doc: { id: externalId }, apply: true, amount: 5 }] };
    world.create("customerPayment", { customer: { id: "700" }, payment: 5, apply });
    const touched = await changed(externalId);
    expect(touched?.changedBy).toBeUndefined();
    const later = Date.parse(touched?.changedAt ?? "") - Date.parse(edited?.changedAt ?? "");
    expect(Math.round(later / 1000)).toBe(60);
  });

  test("given a role that may not read system notes, then documents are seen all the same", async () => {
    const externalId = await room.post(invoiceGiven(fresh()));
    const refused = { status: 400, body: { "o:errorDetails": [{ detail: "not found" }] } };
    // The first query lists, the second asks who.
    const rule = { match: { operation: "suiteql" }, nth: [2] };
    room.sandbox.faults.replace({
      rules: [{ id: "notes", ...rule, action: { type: "status", ...refused } }],
    });
    const [seen] = await all(observer.read("invoice", [externalId]));
    expect(seen).toMatchObject({ externalId, state: "live" });
    expect(seen?.changedBy).toBeUndefined();
    room.sandbox.faults.replace({
      rules: [{ id: "down", ...rule, action: { type: "status", status: 503 } }],
    });
    await expect(all(observer.read("invoice", [externalId]))).rejects.toMatchObject({
      code: "E_NETSUITE_READ_FAILED",
    });
  });

  test("given a void, then it is cancelled, stays listed, and counts in no total", async () => {
    const { world } = room.sandbox;
    const voided = world.create("creditMemo", credit("2026-05-05", 8));
    world.create("creditMemo", credit("2026-05-05", 9));
    world.void("creditMemo", voided.id, "Eva Clerk");
    const seen = await changed(voided.id);
    expect(seen).toMatchObject({ state: "cancelled", changedBy: "Eva Clerk" });
    const day = { from: "2026-05-05", to: "2026-05-05" };
    expect(await all(observer.totalsPerDay(day))).toEqual([
      { day: day.from, type: "creditMemo", currency: "USD", count: 1, minor: 900n },
    ]);
    const states = (await all(observer.documentsOf(day.from))).map((one) => one.state);
    expect(states.sort()).toEqual(["cancelled", "live"]);
  });

  test("given a since, then what changed before it is left out, and the overlap brings it back", async () => {
    const externalId = await room.post(invoiceGiven(fresh()));
    const later = instant(Date.now() + 30_000);
    expect(await changed(externalId, later)).toBeUndefined();
    expect(await changed(externalId, later, 40_000)).toBeDefined();
  });

  test("given more than a page on many days, then totals are those of the live documents listed", async () => {
    const { world } = room.sandbox;
    for (let i = 0; i < 1100; i += 1) {
      const day = instant(Date.UTC(2026, 5, 1 + (i % 60))).slice(0, 10);
      const { id } = world.create("creditMemo", credit(day, 1 + (i % 7)));
      if (i % 11 === 0) world.void("creditMemo", id);
    }
    const range = { from: "2026-06-01", to: "2026-07-30" };
    const listed = (await all(observer.changedSince(LONG_AGO, 0))).filter(
      (one) => (one.date ?? "") >= range.from && (one.date ?? "") <= range.to,
    );
    expect(new Set(listed.map((one) => one.externalId)).size).toBe(1100);
    expect(await all(observer.totalsPerDay(range))).toEqual(totalsOf(listed));
  });

  test("given a search that lags, then a compare by reference does not, and a deleted document is absent", async () => {
    const given = invoiceGiven(fresh());
    const externalId = await room.post(given);
    const sent = room.call(contextOf(given));
    room.sandbox.faults.replace({ switches: { "stale-search": 60 } });
    expect(await all(observer.read("invoice", [externalId]))).toEqual([]);
    expect(await observer.compare("invoice.post", given.reference, sent)).toMatchObject({
      kind: "found",
      differences: [],
    });
    room.sandbox.world.remove("invoice", externalId);
    expect(await observer.compare("invoice.post", given.reference, sent)).toEqual({
      kind: "absent",
    });
  });

  test("given a payment that was set against another invoice since, then that is no difference", async () => {
    const [one, other] = [fresh(), fresh()];
    const date = { issueDate: "2026-01-15" };
    const invoice = await room.post(invoiceGiven(one, { data: invoiceData(one, date) }));
    const given = paymentGiven(other);
    const payment = await room.post(given);
    const apply = { items: [{ doc: { id: invoice }, apply: true, amount: 20 }] };
    room.sandbox.world.edit("customerPayment", payment, { apply });
    const sent = room.call(contextOf(given));
    const result = await observer.compare("payment.post", given.reference, sent);
    expect(result).toMatchObject({ kind: "found", differences: [] });
  });
});

function totalsOf(documents: readonly ObservedDocument[]): DocumentTotal[] {
  const sums = new Map<string, DocumentTotal>();
  for (const { state, date: day = "", type, amount } of documents) {
    if (state !== "live") continue;
    const before = sums.get(day);
    const minor = (before?.minor ?? 0n) + (amount?.minor ?? 0n);
    const one = { day, type, currency: amount?.currency, count: (before?.count ?? 0) + 1, minor };
    sums.set(day, one);
  }
  return [...sums.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}
