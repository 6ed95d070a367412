import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evidenceLines } from "../../src/operations/evidence/evidence-file.ts";
import { verifyEvidence } from "../../src/operations/evidence/verify-evidence.ts";
import { countTail } from "../../src/store/read-evidence.ts";
import type { HubRoom } from "../support/hub-room.ts";
import { openHubRoom } from "../support/hub-room.ts";
import { systemClock } from "../support/system-clock.ts";
import { systemHasher } from "../support/system-hasher.ts";

let room: HubRoom;

beforeAll(async () => {
  room = await openHubRoom();
});
afterAll(async () => {
  await room.close();
});

async function count(sql: string): Promise<number> {
  const result = await room.hub.pool.query<{ n: number }>(`select count(*)::int as n from ${sql}`);
  return result.rows[0]?.n ?? -1;
}

/** A customer, a product, an invoice of three seats at 50.00, paid by card. */
function sellThreeSeats(): void {
  const { world } = room.stripe;
  const customer = world.createCustomer({ name: "Ada GmbH", email: "ada@example.com" });
  const product = world.createProduct({ name: "Seat" });
  const price = world.createPrice({ product: product.id, currency: "usd", unit_amount: 5000 });
  const invoice = world.createInvoice({ customer: customer.id, currency: "usd" });
  const pricing = { price: price.id };
  world.createInvoiceItem({ customer: customer.id, invoice: invoice.id, pricing, quantity: 3 });
  world.finalizeInvoice({ invoice: invoice.id });
  world.payInvoice({ invoice: invoice.id, payment_method: "pm_card_visa" });
}

async function listedEvents(): Promise<string[]> {
  const response = await fetch(`${room.stripe.url}/v1/events?limit=100`, {
    headers: { authorization: "Bearer sk_test_room" },
  });
  const list = (await response.json()) as { data: { id: string }[] };
  return list.data.map((event) => event.id);
}

/** A sweep leaves out the present second, which is not over. */
async function sweep() {
  await new Promise((resolve) => setTimeout(resolve, 1100));
  return room.hub.sweepSources();
}

describe("one sale, from Stripe to the books and the warehouse", () => {
  test("given a paid invoice, then one invoice and one payment applied to it stand in the books", async () => {
    sellThreeSeats();
    await room.stripe.sender.idle();
    const states = await room.settled();
    expect(Object.keys(states).every((key) => key.endsWith("confirmed"))).toBe(true);

    const [invoice, ...otherInvoices] = room.netsuite.world.list("invoice");
    const [payment, ...otherPayments] = room.netsuite.world.list("customerPayment");
    expect([...otherInvoices, ...otherPayments]).toEqual([]);
    expect(invoice?.facts).toMatchObject({ subtotal: "15000", total: "15000" });
    expect(payment?.facts).toMatchObject({
      total: "15000",
      applications: [{ doc: invoice?.id, amount: "15000" }],
    });
    expect(await count("exception_case")).toBe(0);
    expect(await count("warehouse.invoice where gross = 150.00 and status = 'paid'")).toBe(1);
    expect(await count("warehouse.event_feed")).toBe(await count("event"));
  });

  test("given the same facts told again, then nothing new in the log, the books or the warehouse", async () => {
    const before = [
      await count("event"),
      await count("handoff"),
      room.netsuite.calls.list().length,
    ];
    const events = await listedEvents();
    for (const event of events) {
      const response = await fetch(`${room.stripe.url}/__sandbox/delivery/again`, {
        method: "POST",
        body: JSON.stringify({ event }),
      });
      expect(response.status).toBe(200);
    }
    await room.stripe.sender.idle();
    await room.settled();
    const swept = await sweep();
    expect(swept).toEqual({ seen: events.length, missed: 0 });
    const after = [await count("event"), await count("handoff"), room.netsuite.calls.list().length];
    expect(after).toEqual(before);
  });

  test("given webhooks that were lost, then the sweep names and repairs them", async () => {
    room.stripe.sender.configure({ lossRate: 1 });
    sellThreeSeats();
    await room.stripe.sender.idle();
    const swept = await sweep();
    expect(swept.missed).toBeGreaterThan(5);
    expect(room.log.some((line) => line.startsWith("facts that no webhook brought"))).toBe(true);
    await room.settled();
    expect(room.netsuite.world.list("invoice")).toHaveLength(2);
    expect(room.netsuite.world.list("customerPayment")).toHaveLength(2);
  });

  test("given all this, then within seconds each row of evidence stands in a block, and verifies", async () => {
    const { pool } = room.hub;
    const late = systemClock.monotonic() + 20_000;
    while ((await countTail(pool)).rows > 0 && systemClock.monotonic() < late) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const report = await verifyEvidence(systemHasher, evidenceLines(pool, "1", "now"));
    expect(report.problems).toEqual([]);
    expect(report.unsealed?.rows).toBe(0);
    for (const table of ["inbound", "event", "attempt", "outcome"]) {
      expect(report.rows[table], table).toBe(await count(table));
      expect(report.rows[table], table).toBeGreaterThan(10);
    }
  });
});
