import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { operations } from "../../src/operations/all-operations.ts";
import type { ShownLook } from "../../src/operations/observe-target.ts";
import { runOperation } from "../../src/operations/operation.ts";
import { TOKEN_USER } from "../../src/sandbox/netsuite/system-notes.ts";
import type { StoredRecord } from "../../src/sandbox/netsuite/types.ts";
import type { DriftRoom } from "../support/drift-room.ts";
import { openDriftRoom } from "../support/drift-room.ts";

let room: DriftRoom;

beforeAll(async () => {
  room = await openDriftRoom();
});
afterEach(async () => {
  await room.sweepUp();
});
afterAll(async () => {
  await room.close();
});

function withAmount(record: StoredRecord, amount: number): object {
  const [line] = record.sublists["item"] ?? [];
  const item = { id: String(line?.["item"]) };
  return { item: { items: [{ item, quantity: 1, amount }] } };
}

/** The books' clock shows whole seconds. */
const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1100));

describe("what is done in NetSuite by hand", () => {
  test("given nothing was, then the books agree and nobody is asked", async () => {
    await room.billed(3);
    const look = await room.observe();
    expect(look).toMatchObject({ openCount: 0, daysRead: [], incomplete: [] });
    expect(look.listed).toBeGreaterThan(0);
    expect(await room.cases("open")).toEqual([]);
  });

  test("given an invoice edited, then one case names field, old, new, who and when; set back, it closes by itself", async () => {
    const invoice = await room.billed(3);
    const { world } = room.netsuite;
    world.edit("invoice", invoice.id, withAmount(invoice, 160), "item", "Eva Clerk");
    const look = await room.observe();
    expect(look.found).toHaveLength(1);
    const [found] = await room.cases();
    expect(found?.code).toBe("E_DRIFT_EDITED");
    expect(found?.handoff_id).not.toBeNull();
    expect(found?.message).toContain(`netsuite invoice ${invoice.id}`);
    expect(found?.message).toContain("amount was 150.00 USD, is 160.00 USD");
    expect(found?.message).toMatch(/Last changed 20\d\d-.*Z, by Eva Clerk \(UIF\)/);

    await room.observe();
    await nextSecond();
    world.edit("invoice", invoice.id, { email: "x@example.com" }, undefined, "Max Later");
    expect((await room.observe()).found).toEqual([]);
    const again = await room.cases();
    expect(again).toHaveLength(1);
    expect(again[0]?.message).toContain("by Eva Clerk");

    await nextSecond();
    world.edit("invoice", invoice.id, withAmount(invoice, 150), "item", "Eva Clerk");
    // By its head it is right; its line has lost what we wrote, so it is not what was confirmed.
    await room.observe();
    expect((await room.cases())[0]?.message).toContain("description was");
    const restored = { items: invoice.sublists["item"]?.map(wireLine) };
    await nextSecond();
    world.edit("invoice", invoice.id, { item: restored }, "item", "Eva Clerk");
    const last = await room.observe();
    expect(last.mended).toHaveLength(1);
    expect(last.openCount).toBe(0);
    const [closed] = await room.cases("resolved");
    expect(closed?.resolution).toBe("netsuite agrees again with what was confirmed");
  });

  test("given a line edited so that the total stays, then it is found all the same", async () => {
    const invoice = await room.billed(2);
    const changed = invoice.sublists["item"]?.map((line) => {
      return { ...wireLine(line), description: "Consulting" };
    });
    const body = { item: { items: changed } };
    room.netsuite.world.edit("invoice", invoice.id, body, "item", "Eva Clerk");
    const look = await room.observe();
    expect(look.comparedWhole).toBeGreaterThan(0);
    const [found] = await room.cases();
    expect(found?.message).toMatch(/item\[0\]\.description was .*, is Consulting.*by Eva Clerk/);
    const id = String(invoice.body["tranId"]);
    const story = await runOperation(operations.findStory, room.context, { id });
    expect(story.verdict.state).toBe("exception");
    expect(story.verdict.sentence).toContain("netsuite: invoice edited by hand");
    expect(story.verdict.act?.command).toContain("exceptions show");
    await room.accept();
    expect(await room.cases()).toEqual([]);
  });

  test("given an invoice voided, then it is a cancellation, and not an amount of zero", async () => {
    const invoice = await room.billed(4);
    room.netsuite.world.void("invoice", invoice.id, "Eva Clerk");
    await room.observe();
    const open = await room.cases();
    expect(open.map((one) => one.code)).toEqual(["E_DRIFT_CANCELLED"]);
    expect(open[0]?.message).toContain("by Eva Clerk (UIF)");
    await room.accept();
    expect((await room.observe()).openCount).toBe(0);
    expect(await room.cases()).toEqual([]);
  });

  test("given an invoice deleted after it was seen, then the day's totals give it away", async () => {
    const invoice = await room.billed(5);
    await room.observe();
    room.netsuite.world.remove("invoice", invoice.id, "Eva Clerk");
    const look = await room.observe();
    expect(look.daysRead).toHaveLength(1);
    const [found] = await room.cases();
    expect(found?.code).toBe("E_DRIFT_DELETED");
    expect(found?.message).toContain("netsuite does not tell by whom or when. It was last seen");
    await room.observe();
    expect(await room.cases()).toHaveLength(1);
    await room.accept();
  });

  test("given an invoice deleted before it was ever seen, then it is missed all the same", async () => {
    const invoice = await room.billed(6);
    room.netsuite.world.remove("invoice", invoice.id);
    await nextSecond();
    await nextSecond();
    await room.observe();
    const open = await room.cases();
    expect(open.map((one) => `${one.code} ${one.document}`)).toEqual([
      `E_DRIFT_DELETED invoice ${invoice.id}`,
    ]);
    await room.accept();
  });

  test("given an invoice added by hand, then a case without a handoff; deleted again, it closes", async () => {
    const ours = await room.billed(1);
    const { world } = room.netsuite;
    const body = { entity: { id: String(ours.body["entity"]) }, ...withAmount(ours, 75) };
    const added = world.create("invoice", body, undefined, "Eva Clerk");
    const payment = { customer: { id: String(ours.body["entity"]) }, payment: 5 };
    world.create("customerPayment", payment, undefined, "Eva Clerk");
    await room.observe();
    const open = await room.cases();
    expect(open.map((one) => one.document)).toEqual([`invoice ${added.id}`]);
    expect(open[0]).toMatchObject({ code: "E_DRIFT_FOREIGN", handoff_id: null });
    expect(open[0]?.message).toContain("75.00 USD");
    expect(open[0]?.message).toContain("by Eva Clerk (UIF)");
    const { causes } = await runOperation(operations.listExceptions, room.context, {});
    expect(causes).toMatchObject([
      { cause: "netsuite drift foreign invoice", cases: 1, ownerRole: "controller" },
    ]);
    world.remove("invoice", added.id);
    expect((await room.observe()).mended).toHaveLength(1);
    expect(await room.cases()).toEqual([]);
  });

  test("given our reference taken out of a document, then it is ours still, and not a stranger", async () => {
    const invoice = await room.billed(2);
    room.netsuite.world.edit("invoice", invoice.id, { externalId: null }, undefined, "Eva Clerk");
    await room.observe();
    const open = await room.cases();
    expect(open.map((one) => one.code)).toEqual(["E_DRIFT_EDITED"]);
    expect(open[0]?.message).toContain(`reference was ${invoice.externalId}, is (nothing)`);
    await room.accept();
  });

  test("given a document under a reference that only we could have made, and did not, then it is told", async () => {
    const ours = await room.billed(1);
    const entity = { id: String(ours.body["entity"]) };
    const body = { externalId: "abcdefghijklmnop", entity, ...withAmount(ours, 5) };
    const { id } = room.netsuite.world.create("invoice", body);
    const mine = { externalId: "PO-77", entity, ...withAmount(ours, 6) };
    const foreign = room.netsuite.world.create("invoice", mine);
    await room.observe();
    const told = (await room.cases()).map((one) => `${one.code} ${one.document}`);
    expect(told.sort()).toEqual([
      `E_DRIFT_FOREIGN invoice ${foreign.id}`,
      `E_DRIFT_UNKNOWN_REFERENCE invoice ${id}`,
    ]);
    // It is looked at again each time, for the ledger may learn of it; it stays one case.
    await room.observe();
    expect(await room.cases()).toHaveLength(2);
    room.netsuite.world.remove("invoice", id);
    room.netsuite.world.remove("invoice", foreign.id);
    expect((await room.observe()).mended).toHaveLength(2);
  });

  test("given a later edit of what was accepted, then it is a case again", async () => {
    const invoice = await room.billed(2);
    const { world } = room.netsuite;
    world.edit("invoice", invoice.id, { tranDate: "2026-01-02" }, undefined, "Eva Clerk");
    await room.observe();
    await room.accept();
    expect((await room.observe()).openCount).toBe(0);
    await nextSecond();
    world.edit("invoice", invoice.id, { email: "y@example.com" }, undefined, "Max Later");
    expect((await room.observe()).openCount).toBe(0);
    await nextSecond();
    world.edit("invoice", invoice.id, { tranDate: "2026-01-03" }, undefined, "Eva Clerk");
    await room.observe();
    expect((await room.cases())[0]?.message).toContain("is 2026-01-03");
    await room.accept();
  });
});

