/**
 * The accounting period is closed in Tryton while documents are on their way. Everything is real: a
 * hub, its engine and ledger, Stripe's sandbox, a Tryton server with a wire before it that can let
 * somebody act between two calls of one request.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { trytonTarget } from "../../src/connectors/tryton/target.ts";
import { dateInZone } from "../../src/kernel/clock.ts";
import { operations } from "../../src/operations/all-operations.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import { runOperation } from "../../src/operations/operation.ts";
import type { InvoicePaymentRecord, InvoiceRecord } from "../../src/sandbox/stripe/records.ts";
import { closePeriod, openJournals, reopenPeriod } from "../../src/sandbox/tryton/documents.ts";
import { listInvoices, trialBalance } from "../../src/sandbox/tryton/inspect.ts";
import { releaseHandoffs } from "../../src/store/release-handoffs.ts";
import type { TrytonGround } from "../connectors/tryton-ground.ts";
import { startGround } from "../connectors/tryton-ground.ts";
import type { Seen, Wire } from "../connectors/tryton-proxy.ts";
import { startProxy } from "../connectors/tryton-proxy.ts";
import { settingsOf } from "../connectors/tryton-room.ts";
import type { HubRoom } from "../support/hub-room.ts";
import { openHubRoom, ROOM_MASTER_KEY } from "../support/hub-room.ts";
import { testKeyring } from "../support/system-cipher.ts";
import { systemClock } from "../support/system-clock.ts";
import { systemHasher } from "../support/system-hasher.ts";
import { systemRandom } from "../support/system-random.ts";

let ground: TrytonGround;
let wire: Wire;
let room: HubRoom;
let keyring: ReturnType<typeof testKeyring>;
let context: OperationContext;

/** Documents are dated in the company's zone; the month of today is that of their period. */
const month = dateInZone(systemClock.now(), "America/New_York").slice(0, 7);
const PATIENCE_MS = 200_000;

beforeAll(async () => {
  ground = await startGround();
  wire = await startProxy(ground.access.url);
  const target = trytonTarget(settingsOf(ground, wire.url, "source"), {
    clock: systemClock,
    random: systemRandom,
  });
  room = await openHubRoom({ books: { target, seats: 3 } });
  const { pool } = room.hub;
  keyring = testKeyring(room.database.url, ROOM_MASTER_KEY);
  context = {
    ...{ pool, keyring, clock: systemClock, random: systemRandom, hasher: systemHasher },
    actor: { name: "Ada", roles: ["controller", "engineer"] },
    version: "0.0.0",
    targets: new Map([["tryton", target]]),
    sources: new Map(),
    release: async (keys) => void (await releaseHandoffs(pool, keys)),
  };
});

afterAll(async () => {
  await keyring?.close();
  await room?.close();
  await wire?.close();
  await ground?.server.destroy();
});

/** An invoice over so many seats at 50.00 for a customer of its own. */
function bill(seats: number): InvoiceRecord {
  const { world } = room.stripe;
  const customer = world.createCustomer({ name: `Buyer of ${seats}`, email: "a@example.com" }).id;
  const product = world.createProduct({ name: "Seat" }).id;
  const price = world.createPrice({ product, currency: "usd", unit_amount: 5000 }).id;
  const invoice = world.createInvoice({ customer, currency: "usd" }).id;
  world.createInvoiceItem({ customer, invoice, pricing: { price }, quantity: seats });
  return world.finalizeInvoice({ invoice });
}

const pay = ({ id }: InvoiceRecord) =>
  room.stripe.world.payInvoice({ invoice: id, payment_method: "pm_card_visa" });

/** Stripe's payment of an invoice. */
function paymentOf({ id }: InvoiceRecord): { readonly id: string } {
  const all = [...room.stripe.world.state.table("invoice_payment").byId.values()];
  const found = (all as InvoicePaymentRecord[]).find((one) => one.invoice === id);
  return { id: found?.payment_intent ?? "none" };
}

