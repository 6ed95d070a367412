/** What Tryton's books refuse, and what they must show. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/connectors/kit/answers.ts";
import { decimalOf, wireDate } from "../../src/connectors/tryton/wire.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import { allocationData, invoiceData, paymentData } from "./netsuite-given.ts";
import { creating } from "./tryton-cuts.ts";
import type { TrytonGround } from "./tryton-ground.ts";
import { onSqlite, startGround } from "./tryton-ground.ts";
import type { Room } from "./tryton-room.ts";
import { openTrytonRoom } from "./tryton-room.ts";

let ground: TrytonGround;
let source: Room;
let target: Room;
const tag = "b";

beforeAll(async () => {
  ground = await startGround();
  source = await openTrytonRoom(ground, "source", tag);
  target = await openTrytonRoom(ground, "target", `${tag}t`);
});

afterEach(() => source.proxy.heal());

afterAll(async () => {
  await source.close();
  await target.close();
  await ground.server.destroy();
});

const under = (ref: string) =>
  source.person.list("account.invoice", [["reference", "=", ref]], ["state", "number"]);

async function period(start: string): Promise<number> {
  const domain: Json[] = [["start_date", "=", wireDate(start)]];
  const [row] = await source.person.list("account.period", domain, ["state"]);
  return Number(row?.["id"]);
}

const close = async (start: string) =>
  source.person.call("model.account.period.close", [await period(start)]);

/** Closing a period closes its journals' periods too; reopening it leaves those closed. */
async function reopen(start: string): Promise<void> {
  const id = await period(start);
  await source.person.call("model.account.period.reopen", [id]);
  const closed: Json[] = [
    ["period", "=", id],
    ["state", "=", "close"],
  ];
  const rows = await source.person.list("account.journal.period", closed, ["state"]);
  const ids = rows.map((row) => Number(row["id"]));
  if (ids.length > 0) await source.person.call("model.account.journal.period.reopen", ids);
}

/** A decimal of a row that the person reads. */
const decimalIn = (row: object | undefined, field: string) =>
  decimalOf((row ?? {}) as JsonObject, field);

const dated = (room: Room, id: string, issueDate: string) =>
  room.invoice(id, { data: invoiceData(id, { number: `${tag}-${id}`, issueDate }) });

describe("checked before anything is created", () => {
  test("an inactive customer", async () => {
    const party = [Number(source.masters["customer/cus_1"])];
    const given = source.invoice("inactive");
    await source.person.call("model.party.party.write", party, { active: false });
    const outcome = await source.apply(given);
    await source.person.call("model.party.party.write", party, { active: true });
    expect(outcome).toMatchObject({
      class: "refused",
      code: "E_TRYTON_CUSTOMER_INACTIVE",
      cause: `customer ${party[0]}`,
    });
    expect(await under(given.reference)).toHaveLength(0);
    expect((await source.apply(given)).class).toBe("done");
  });

  test("a closed period; reopened, the same request is done", async () => {
    const given = dated(source, "closed", "2026-04-10");
    await close("2026-04-01");
    const outcome = await source.apply(given);
    await reopen("2026-04-01");
    expect(outcome).toMatchObject({ class: "refused", code: "E_TRYTON_PERIOD_CLOSED" });
    expect("cause" in outcome && outcome.cause).toContain("2026-04");
    expect(await under(given.reference)).toHaveLength(0);
    expect((await source.apply(given)).class).toBe("done");
  });

  test("no period at all is another cause, though Tryton says the same of both", async () => {
    const given = dated(source, "no-year", "2019-01-10");
    expect(await source.apply(given)).toMatchObject({
      class: "refused",
      code: "E_TRYTON_PERIOD_MISSING",
      cause: "no period in 2019-01",
    });
    expect(await under(given.reference)).toHaveLength(0);
  });
});

test("a period that closes between our look and our posting: refused, and no draft is left", async () => {
  const given = dated(source, "between", "2026-05-10");
  source.proxy.meanwhile(creating, () => close("2026-05-01"));
  const outcome = await source.apply(given);
  await reopen("2026-05-01");
  // Tryton's own words name no period: the cause is the one that a later document has.
  const { code, cause } = { code: "E_TRYTON_PERIOD_CLOSED", cause: "period 2026-05" };
  expect(outcome).toMatchObject({ class: "refused", code, cause });
  expect(await under(given.reference)).toHaveLength(0);
  expect((await source.apply(given)).class).toBe("done");
});

