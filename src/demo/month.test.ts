import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../test/support/system-clock.ts";
import { seededRandom } from "../kernel/random.ts";
import { startNetSuiteSandbox } from "../sandbox/netsuite/sandbox.ts";
import type { StripeSandbox, StripeSandboxOptions } from "../sandbox/stripe/start.ts";
import { startStripeSandbox } from "../sandbox/stripe/start.ts";
import { actualBooks, compareBooks } from "./books.ts";
import type { SeedMonthOptions } from "./company.ts";
import { calendarOf, seedMonth } from "./company.ts";
import { readDelivery, STRANGE_KIND, sendStrangeEvent, startDelivery } from "./delivery.ts";
import { expectedBooks } from "./expectations.ts";
import { plantFaults, struckFaults } from "./faults.ts";
import { DEMO_WEBHOOK_SECRET } from "./names.ts";
import { prepareNetSuiteAccount, reactivateItem } from "./netsuite-account.ts";

const END = Date.UTC(2026, 2, 31, 17, 5, 9);
const HOOK = "http://127.0.0.1:28999/in/stripe-us";

/** The wall clock as it would run on the day the month ends. */
const dayClock = {
  now: () => END + performance.now() - STARTED,
  monotonic: () => performance.now(),
};
const STARTED = performance.now();

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function account(options: Partial<StripeSandboxOptions> = {}): Promise<StripeSandbox> {
  const sandbox = await startStripeSandbox({ clock: dayClock, port: 0, ...options });
  open.push(sandbox);
  return sandbox;
}

function tell(sandbox: StripeSandbox, options: Partial<SeedMonthOptions> = {}) {
  const where = { stripeUrl: sandbox.url, hubWebhookUrl: HOOK, nowMs: END };
  return seedMonth({ ...where, delivery: "hold", ...options });
}

const eventsOf = ({ world }: StripeSandbox) =>
  world.state.events.map(({ id, type, created }) => `${id} ${type} ${created}`);

const effectsOf = ({ world }: StripeSandbox) => [...world.journal.entries(0)].length;

