import { afterAll, beforeAll, expect, test } from "vitest";
import type { HubRoom } from "../support/hub-room.ts";
import { openHubRoom } from "../support/hub-room.ts";

let room: HubRoom;

beforeAll(async () => {
  room = await openHubRoom({ observeEveryMs: 400 });
});
afterAll(async () => {
  await room.close();
});

async function openCases(): Promise<string[]> {
  const { rows } = await room.hub.pool.query<{ message: string }>(
    "select message from exception_case where kind = 'drift' and state = 'open'",
  );
  return rows.map((row) => row.message);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`it never came to pass; the hub said ${room.log.join(" | ")}`);
}

test("given nobody asks, then the hub itself notices what is done by hand, and that it was mended", async () => {
  const { world } = room.stripe;
  const customer = world.createCustomer({ name: "Ada GmbH", email: "ada@example.com" });
  const product = world.createProduct({ name: "Seat" });
  const price = world.createPrice({ product: product.id, currency: "usd", unit_amount: 5000 });
  const draft = world.createInvoice({ customer: customer.id, currency: "usd" });
  const pricing = { price: price.id };
  world.createInvoiceItem({ customer: customer.id, invoice: draft.id, pricing, quantity: 3 });
  world.finalizeInvoice({ invoice: draft.id });
  await room.stripe.sender.idle();
  await room.settled();
  const books = room.netsuite.world;
  const [invoice] = books.list("invoice");
  if (invoice === undefined) throw new Error("no invoice in the books");
  const date = String(invoice.body["tranDate"]);

  books.edit("invoice", invoice.id, { tranDate: "2026-01-05" }, undefined, "Eva Clerk");
  await until(async () => (await openCases()).length > 0);
  expect(await openCases()).toHaveLength(1);
  expect((await openCases())[0]).toContain(`date was ${date}, is 2026-01-05`);
  await until(async () => room.log.some((line) => line.includes("E_DRIFT_EDITED")));
  // Who it was stands in the case; a log is read by more people than may know.
  expect(room.log.join()).not.toContain("Eva Clerk");

  await new Promise((resolve) => setTimeout(resolve, 1100));
  books.edit("invoice", invoice.id, { tranDate: date }, undefined, "Eva Clerk");
  await until(async () => (await openCases()).length === 0);
  expect(room.log.filter((line) => line.includes("observe-targets"))).toEqual([]);
});