describe("numbers as the source issued them", () => {
  async function nextNumber(): Promise<unknown> {
    const rows = await source.person.list("ir.sequence.strict", [], ["number_next"]);
    return rows.map((row) => row["number_next"]);
  }

  test("stand on the documents, in any order of dates, and the strict sequence does not move", async () => {
    const before = await nextNumber();
    for (const [id, day] of [
      ["late", "2026-09-10"],
      ["early", "2026-06-10"],
    ] as const) {
      const given = dated(source, id, day);
      await source.post(given);
      expect(await under(given.reference)).toMatchObject([{ number: `${tag}-${id}` }]);
    }
    expect(await nextNumber()).toEqual(before);
  });

  test("twelve at once", async () => {
    const before = await nextNumber();
    const given = Array.from({ length: 12 }, (_, at) => dated(source, `s${at}`, "2026-09-11"));
    expect(await untilDone(source, given)).toBe(12);
    expect(await nextNumber()).toEqual(before);
  });
});

/** Another posting was at the sequence, or was the first of its journal in the month. */
const SOON = ["E_TRYTON_LOCKED", "E_TRYTON_RECORD_CHANGED"];

/** Sends all at once, then one by one what was told to come later; gives how many are done. */
async function untilDone(room: Room, given: readonly ReturnType<Room["invoice"]>[]) {
  const outcomes = await Promise.all(given.map((one) => room.apply(one)));
  let done = 0;
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.class === "later") expect(SOON).toContain(outcome.code);
    else expect(outcome).toMatchObject({ class: "done" });
    const one = given[at];
    if (outcome.class === "done" || one === undefined) done += 1;
    else if ((await room.apply(one)).class === "done") done += 1;
  }
  return done;
}

describe("numbers of Tryton's own sequence", () => {
  const numbersOf = async (given: readonly ReturnType<Room["invoice"]>[]) => {
    const numbers: number[] = [];
    for (const one of given) {
      const rows = await under(one.reference);
      expect(rows).toHaveLength(1);
      numbers.push(Number(rows[0]?.["number"]));
    }
    return numbers;
  };

  test("one at a time, as `serial` demands of the engine: no gap", async () => {
    expect(target.target.operations["invoice.post"]?.serial).toBeDefined();
    const given = ["a", "b", "c"].map((id) => dated(target, id, "2026-12-20"));
    for (const one of given) await target.post(one);
    const numbers = await numbersOf(given);
    const first = numbers[0] ?? 0;
    expect(numbers).toEqual(numbers.map((_, at) => first + at));
  });

  // Tryton on SQLite has no lock on its sequence: twelve at once got six numbers (observed), and
  // nobody was told. There nothing but `serial` keeps numbers apart.
  test.skipIf(onSqlite())(
    "twelve at once: a lock is later, each is there once, and no gap",
    async () => {
      const given = Array.from({ length: 12 }, (_, at) => dated(target, `t${at}`, "2026-12-21"));
      expect(await untilDone(target, given)).toBe(12);
      const numbers = (await numbersOf(given)).sort((a, b) => a - b);
      const first = numbers[0] ?? 0;
      expect(numbers).toEqual(numbers.map((_, at) => first + at));
    },
  );

  test("a date before the last numbered one is refused under its true cause, without a draft", async () => {
    const given = dated(target, "back", "2026-07-01");
    const outcome = await target.apply(given);
    expect(outcome).toMatchObject({ class: "refused", code: "E_TRYTON_NUMBER_ORDER" });
    expect(await under(given.reference)).toHaveLength(0);
  });
});

