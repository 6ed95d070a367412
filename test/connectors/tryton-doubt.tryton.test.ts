/** A live Tryton when answers are lost, people interfere, or a session ends. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../../src/kernel/strict-json.ts";
import { allocationData, contextOf, invoiceData, paymentData } from "./netsuite-given.ts";
import { creating, posting } from "./tryton-cuts.ts";
import type { TrytonGround } from "./tryton-ground.ts";
import { startGround } from "./tryton-ground.ts";
import type { Room } from "./tryton-room.ts";
import { customerGiven, openTrytonRoom, productGiven, reference } from "./tryton-room.ts";

let ground: TrytonGround;
let room: Room;
const tag = "d";

beforeAll(async () => {
  ground = await startGround();
  room = await openTrytonRoom(ground, "source", tag);
});

afterEach(() => room.proxy.heal());
afterAll(async () => {
  await room.close();
  await ground.server.destroy();
});

const invoicesUnder = (ref: string) =>
  room.person.list("account.invoice", [["reference", "=", ref]], ["state", "number"]);

const movesUnder = (ref: string) =>
  room.person.list("account.move", [["description", "like", `${ref} %`]], ["state"]);

async function paidInFull(id: string) {
  const invoice = await room.post(room.invoice(id));
  const data = paymentData(id, { allocations: [allocationData(id, id, "127.30")] });
  return {
    invoice,
    given: room.payment(id, { data, links: { ...room.masters, [`invoice/${id}`]: invoice } }),
  };
}

describe("the answer of any one call of a request is lost", () => {
  test("a payment that settles its invoice: whichever call it is, the same bytes make it one", async () => {
    const whole = await paidInFull("w");
    const before = room.proxy.calls.length;
    await room.post(whole.given);
    const calls = room.proxy.calls.length - before;
    expect(calls).toBeGreaterThan(6);
    for (let at = 1; at <= calls; at += 1) {
      const { invoice, given } = await paidInFull(`w${at}`);
      const call = room.call(contextOf(given));
      let seen = 0;
      room.proxy.cut("after", () => {
        seen += 1;
        return seen === at;
      });
      const outcome = await room.send(given.operation, call);
      // Before the first effect nothing was done, and we may say so.
      const probe = await room.target.probe(given.operation, given.reference, call);
      const [move] = await movesUnder(given.reference);
      if (outcome.class === "later") expect([at, move]).toEqual([at, undefined]);
      else expect([at, outcome.class]).toEqual([at, "unknown"]);
      expect([at, probe.kind === "absent"]).toEqual([at, move === undefined]);
      if (move?.["state"] === "draft") expect(probe.kind).toBe("unfinished");
      if (probe.kind !== "found") {
        expect([at, (await room.send(given.operation, call)).class]).toEqual([at, "done"]);
      }
      expect(await room.probe(given)).toMatchObject({ kind: "found", differences: [] });
      expect(await movesUnder(given.reference)).toHaveLength(1);
      const [paid] = await room.person.list(
        "account.invoice",
        [["id", "=", Number(invoice)]],
        ["state"],
      );
      expect([at, paid?.["state"]]).toEqual([at, "paid"]);
    }
  }, 600_000);

  test("the draft never arrived: absent, and sent again it is one", async () => {
    const given = room.invoice("never");
    room.proxy.cut("before", creating);
    expect((await room.apply(given)).class).toBe("unknown");
    expect((await room.probe(given)).kind).toBe("absent");
    expect((await room.apply(given)).class).toBe("done");
    expect(await invoicesUnder(given.reference)).toHaveLength(1);
  });
});

test("an allocation told twice, by the payment and by itself, is booked once", async () => {
  const { invoice, given } = await paidInFull("told");
  const payment = await room.post(given);
  const applied = {
    operation: "payment.apply",
    type: "payment.applied",
    entity: "allocation",
    id: "told:told",
    data: allocationData("told", "told", "127.30"),
    reference: reference(`${tag}told`),
    links: { "payment/told": payment, "invoice/told": invoice },
  };
  expect(await room.probe(applied)).toMatchObject({ kind: "found", externalId: payment });
  expect(await room.post(applied)).toBe(payment);
  expect(await movesUnder(applied.reference)).toHaveLength(0);
  const less = { ...applied, data: allocationData("told", "told", "27.30") };
  expect(await room.apply(less)).toMatchObject({ code: "E_TRYTON_APPLIED_OTHERWISE" });
});

describe("people interfere", () => {
  test("a second document under our reference is detected, and nothing more is made", async () => {
    const given = room.invoice("twice");
    const id = await room.post(given);
    const [copy] = (await room.person.call("model.account.invoice.copy", [Number(id)], {
      reference: given.reference,
    })) as number[];
    expect(await room.probe(given)).toEqual({
      kind: "several",
      externalIds: [id, String(copy)],
    });
    expect(await room.apply(given)).toMatchObject({ code: "E_TRYTON_SEVERAL_RECORDS" });
    expect(await invoicesUnder(given.reference)).toHaveLength(2);
  });

  test("a second product under our code is detected", async () => {
    const given = productGiven("prod_2", reference(`${tag}twoprod`));
    await room.post(given);
    const template: Json = {
      name: "By hand",
      code: given.reference,
      type: "service",
      default_uom: room.ground.unit,
      list_price: { __class__: "Decimal", decimal: "0" },
      products: [["create", [{}]]],
    };
    // PostgreSQL refuses it; SQLite has no such constraint.
    const made = await room.person.call("model.product.template.create", [template]).catch(String);
    if (typeof made === "string") return void expect(made).toContain("unique");
    expect((await room.probe(given)).kind).toBe("several");
    expect(await room.apply(given)).toMatchObject({ code: "E_TRYTON_SEVERAL_RECORDS" });
  });

  test("our draft was changed by hand: it is not posted, and the change is named", async () => {
    const given = room.invoice("edited");
    room.proxy.cut("after", creating);
    await room.apply(given);
    const [draft] = await invoicesUnder(given.reference);
    const ids = [Number(draft?.["id"])];
    await room.person.call("model.account.invoice.write", ids, { description: "by hand" });
    expect(await room.probe(given)).toMatchObject({ kind: "unfinished" });
    const outcome = await room.apply(given);
    expect(outcome).toMatchObject({ class: "refused", code: "E_TRYTON_DRAFT_DIFFERS" });
    expect("message" in outcome && outcome.message).toContain("description");
    expect(await invoicesUnder(given.reference)).toMatchObject([{ state: "draft" }]);
  });

  test("our draft is posted by hand between our look and our posting: no second posting", async () => {
    const given = room.invoice("raced");
    room.proxy.cut("after", creating);
    await room.apply(given);
    const [draft] = await invoicesUnder(given.reference);
    const ids = [Number(draft?.["id"])];
    // SQLite keeps seconds of a change, and the draft must be older than that.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    room.proxy.meanwhile(posting, () =>
      room.person.call("model.account.invoice.write", ids, { comment: "seen" }),
    );
    expect(await room.apply(given)).toMatchObject({ code: "E_TRYTON_RECORD_CHANGED" });
    expect((await room.apply(given)).class).toBe("done");
    expect(await invoicesUnder(given.reference)).toMatchObject([{ state: "posted" }]);
  });

  test("an issued number stands on another's document: refused, nothing is made", async () => {
    const first = room.invoice("num");
    await room.post(first);
    const data = invoiceData("other", { number: `${tag}-num` });
    const second = room.invoice("other", { data });
    expect(await room.apply(second)).toMatchObject({ code: "E_TRYTON_NUMBER_TAKEN" });
    expect(await invoicesUnder(second.reference)).toHaveLength(0);
  });

  test("cancelled by hand: a difference, and not made again", async () => {
    const company = [room.ground.company];
    const allow = (cancel_invoice_out: boolean) =>
      room.person.call("model.company.company.write", company, { cancel_invoice_out });
    const given = room.invoice("gone");
    const id = await room.post(given);
    await allow(true);
    await room.person.call("model.account.invoice.cancel", [Number(id)]);
    await allow(false);
    const probe = await room.probe(given);
    expect(probe.kind === "found" && probe.differences).toContainEqual({
      field: "state",
      ours: "posted",
      theirs: "cancelled",
    });
    expect(await room.apply(given)).toMatchObject({ code: "E_TRYTON_CANCELLED" });
  });
});

describe("the session ends", () => {
  test("in the middle of a request: one login more, and one document", async () => {
    const given = room.invoice("expired");
    const logins = () => room.proxy.calls.filter((call) => call.method.endsWith(".login")).length;
    const before = logins();
    room.proxy.cut("401 instead", posting);
    expect((await room.apply(given)).class).toBe("done");
    expect(logins()).toBe(before + 1);
    expect(await invoicesUnder(given.reference)).toMatchObject([{ state: "posted" }]);
  });
});

test("a state of a customer: written over, and an equal one leaves no trace", async () => {
  const ref = reference(`${tag}state`);
  const id = await room.post(customerGiven("cus_9", ref));
  const changed = customerGiven("cus_9", ref, {
    data: {
      id: "cus_9",
      name: "Renamed",
      email: "new@example.com",
      addresses: [{ kind: "billing", address: { line1: "2 High", city: "York", country: "GB" } }],
      createdAt: "2026-01-01T00:00:00.000Z",
      metadata: {},
    },
  });
  const probe = await room.probe(changed);
  const fields = probe.kind === "found" ? probe.differences.map((one) => one.field) : [];
  expect(fields).toEqual(["name", "street", "city", "email"]);
  expect(await room.post(changed)).toBe(id);
  expect(await room.probe(changed)).toMatchObject({ kind: "found", differences: [] });
  const party = [["party", "=", Number(id)]] as Json[];
  expect(await room.person.list("party.address", party, ["street"])).toHaveLength(1);
  expect(await room.person.list("party.contact_mechanism", party, ["value"])).toHaveLength(1);
  const writes = () => room.proxy.calls.filter((call) => call.method.endsWith(".write")).length;
  const before = writes();
  await room.post(changed);
  expect(writes()).toBe(before);
});
