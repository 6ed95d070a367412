/** A live Tryton: a credit note in a currency that became dearer since the invoice. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { settle } from "../../src/engine/lanes/settle.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import { systemRandom } from "../support/system-random.ts";
import type { Given } from "./netsuite-given.ts";
import { contextOf, invoiceData } from "./netsuite-given.ts";
import type { TrytonGround } from "./tryton-ground.ts";
import { startGround } from "./tryton-ground.ts";
import type { Room } from "./tryton-room.ts";
import { openTrytonRoom, reference } from "./tryton-room.ts";
import { reconcileByHand, setRate } from "./tryton-write-off.ts";

let ground: TrytonGround;
let room: Room;
const tag = "x";

// Euros per dollar: 0.9 since 2020.
beforeAll(async () => {
  ground = await startGround();
  room = await openTrytonRoom(ground, "source", tag);
  await setRate(ground, "2026-02-10", "0.8");
  await setRate(ground, "2026-03-10", "1.1");
});

afterAll(async () => {
  await room.close();
  await ground.server.destroy();
});

/** An invoice over 127.30 euro of January, posted, and its void on a day. */
async function voided(id: string, day: string): Promise<{ invoice: string; given: Given }> {
  const over = { number: `${tag}-${id}`, voidedAt: `${day}T17:00:00.000Z` };
  const text = JSON.stringify(invoiceData(id, over)).replaceAll("USD", "EUR");
  const data = JSON.parse(text) as Json;
  const invoice = await room.post(room.invoice(id, { data }));
  const links = { ...room.masters, [`invoice/${id}`]: invoice };
  const operation = "invoice.void";
  const of = { operation, type: "invoice.voided", reference: reference(`${tag}v${id}`) };
  return { invoice, given: room.invoice(id, { data, links, ...of }) };
}

const notes = (given: Given) =>
  room.person.list("account.invoice", [["reference", "=", given.reference]], ["state"]);

const stateOf = async (id: string) =>
  (await room.person.list("account.invoice", [["id", "=", Number(id)]], ["state"]))[0]?.["state"];

/** What the lane makes of the first answer. */
async function verdict(given: Given) {
  const outcome = await room.apply(given);
  if (outcome.class !== "done") throw new Error(JSON.stringify(outcome));
  const spec = room.target.operations[given.operation];
  if (spec === undefined) throw new Error(given.operation);
  const { operation } = given;
  const names = { object: "stripe-us/invoice/i", target: "tryton", reference: given.reference };
  const subject = { ...names, operation, attempts: 1, probes: 0 };
  const kept = { kind: "kept-otherwise" as const, externalId: outcome.externalId };
  const probe = await room.probe(given);
  return settle("sent", subject, { ...spec, settlesMs: 0 }, { ...kept, probe }, systemRandom);
}

describe("given a void on a day when the euro is dearer than on the invoice's", () => {
  let invoice: string;
  let given: Given;
  let note: string;

  test("when it is sent, then a person is asked at once, by currency, and both stand", async () => {
    ({ invoice, given } = await voided("dear", "2026-02-10"));
    const settled = await verdict(given);
    expect(settled).toMatchObject({ to: "excepted", code: "E_LANE_DOCUMENT_DIFFERS" });
    expect(settled.exception?.cause).toMatch(/differs in exchange difference in EUR$/);
    // 127.30 at 0.8 is 159.13 dollars, at 0.9 it was 141.44; each line is rounded by itself.
    expect(settled.message).toMatch(
      /E_TRYTON_EXCHANGE_DIFFERENCE: the rate of EUR moved.* invoice x-dear by 17\.\d+ in/,
    );
    expect(await stateOf(invoice)).toBe("posted");
    const [only, ...others] = await notes(given);
    expect([only?.["state"], others]).toEqual(["posted", []]);
    note = String(only?.id);
  });

  test("when it is sent or asked for again, then nothing is doubled and the answer is the same", async () => {
    expect(await verdict(given)).toMatchObject({ to: "excepted" });
    expect(await notes(given)).toMatchObject([{ id: Number(note), state: "posted" }]);
    const probe = await room.probe(given);
    expect(probe).toMatchObject({ kind: "found", externalId: note });
    expect(probe).toMatchObject({ differences: [{ field: "exchange difference in EUR" }] });
  });

  test("when the document is watched, then what is open is no change by hand", async () => {
    const sent = room.call(contextOf(given));
    const { observer } = room.target;
    expect(await observer?.compare(given.operation, given.reference, sent)).toMatchObject({
      kind: "found",
      externalId: note,
      differences: [],
    });
  });

  test("when a person reconciles both with a write-off, then the same document is confirmed", async () => {
    await reconcileByHand(ground, [Number(invoice), Number(note)]);
    expect([await stateOf(invoice), await stateOf(note)]).toEqual(["paid", "paid"]);
    expect(await room.probe(given)).toMatchObject({
      kind: "found",
      externalId: note,
      number: "x-dear-VOID",
      differences: [],
    });
    expect(await room.apply(given)).toMatchObject({ class: "done", externalId: note });
    expect(await notes(given)).toHaveLength(1);
  });
});

test("given a void on a day when the euro is cheaper, then it is linked and confirmed", async () => {
  const { invoice, given } = await voided("cheap", "2026-03-10");
  await room.post(given);
  expect(await room.probe(given)).toMatchObject({ kind: "found", differences: [] });
  // The rest in dollars is an exchange difference, which only a person books.
  expect(await stateOf(invoice)).toBe("posted");
});

test("given a note that is too large in euro too, then it is no exchange difference", async () => {
  const { invoice, given } = await voided("twice", "2026-02-10");
  const first = { ...given, reference: reference(`${tag}first`) };
  const data = { ...(given.data as object), number: `${tag}-first` } as Json;
  await setRate(ground, "2026-02-10", "0.9");
  await room.post({ ...first, data });
  expect(await stateOf(invoice)).toBe("paid");
  await room.apply(given);
  expect(await room.probe(given)).toMatchObject({
    kind: "unfinished",
    differences: [{ field: "applied", theirs: "open" }],
  });
});
