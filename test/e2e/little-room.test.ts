import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HubRoom } from "../support/hub-room.ts";
import { openHubRoom } from "../support/hub-room.ts";

const MIB = 1024 ** 2;
let room: HubRoom;
let left = 5000 * MIB;

beforeAll(async () => {
  room = await openHubRoom({
    settings: {
      readRoom: async () => left,
      limits: { refuseBelowMiB: 1000, pauseBelowMiB: 500 },
    },
  });
});
afterAll(async () => {
  await room.close();
});

const count = async (sql: string): Promise<number> =>
  (await room.hub.pool.query<{ n: number }>(`select count(*)::int as n from ${sql}`)).rows[0]?.n ??
  -1;

const ask = (path: string) => fetch(new URL(path, room.webhookUrl));

/** A customer with an invoice, told by the source at once; returns when it gave up or was heard. */
async function sell(): Promise<void> {
  const { world } = room.stripe;
  const customer = world.createCustomer({ name: "Ada GmbH", email: "ada@example.com" });
  const price = world.createPrice({
    product: world.createProduct({ name: "Seat" }).id,
    ...{ currency: "usd", unit_amount: 5000 },
  });
  const invoice = world.createInvoice({ customer: customer.id, currency: "usd" });
  const pricing = { price: price.id };
  world.createInvoiceItem({ customer: customer.id, invoice: invoice.id, pricing, quantity: 3 });
  world.finalizeInvoice({ invoice: invoice.id });
}

/** The watch looks twice a second. */
async function untilReady(status: number): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    if ((await ask("/readyz")).status === status) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`/readyz never answered ${status}`);
}

const post = () =>
  fetch(room.webhookUrl, {
    method: "POST",
    body: "{}",
    headers: { "stripe-signature": "t=1,v1=0" },
  });

describe("a ledger that has little room left", () => {
  test("given less than the threshold, then intake says so and when to come back, and nothing grows", async () => {
    await sell();
    await room.stripe.sender.idle();
    await room.settled();
    const before = await count("inbound");
    left = 900 * MIB;
    await untilReady(503);
    expect(JSON.stringify(await (await ask("/readyz")).json())).toContain("900 MiB are left");
    const { world } = room.stripe;
    world.createCustomer({ name: "Refused Ltd", email: "r@example.com" });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await count("inbound")).toBe(before);
    // Whoever is not the source hears that, and not how the disk stands.
    expect((await post()).status).toBe(401);
    const figures = await (await ask("/metrics")).text();
    expect(figures).toContain("tieout_intake_refusing 1");
    expect(figures).toContain("tieout_lanes_pausing 0");
    expect(figures).toContain(`tieout_ledger_room_bytes ${900 * MIB}`);
    await expect(room.hub.sweepSources()).rejects.toMatchObject({ code: "E_INTAKE_NO_ROOM" });
  });

  test("given less still, then lanes claim nothing; given more, then handoffs go on first", async () => {
    left = 5000 * MIB;
    await untilReady(200);
    await room.hub.pool.query("update sending_permission set allowed = false");
    await sell();
    await room.stripe.sender.idle();
    await expect.poll(() => count("handoff where state = 'ready'")).toBeGreaterThan(0);
    left = 100 * MIB;
    await untilReady(503);
    await room.hub.pool.query("update sending_permission set allowed = true");
    const attempts = await count("attempt");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await count("attempt")).toBe(attempts);
    expect(await (await ask("/metrics")).text()).toContain("tieout_lanes_pausing 1");
    left = 800 * MIB;
    await expect.poll(() => count("attempt"), { timeout: 10_000 }).toBeGreaterThan(attempts);
    expect((await ask("/readyz")).status).toBe(503);
  });

  test("given room again, then what was refused comes by itself and everything is settled", async () => {
    left = 5000 * MIB;
    await untilReady(200);
    await room.stripe.sender.idle();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await room.hub.sweepSources();
    const states = await room.settled();
    expect(Object.keys(states).every((key) => key.endsWith("confirmed"))).toBe(true);
    expect(await count("event where type = 'customer.created'")).toBe(3);
    expect(room.log.filter((line) => line.startsWith("the ledger has room again"))).toHaveLength(2);
  });
});