/** All that was sold has arrived, and nothing moves any more. */
async function atRest(): Promise<Record<string, number>> {
  await room.stripe.sender.idle();
  return room.settled(PATIENCE_MS);
}

const causes = async () => (await runOperation(operations.listExceptions, context, {})).causes;

/** Somebody closes the month; while a posting is under way Tryton asks them to try again. */
async function closeTheMonth(): Promise<void> {
  for (;;) {
    const closed = await closePeriod(ground.person, ground.company, month).then(
      () => true,
      (thrown: unknown) => {
        if (!/non-posted|not posted|unposted|must post the moves/i.test(String(thrown)))
          throw thrown;
        return false;
      },
    );
    if (closed) return;
  }
}

async function openTheMonth(): Promise<void> {
  await reopenPeriod(ground.person, ground.company, month);
  await openJournals(ground.person, ground.company, month);
}

const invoices = () => listInvoices(ground.person, ground.company);

const texts = async () =>
  (await invoices()).map((one) => `${one.total} ${one.state} ${one.due}`).sort();

/** Amounts of the payments that Tryton has taken. */
async function paymentsInTime(): Promise<number[]> {
  const { rows } = await room.hub.pool.query<{ minor: string }>(
    `select amount_minor as minor from handoff
     where target = 'tryton' and operation = 'payment.post' and state = 'confirmed'`,
  );
  return rows.map((one) => Number(one.minor) / 100);
}

/**
 * Whoever posted while the month was being closed was in time. Amounts of what was not, of four
 * invoices and four payments; and how many wait behind it of the four allocations and the void. One
 * of them whose documents were all in time was tried, and came too late itself.
 */
async function expectedCases(): Promise<{ refused: number[]; waiting: number }> {
  const posted = (await invoices()).slice(2).filter((one) => one.state === "posted");
  const sold = posted.map((one) => Number(one.total));
  const got = await paymentsInTime();
  const followers = [...[150, 200, 250].filter((one) => got.includes(one)), 300].filter((one) =>
    sold.includes(one),
  );
  const late = [
    ...[150, 200, 250, 300].filter((one) => !sold.includes(one)),
    ...[100, 150, 200, 250].filter((one) => !got.includes(one)),
  ];
  return { refused: [...late, ...followers], waiting: 5 - followers.length };
}

/** In which order Tryton confirmed what an object became; an allocation is of two. */
async function orderOf({ id }: { readonly id: string }): Promise<string[]> {
  const { rows } = await room.hub.pool.query<{ operation: string }>(
    `select h.operation from handoff h
     where h.target = 'tryton' and h.state = 'confirmed' and h.object like $1
     order by (select max(o.recorded_at) from outcome o where o.handoff_id = h.id)`,
    [`%${id}%`],
  );
  return rows.map((one) => one.operation);
}

/** Not of a move: while one is a draft, Tryton refuses to close its period at all. */
const postingAnInvoice = ({ method }: Seen): boolean => method === "model.account.invoice.post";
const makingAMove = ({ method }: Seen): boolean => method === "model.account.move.create";

const retryAll = (cause: string) => {
  const asked = { cause, yes: true, reason: `${month} was reopened` };
  return runOperation(operations.retryException, context, asked);
};

const PERIOD = `tryton E_TRYTON_PERIOD_CLOSED period ${month}`;