async function receiver() {
  const got: { readonly body: string; readonly signature: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const signature = String(request.headers["stripe-signature"]);
      got.push({ body: Buffer.concat(chunks).toString(), signature });
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  open.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  const { port } = server.address() as AddressInfo;
  return { got, url: `http://127.0.0.1:${port}/in/stripe-us` };
}

test("given an empty account, when the month is told, then every kind of fact is in it", async () => {
  const sandbox = await account();
  const started = performance.now();
  const steps: number[] = [];
  const month = await tell(sandbox, { onProgress: (done, total) => steps.push(done / total) });
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(month).toMatchObject({ customers: 40, told: true, closedMonth: "2026-02", endMs: END });
  expect(month.events).toBeGreaterThan(300);
  expect(month.events).toBeLessThan(700);
  expect(month.eventsByType).toMatchObject({
    "customer.created": 20,
    "product.updated": 6,
    "invoice.voided": 1,
    "invoice.marked_uncollectible": 1,
    "credit_note.created": 3,
    "charge.dispute.created": 2,
    "charge.dispute.funds_reinstated": 1,
    "refund.created": 2,
    "customer.subscription.deleted": 1,
    "payout.created": 6,
    "payout.paid": 5,
  });
  expect(steps.at(-1)).toBe(1);
  // Back to normal: the wall clock, the API's limit, and no webhook sent yet.
  expect([sandbox.clock.offsetMs, sandbox.limits.perSecond]).toEqual([0, 25]);
  expect(sandbox.sender.settings.enabled).toBe(false);
});

test("given the month, when its documents are read, then the odd ones are there", async () => {
  const sandbox = await account();
  const { goLiveMs, endMs } = await tell(sandbox);
  const told = sandbox.world.state.events.filter((one) => one.created * 1000 >= goLiveMs);
  expect(Math.max(...told.map((one) => one.created * 1000))).toBeLessThan(endMs);
  const invoices = [...sandbox.world.state.table("invoice").byId.values()];
  const finals = invoices.flatMap((one) => (one.object === "invoice" ? [one] : []));
  const mine = finals.filter((one) => (one.finalized_at ?? 0) * 1000 >= goLiveMs);
  expect(mine.filter((one) => one.total < 0)).toHaveLength(1);
  expect(mine.filter((one) => one.total === 0)).toHaveLength(1);
  expect(mine.filter((one) => one.paid_out_of_band)).toHaveLength(1);
  expect(mine.some((one) => one.lines.some((line) => line.proration && line.amount < 0))).toBe(
    true,
  );
  expect([...new Set(mine.map((one) => one.currency))].sort()).toEqual(
    ["eur", "gbp", "huf", "jpy", "kwd", "usd"], // all that the NetSuite sandbox keeps
  );
  const changed = told.filter((one) => one.type === "customer.updated");
  const seconds = changed.map((one) => `${one.snapshot.id} ${one.created}`);
  expect(seconds.length - new Set(seconds).size).toBe(1);
  // Renewals of customers from before go-live, whose own creation nobody is told of.
  expect(told.filter((one) => one.type === "customer.created")).toHaveLength(20);
  expect(sandbox.world.state.counts()["customer"]).toBe(40);
});

test("given one seed and one moment, when two accounts are told, then they are the same", async () => {
  const [one, other] = [await account(), await account()];
  await tell(one);
  await tell(other);
  expect(eventsOf(other)).toEqual(eventsOf(one));
});

test("given a finished month, when it is told again, then nothing happens twice", async () => {
  const sandbox = await account();
  const first = await tell(sandbox);
  const [events, effects] = [eventsOf(sandbox), effectsOf(sandbox)];
  const moved = "http://127.0.0.1:28998/in/stripe-us";
  const again = await tell(sandbox, { nowMs: END + 3_600_000, hubWebhookUrl: moved });
  expect(again).toEqual({ ...first, told: false });
  expect(eventsOf(sandbox)).toEqual(events);
  expect(effectsOf(sandbox)).toBe(effects + 1); // the endpoint's new address
});

test("given a telling that was ended, when it is told again, then it goes on where it was", async () => {
  const [whole, cut] = [await account(), await account()];
  await tell(whole);
  for (const end of [40, 200]) {
    const dying = tell(cut, {
      onProgress(done) {
        if (done === end) throw new Error("killed");
      },
    });
    await expect(dying).rejects.toThrow("killed");
  }
  const { told } = await tell(cut, { nowMs: END + 600_000 });
  expect(told).toBe(true);
  expect(eventsOf(cut)).toEqual(eventsOf(whole));
});

test("given a network that cuts and refuses, when the month is told, then it is the same", async () => {
  const [calm, rough] = [await account(), await account()];
  await tell(calm);
  rough.faults.replace({
    rules: [
      { id: "after", match: { method: "POST" }, action: { type: "reset-after" }, rate: 0.05 },
      { id: "before", action: { type: "reset-before" }, rate: 0.05 },
      { id: "limit", action: { type: "status", status: 429, body: {} }, rate: 0.05 },
    ],
  });
  await tell(rough);
  expect(eventsOf(rough)).toEqual(eventsOf(calm));
  expect(rough.faults.report().rules.every((rule) => rule.struck > 0)).toBe(true);
});

test("given an account with a life of its own, when it is to be told, then it is refused", async () => {
  const sandbox = await account();
  sandbox.world.createProduct({ name: "Somebody else's" });
  await expect(tell(sandbox)).rejects.toMatchObject({ code: "E_DEMO_ACCOUNT_NOT_EMPTY" });
  const other = await account({ seed: 7 });
  await expect(tell(other)).rejects.toMatchObject({ code: "E_DEMO_SECRET_DIFFERS" });
});

test("given delivery, when it starts, then signed now, twice, out of order, and some never", async () => {
  const sandbox = await account({ clock: systemClock });
  const { got, url } = await receiver();
  const { events, goLiveMs } = await tell(sandbox, { hubWebhookUrl: url, nowMs: Date.now() });
  expect(got).toHaveLength(0);
  await startDelivery({ stripeUrl: sandbox.url });
  await sandbox.sender.idle(20_000);
  const counts = await readDelivery(sandbox.url);
  expect(counts).toMatchObject({ pending: 0, failed: 0 });
  expect(counts.delivered + counts.lost).toBe(events);
  expect(counts.lost).toBeGreaterThan(0);
  expect(counts.duplicates).toBeGreaterThan(20);
  expect(got).toHaveLength(counts.delivered + counts.duplicates);
  // The official client checks the signature and that its time is within five minutes of now.
  const read = got.map(({ body, signature }) =>
    Stripe.webhooks.constructEvent(body, signature, DEMO_WEBHOOK_SECRET),
  );
  expect(Math.min(...read.map((one) => one.created * 1000))).toBeGreaterThanOrEqual(goLiveMs);
  const customers = new Map<string, number>();
  for (const [place, { type, data }] of read.entries()) {
    const { id } = data.object as { id: string };
    if (type === "customer.created" && !customers.has(id)) customers.set(id, place);
  }
  const early = read.filter(({ type, data }, place) => {
    const { customer } = data.object as { customer?: string };
    return type === "invoice.finalized" && place < (customers.get(customer ?? "") ?? 0);
  });
  expect(early.length).toBeGreaterThan(0);
});

test("given the hub is up, when the strange event is sent, then it is signed as Stripe signs", async () => {
  const { got, url } = await receiver();
  await sendStrangeEvent({ hubWebhookUrl: url, nowMs: Date.now() });
  const [one] = got;
  const event = Stripe.webhooks.constructEvent(
    one?.body ?? "",
    one?.signature ?? "",
    DEMO_WEBHOOK_SECRET,
  );
  expect(event.type).toBe(STRANGE_KIND);
});

test("given the month, when faults are planted, then told in words and countable", async () => {
  const sandbox = await account();
  const netsuite = await startNetSuiteSandbox({
    clock: systemClock,
    port: 0,
    random: seededRandom(1),
  });
  open.push(netsuite);
  const where = { netsuiteUrl: netsuite.url, stripeUrl: sandbox.url };
  await expect(plantFaults(where)).rejects.toMatchObject({ code: "E_DEMO_NOT_SEEDED" });
  const { closedMonth } = await tell(sandbox);
  const planted = await plantFaults(where);
  const struck = await struckFaults(where);
  expect(planted.filter((one) => one.settles === "by a person").map((one) => one.id)).toEqual([
    "inactive-item",
    "closed-period",
    "unmapped-tax",
    "strange-kind",
  ]);
  const ids = planted.map((one) => one.id);
  for (const [id, times] of Object.entries(struck)) {
    expect(ids).toContain(id);
    expect(times).toBe(0);
  }
  const shut = netsuite.world.list("accountingPeriod").filter((one) => one.body["closed"] === true);
  expect(shut.map((one) => one.body["startDate"])).toEqual([`${closedMonth}-01`]);
});

test("given NetSuite's account, when it is prepared twice, then its items are there once", async () => {
  const netsuite = await startNetSuiteSandbox({
    clock: systemClock,
    port: 0,
    random: seededRandom(1),
  });
  open.push(netsuite);
  await prepareNetSuiteAccount(netsuite.url);
  await prepareNetSuiteAccount(netsuite.url);
  expect(netsuite.world.list("serviceSaleItem").map((item) => item.id)).toEqual([
    "2901",
    "2902",
    "2903",
  ]);
  expect(await reactivateItem(netsuite.url)).toBe(false);
  expect(await actualBooks(netsuite.url)).toEqual([]);
});

test("given the month, when the answer key is made, then it names what is held and why", async () => {
  const sandbox = await account();
  const { eventsByType } = await tell(sandbox);
  const { whole, now, held, deadLetters } = await expectedBooks({ stripeUrl: sandbox.url });
  expect(deadLetters).toBe(1);
  expect(held.map(({ fault, documents }) => [fault, documents.length])).toEqual([
    ["inactive-item", 3],
    ["closed-period", 2],
    ["unmapped-tax", 3],
  ]);
  const count = (list: typeof whole, type: string) =>
    list.filter((one) => one.type === type).reduce((sum, one) => sum + one.count, 0);
  // One invoice is zero and books nothing, one is below zero and is a credit memo.
  expect(count(whole, "invoice")).toBe((eventsByType["invoice.finalized"] ?? 0) - 2);
  expect(count(whole, "creditMemo")).toBe((eventsByType["credit_note.created"] ?? 0) + 2);
  expect(count(whole, "customerPayment")).toBe(eventsByType["payment_intent.succeeded"]);
  expect(count(whole, "invoice") - count(now, "invoice")).toBe(8);
  // Totals against the sandbox's own records, currency by currency.
  const finalized = sandbox.world.state.events.filter((one) => one.type === "invoice.finalized");
  const since = calendarOf(END).goLiveMs / 1000;
  const yen = finalized.flatMap(({ snapshot, created }) =>
    created >= since && snapshot.object === "invoice" && snapshot.currency === "jpy"
      ? [snapshot.total]
      : [],
  );
  const total = yen.reduce((sum, one) => sum + one, 0);
  const row = { type: "invoice", currency: "JPY", count: yen.length, total: String(total) };
  expect(whole).toContainEqual(row);
  expect(compareBooks(whole, whole)).toEqual([]);
  expect(compareBooks(whole, now).map((one) => one.type)).toContain("invoice");
});
