/**
 * Makes the corpus entry of this version: a small company's ledger with sales, a correction by
 * hand, a refusal, a dead letter, two tellings that contradict each other, and people's acts.
 * `npm run corpus`; at each release, before the version is raised. It replaces the entry.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { version } from "../../src/app/environment.ts";
import { operations } from "../../src/operations/all-operations.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import { runOperation } from "../../src/operations/operation.ts";
import { countTail } from "../../src/store/read-evidence.ts";
import { releaseHandoffs } from "../../src/store/release-handoffs.ts";
import type { DriftRoom } from "../support/drift-room.ts";
import { openDriftRoom } from "../support/drift-room.ts";
import { postSigned } from "../support/stripe-signing.ts";
import { corpusFile, packLedger, readLedger } from "./corpus-ledger.ts";
import { describeLedger } from "./describe-ledger.ts";

async function tellAll(room: DriftRoom): Promise<void> {
  const { world } = room.stripe;
  const paid = world.createCustomer({ name: "Zoë Müller-Ōta", email: "zoe@example.com" });
  const product = world.createProduct({ name: "Seat" });
  const price = world.createPrice({ product: product.id, currency: "usd", unit_amount: 5000 });
  const invoice = world.createInvoice({ customer: paid.id, currency: "usd" });
  const item = { customer: paid.id, invoice: invoice.id, quantity: 3 };
  world.createInvoiceItem({ ...item, pricing: { price: price.id } });
  world.finalizeInvoice({ invoice: invoice.id });
  world.payInvoice({ invoice: invoice.id, payment_method: "pm_card_visa" });
  const voided = world.createInvoice({ customer: paid.id, currency: "usd" });
  world.createInvoiceItem({ ...item, invoice: voided.id, pricing: { price: price.id } });
  world.finalizeInvoice({ invoice: voided.id });
  world.voidInvoice({ invoice: voided.id });
  await room.stripe.sender.idle();
  await room.settled();
  const edited = await room.billed(2);
  room.netsuite.world.edit("invoice", edited.id, { tranDate: "2026-01-02" }, undefined, "Eva");
  await room.observe();
  await room.accept();
  await postSigned(room.webhookUrl, room.secret, '{"id":');
  await postSigned(room.webhookUrl, room.secret, '{"id":"evt_1","object":"event"}');
}

/** A product that is archived while it is sold; a try to repair its invoice changes nothing. */
async function beRefused(room: DriftRoom): Promise<void> {
  const { world } = room.stripe;
  const customer = world.createCustomer({ name: "Ada GmbH", email: "ada@example.com" });
  const product = world.createProduct({ name: "Old seat" });
  const price = world.createPrice({ product: product.id, currency: "usd", unit_amount: 700 });
  await room.stripe.sender.idle();
  await room.settled();
  for (const item of room.netsuite.world.list("serviceSaleItem")) {
    room.netsuite.world.edit("serviceSaleItem", item.id, { isInactive: true });
  }
  const invoice = world.createInvoice({ customer: customer.id, currency: "usd" });
  const item = { customer: customer.id, invoice: invoice.id, quantity: 1 };
  world.createInvoiceItem({ ...item, pricing: { price: price.id } });
  world.finalizeInvoice({ invoice: invoice.id });
  await room.stripe.sender.idle();
  await room.settled();
  const { rows } = await room.hub.pool.query<{ cause: string }>(
    "select cause from exception_case where kind = 'handoff' and state = 'open' limit 1",
  );
  const asked = { cause: rows[0]?.cause, yes: true, reason: "looked at" };
  const { pool } = room.hub;
  const context: OperationContext = {
    ...room.context,
    release: async (keys) => void (await releaseHandoffs(pool, keys)),
  };
  await runOperation(operations.retryException, context, asked);
  const isRefused = async () => (await room.states())["netsuite excepted"];
  await expect.poll(isRefused, { timeout: 30_000, interval: 200 }).toBe(1);
  await room.settled();
}

test("the corpus entry of this version", async () => {
  const room = await openDriftRoom();
  try {
    await tellAll(room);
    await beRefused(room);
    while ((await countTail(room.hub.pool)).rows > 0) await sleep(100);
    const expected = await describeLedger(room.context);
    expect(expected.rows).toMatchObject({ dead_letter: 2 });
    expect(expected.states).toHaveProperty("netsuite excepted");
    const ledger = await readLedger(room.hub.pool, version, expected);
    mkdirSync(new URL(".", corpusFile(version)), { recursive: true });
    const packed = packLedger(ledger);
    writeFileSync(corpusFile(version), packed);
    process.stdout.write(`${JSON.stringify(expected, null, 2)}\n${packed.length} bytes\n`);
  } finally {
    await room.close();
  }
});