describe("another currency than the company's", () => {
  const eur = (amount: string) => ({ amount, currency: "EUR" });

  /** The room's invoice, all its amounts in euro. */
  const inEuro = (id: string, more: { [key: string]: Json } = {}) => {
    const data = JSON.parse(
      JSON.stringify(invoiceData(id, { number: `${tag}-${id}` })).replaceAll("USD", "EUR"),
    ) as { [key: string]: Json };
    return source.invoice(id, { data: { ...data, ...more } });
  };

  test("invoice and payment stand in euro, converted at Tryton's rate, and nothing is left to pay", async () => {
    const given = inEuro("eur");
    const id = await source.post(given);
    expect(await source.probe(given)).toMatchObject({ kind: "found", differences: [] });
    const data = paymentData("eur", {
      amount: eur("150.00"),
      allocations: [
        { ...(allocationData("eur", "eur", "1") as JsonObject), amount: eur("127.30") },
      ],
    });
    const links = { ...source.masters, "invoice/eur": id };
    const payment = source.payment("eur", { data, links });
    const move = await source.post(payment);
    expect(await source.probe(payment)).toMatchObject({ kind: "found", differences: [] });
    const [invoice] = await source.person.list(
      "account.invoice",
      [["id", "=", Number(id)]],
      ["state", "amount_to_pay"],
    );
    expect(decimalIn(invoice, "amount_to_pay")).toBe("0");
    const lines = await source.person.list(
      "account.move.line",
      [["move", "=", Number(move)]],
      ["debit", "credit", "amount_second_currency"],
    );
    const second = lines.map((line) => decimalIn(line, "amount_second_currency"));
    expect(second.sort()).toEqual(["-127.3", "-22.7", "150"]);
    expect(invoice?.["state"]).toBe("paid");
    // 0.9 euro to the dollar: the invoice's 111.11 + 22.28 + 8.06, line by line, and 25.22 more.
    expect(
      decimalIn(
        lines.find((line) => decimalIn(line, "debit") !== "0"),
        "debit",
      ),
    ).toBe("166.67");
  });

  test("the rate has changed between invoice and payment: paid all the same, both to zero", async () => {
    for (const [id, day, rate] of [
      ["fell", "2026-02-10", "0.8"],
      ["rose", "2026-02-20", "1.1"],
    ] as const) {
      const rates = { currency: source.ground.currencies["EUR"], date: wireDate(day) };
      const value = { __class__: "Decimal", decimal: rate };
      await source.person.create("currency.currency.rate", { ...rates, rate: value });
      const invoice = await source.post(inEuro(id));
      const allocation = allocationData(id, id, "1") as JsonObject;
      const data = paymentData(id, {
        date: day,
        amount: eur("127.30"),
        allocations: [{ ...allocation, amount: eur("127.30") }],
      });
      const links = { ...source.masters, [`invoice/${id}`]: invoice };
      await source.post(source.payment(id, { data, links }));
      const domain = [["id", "=", Number(invoice)]];
      const [row] = await source.person.list("account.invoice", domain, ["state"]);
      expect([id, row?.["state"]]).toEqual([id, "paid"]);
    }
  });

  test("a currency without a rate on that day is refused under its cause, without a draft", async () => {
    const data = JSON.parse(
      JSON.stringify(invoiceData("gbp", { number: `${tag}-gbp` })).replaceAll("USD", "GBP"),
    ) as Json;
    const given = source.invoice("gbp", { data });
    const outcome = await source.apply(given);
    expect(outcome).toMatchObject({ class: "refused", code: "E_TRYTON_RATE_MISSING" });
    expect(await under(given.reference)).toHaveLength(0);
  });
});

test("day totals and the trial balance are what was posted", async () => {
  const sumOf = async (account: number) =>
    (await source.target.trialBalance("us")).find((one) => one.account === account)?.balance;
  const { accounts } = source.ground;
  const day = "2026-08-17";
  const before = await sumOf(accounts.tax);
  await source.post(dated(source, "day1", day));
  await source.post(dated(source, "day2", day));
  const totals = await source.target.totals(day);
  const invoices = { day, type: "invoice", currency: "USD", count: 2, minor: 25_460n };
  expect(totals).toEqual([invoices]);
  const after = await sumOf(accounts.tax);
  expect(Number(after) - Number(before)).toBeCloseTo(-14.5);
  const periods = await source.target.periods("us");
  expect(periods.find((one) => one.start === "2026-08-01")?.state).toBe("open");
});