describe("what is still on its way", () => {
  afterEach(() => room.netsuite.faults.clear());

  test("given an answer lost and every probe failing, then the document is ours, and nobody is asked", async () => {
    const lost = { pathRegex: "/invoice/eid", method: "PUT" };
    const dark = { pathRegex: "/invoice/eid", method: "GET" };
    room.netsuite.faults.replace({
      rules: [
        { id: "lost", match: lost, action: { type: "reset-after" } },
        { id: "dark", match: dark, action: { type: "status", status: 503 } },
      ],
    });
    const number = room.bill(7);
    await until(async () => {
      const there = room.netsuite.world
        .list("invoice")
        .some((one) => one.body["tranId"] === number);
      return there && Object.keys(await room.states()).includes("netsuite unknown");
    });
    const look = await room.observe();
    expect(look).toMatchObject({ openCount: 0, found: [] });
    expect(await room.verdictOf(number)).toBe("pending");

    room.netsuite.faults.clear();
    await room.settled();
    expect(await room.observe()).toMatchObject({ openCount: 0, found: [], incomplete: [] });
    expect(await room.verdictOf(number)).toBe("equal");
  });

  test("given a document deleted while nobody knew whether it was posted, then it is missed once that is settled", async () => {
    const invoice = await room.billed(2);
    const { pool } = room.hub;
    const unsettle =
      "update effect set confirmed_at = null, external_id = null where reference = $1";
    await pool.query(unsettle, [invoice.externalId]);
    await nextSecond();
    const touched = { email: "b@example.com" };
    room.netsuite.world.edit("invoice", invoice.id, touched, undefined, TOKEN_USER);
    await room.observe();
    expect(await room.verdictOf(String(invoice.body["tranId"]))).toBe("pending");
    room.netsuite.world.remove("invoice", invoice.id);
    expect((await room.observe()).openCount).toBe(0);
    await pool.query(
      "update effect set confirmed_at = now(), external_id = $2 where reference = $1",
      [invoice.externalId, invoice.id],
    );
    await room.observe();
    expect((await room.cases()).map((one) => one.code)).toEqual(["E_DRIFT_DELETED"]);
    await room.accept();
  });

  test("given looks that race with postings, then none of them reports anything", async () => {
    let selling = true;
    const looks: ShownLook[] = [];
    const looking = (async () => {
      while (selling) looks.push(await room.observe());
    })();
    for (let seats = 1; seats <= 12; seats += 1) {
      room.bill(seats);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await room.stripe.sender.idle();
    await room.settled();
    selling = false;
    await looking;
    looks.push(await room.observe());
    expect(looks.length).toBeGreaterThan(3);
    expect(looks.flatMap((look) => look.found)).toEqual([]);
    expect(looks.some((look) => look.listed > 0)).toBe(true);
  });

  test("given a target that answers nothing, then nothing is concluded and the next look begins there again", async () => {
    await room.billed(1);
    const cursor = "select changed_since, confirmed_through from observation_cursor";
    const before = (await room.hub.pool.query(cursor)).rows;
    room.netsuite.faults.replace({
      rules: [
        { id: "no", match: { operation: "suiteql" }, action: { type: "status", status: 500 } },
      ],
    });
    const { looks } = await runOperation(operations.observeTarget, room.context, {
      target: "netsuite",
    });
    expect(looks[0]).toMatchObject({ done: false, openCount: 0 });
    expect(looks[0]?.why).toContain("could not be read");
    expect((await room.hub.pool.query(cursor)).rows).toEqual(before);
    room.netsuite.faults.clear();
    expect((await room.observe()).openCount).toBe(0);
  });
});

describe("a look that takes long", () => {
  test("given whoever asked wants to end, then it ends, keeps nothing half, and the next look finds all", async () => {
    const invoice = await room.billed(9);
    room.netsuite.world.edit("invoice", invoice.id, { tranDate: "2026-01-05" }, undefined, "Eva");
    const asked = { target: "netsuite" };
    const ended = { ...room.context, shouldStop: () => true };
    const { looks } = await runOperation(operations.observeTarget, ended, asked);
    expect(looks[0]?.why).toContain("was ended early");
    expect(await room.cases()).toEqual([]);
    await room.observe();
    expect((await room.cases())[0]?.message).toContain("date was");
    await room.accept();
  });

  test("given two at once, then one looks and the other says so", async () => {
    await room.billed(1);
    const both = await Promise.all(
      [1, 2].map(() =>
        runOperation(operations.observeTarget, room.context, { target: "netsuite" }),
      ),
    );
    const done = both.flatMap(({ looks }) => looks.map((look) => look.done));
    expect(done.sort()).toEqual([false, true]);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it never came to pass");
}

function wireLine(line: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { item, line: _line, ...rest } = line;
  return { ...rest, item: { id: String(item) } };
}
