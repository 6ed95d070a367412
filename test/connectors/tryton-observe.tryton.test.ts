/** What the watch over a live Tryton sees of ours and of what people do there. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ObservedDocument } from "../../src/connectors/kit/observe.ts";
import { instant } from "../../src/kernel/clock.ts";
import { contextOf, creditMemoData, invoiceData } from "./netsuite-given.ts";
import type { TrytonGround } from "./tryton-ground.ts";
import { startGround } from "./tryton-ground.ts";
import type { Room } from "./tryton-room.ts";
import { openTrytonRoom, reference } from "./tryton-room.ts";

let ground: TrytonGround;
let room: Room;
const tag = "o";
const DAY = "2026-03-03";

beforeAll(async () => {
  ground = await startGround();
  room = await openTrytonRoom(ground, "source", tag);
});

afterAll(async () => {
  await room.close();
  await ground.server.destroy();
});

const observer = () => {
  const found = room.target.observer;
  if (found === undefined) throw new Error("not watched");
  return found;
};

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}

const seen = async (documents: AsyncIterable<ObservedDocument>, id: string, type = "invoice") =>
  (await all(documents)).find((one) => one.externalId === id && one.type === type);

const dated = (id: string) =>
  room.invoice(id, { data: invoiceData(id, { number: `${tag}-${id}`, issueDate: DAY }) });

const sinceNow = () => observer().changedSince(instant(Date.now()), 20_000);

describe("ours", () => {
  test("is listed as changed, by day, by number and in the totals as one and the same", async () => {
    const given = dated("one");
    const id = await room.post(given);
    const listed = await seen(sinceNow(), id);
    expect(listed).toMatchObject({
      reference: given.reference,
      number: `${tag}-one`,
      state: "live",
      amount: { minor: 12_730n, currency: "USD" },
      date: DAY,
      counterparty: room.masters["customer/cus_1"],
      changedBy: room.ground.access.user,
    });
    expect(await seen(observer().documentsOf(DAY), id)).toEqual(listed);
    expect(await all(observer().read("invoice", [id, "999999"]))).toEqual([listed]);
    const day = await all(observer().totalsPerDay({ from: DAY, to: DAY }));
    expect(day.find((one) => one.type === "invoice")).toMatchObject({ day: DAY, currency: "USD" });
    const call = room.call(contextOf(given));
    expect(observer().meant(given.operation, call)).toEqual({
      date: DAY,
      counterparty: room.masters["customer/cus_1"],
    });
    const compared = await observer().compare(given.operation, given.reference, call);
    expect(compared).toMatchObject({ kind: "found", externalId: id, differences: [] });
  });

  test("credit notes and moves bear the types that their operations name", async () => {
    const memo = {
      operation: "credit-memo.post",
      type: "credit-memo.issued",
      entity: "credit-memo",
      id: "cm",
      data: creditMemoData("cm", { number: `${tag}-cm` }),
      reference: reference(`${tag}cm`),
      links: room.masters,
    };
    const note = await room.post(memo);
    const payment = await room.post(room.payment("pay"));
    const types = observer().documents;
    const seenNote = await seen(sinceNow(), note, types["credit-memo.post"]);
    expect(seenNote).toMatchObject({ amount: { minor: 2005n, currency: "USD" }, state: "live" });
    const seenMove = await seen(sinceNow(), payment, types["payment.post"]);
    expect(seenMove).toMatchObject({
      reference: reference(`${tag}ppay`),
      amount: { minor: 12_730n, currency: "USD" },
      counterparty: room.masters["customer/cus_1"],
    });
    expect(await all(observer().read("move", [payment]))).toHaveLength(1);
  });

  test("the moves that invoices make are the invoices' and not listed beside them", async () => {
    const id = await room.post(dated("own"));
    const [row] = await room.person.list("account.invoice", [["id", "=", Number(id)]], ["move"]);
    expect(await seen(sinceNow(), String(row?.["move"]), "move")).toBeUndefined();
  });
});

describe("people's", () => {
  test("an invoice cancelled by hand is seen as cancelled, without the move that takes it back", async () => {
    const company = [room.ground.company];
    const given = dated("cancelled");
    const id = await room.post(given);
    await room.person.call("model.company.company.write", company, { cancel_invoice_out: true });
    await room.person.call("model.account.invoice.cancel", [Number(id)]);
    await room.person.call("model.company.company.write", company, { cancel_invoice_out: false });
    expect(await seen(sinceNow(), id)).toMatchObject({ state: "cancelled" });
    const domain = [["id", "=", Number(id)]];
    const [row] = await room.person.list("account.invoice", domain, ["cancel_move"]);
    expect(await seen(sinceNow(), String(row?.["cancel_move"]), "move")).toBeUndefined();
    const call = room.call(contextOf(given));
    const compared = await observer().compare(given.operation, given.reference, call);
    expect(compared.kind === "found" && compared.differences).toContainEqual({
      field: "state",
      ours: "posted",
      theirs: "cancelled",
    });
  });

  test("a draft entered by hand is a draft, and none of our totals", async () => {
    const id = await room.post(dated("template"));
    const before = await all(observer().totalsPerDay({ from: DAY, to: DAY }));
    const [copy] = (await room.person.call("model.account.invoice.copy", [Number(id)], {
      reference: "by hand",
      invoice_date: { __class__: "date", year: 2026, month: 3, day: 3 },
    })) as number[];
    const listed = await seen(observer().documentsOf(DAY), String(copy));
    expect(listed).toMatchObject({ state: "draft" });
    expect(listed?.reference).toBeUndefined();
    expect(await all(observer().totalsPerDay({ from: DAY, to: DAY }))).toEqual(before);
  });
});