describe("a period is closed in the middle of a run", () => {
  let paid: InvoiceRecord[];
  let voided: InvoiceRecord;

  test("then what was in flight is one exception with its money, and nothing is half done", async () => {
    bill(1);
    const unpaid = bill(2);
    await atRest();
    expect(await texts()).toEqual(["100.00 posted 100.00", "50.00 posted 50.00"]);
    expect(await causes()).toEqual([]);

    // Closed when the draft of an invoice stands and its posting is on the way.
    let closed = false;
    wire.meanwhile(postingAnInvoice, async () => {
      await closeTheMonth();
      closed = true;
    });
    paid = [bill(3), bill(4), bill(5)];
    for (const one of paid) pay(one);
    voided = bill(6);
    room.stripe.world.voidInvoice({ invoice: voided.id });
    await atRest();
    expect(closed).toBe(true);
    // And one that came when it was closed already.
    pay(unpaid);
    await atRest();

    const all = await causes();
    expect(all.map((one) => [one.cause, one.title])).toEqual([[PERIOD, `tryton: period ${month}`]]);
    const { refused, waiting } = await expectedCases();
    // At least the invoice that was under way, and the payment that came when all was closed.
    expect(refused.length).toBeGreaterThanOrEqual(2);
    const money = refused.reduce((sum, amount) => sum + amount, 0);
    expect(all[0]).toMatchObject({
      code: "E_TRYTON_PERIOD_CLOSED",
      cases: refused.length,
      money: [{ amount: `${money}.00`, currency: "USD" }],
      casesWithoutAmount: 0,
      dependantsWaiting: waiting,
    });
    // What was refused left no draft behind that somebody must clear away.
    expect(new Set((await invoices()).map((one) => one.state))).toEqual(new Set(["posted"]));
  }, 400_000);

  test("then reopening it and one retry of the cause release all, in order", async () => {
    await openTheMonth();
    const cases = (await causes())[0]?.cases ?? 0;
    const done = await retryAll(PERIOD);
    expect(done).toMatchObject({ done: true, retried: cases, left: 0 });
    const states = await atRest();
    expect(Object.keys(states).filter((key) => key.startsWith("tryton "))).toEqual([
      "tryton confirmed",
    ]);
    expect(await causes()).toEqual([]);

    expect(await texts()).toEqual([
      "-300.00 paid 0",
      "100.00 paid 0",
      "150.00 paid 0",
      "200.00 paid 0",
      "250.00 paid 0",
      "300.00 paid 0",
      "50.00 posted 50.00",
    ]);
    for (const one of paid) {
      expect(await orderOf(one)).toEqual(["invoice.post", "payment.apply"]);
      expect(await orderOf(paymentOf(one))).toEqual(["payment.post", "payment.apply"]);
    }
    expect(await orderOf(voided)).toEqual(["invoice.post", "invoice.void"]);
    await balancesAre({ "1120": "700.00", "1200": "50.00", "4000": "-750.00" });
  }, 400_000);

  test("then a payment that was about to be made has the same cause, in Tryton's other words", async () => {
    const invoice = bill(7);
    await atRest();
    wire.meanwhile(makingAMove, closeTheMonth);
    pay(invoice);
    await atRest();
    const [only, ...others] = await causes();
    expect([only?.cause, only?.cases, others]).toEqual([PERIOD, 1, []]);

    // The month alone: each journal that was closed with it stays closed, and Tryton says so.
    await reopenPeriod(ground.person, ground.company, month);
    await retryAll(PERIOD);
    await atRest();
    const [still] = await causes();
    expect(still).toMatchObject({ code: "E_TRYTON_PERIOD_REFUSED", cases: 1 });
    expect(still?.title).toMatch(/^tryton: journal-period /);
    await openJournals(ground.person, ground.company, month);
    await retryAll(still?.cause ?? "");
    await atRest();
    expect(await causes()).toEqual([]);
    await balancesAre({ "1120": "1050.00", "1200": "50.00", "4000": "-1100.00" });
  }, 400_000);
});

/** In Tryton, and by what the event log posts. */
async function balancesAre(expected: Readonly<Record<string, string>>): Promise<void> {
  const there = await trialBalance(ground.person, ground.company);
  expect(Object.fromEntries(there.map((one) => [one.code, one.balance]))).toEqual(expected);
  const { accounts } = await runOperation(operations.trialBalance, context, { target: "tryton" });
  const logged = accounts.map(({ account, balance }) => [account, balance.amount]);
  expect(Object.fromEntries(logged)).toEqual({
    clearing: expected["1120"],
    receivable: expected["1200"],
    "customer-credit": "0.00",
    "contract-liability": expected["4000"],
  });
}
