import { mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../../test/support/system-clock.ts";
import { startStripeSandbox } from "./start.ts";
import type { StripeWorld } from "./world.ts";
import { openStripeWorld } from "./world.ts";

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "tieout-stripe-"));
  open.push({ close: () => rmSync(path, { recursive: true }) });
  return path;
}

function worldAt(dataDir: string): StripeWorld {
  return openStripeWorld({ clock: systemClock, file: join(dataDir, "stripe.jsonl") });
}

function bill(world: StripeWorld, amount: number): void {
  const customer = world.createCustomer({ name: "Ada", payment_method: "pm_card_visa" });
  const draft = world.createInvoice({ customer: customer.id, currency: "usd" });
  world.addInvoiceLines({ invoice: draft.id, lines: [{ amount }] });
  const paid = world.payInvoice({ invoice: draft.id });
  world.createRefund({ charge: String(paid.charge), amount: 10 });
}

/** All that can be seen of a world, in both shapes. */
function seen(world: StripeWorld): unknown {
  const shown = [...world.state.tables].flatMap(([, table]) =>
    [...table.byId.values()].flatMap((one) => [world.render(one), world.render(one, "2020-03-02")]),
  );
  const events = world.state.events.map((event) => world.renderEvent(event));
  return JSON.parse(JSON.stringify({ shown, events, counts: world.state.counts() }));
}

test("given a journal, when opened again, then the same world, and its ids go on", () => {
  const dataDir = folder();
  const first = worldAt(dataDir);
  for (let i = 0; i < 4; i += 1) bill(first, 1000 + i);
  const before = seen(first);
  first.close();
  const second = worldAt(dataDir);
  open.push(second);
  expect(seen(second)).toEqual(before);
  const known = new Set(first.state.events.map((event) => event.id));
  bill(second, 500);
  const fresh = second.state.events.slice(known.size).map((event) => event.id);
  expect(fresh.length).toBeGreaterThan(8);
  expect(fresh.filter((id) => known.has(id))).toEqual([]);
});

test("given a line cut by a kill, when opened again, then that operation never happened", () => {
  const dataDir = folder();
  const file = join(dataDir, "stripe.jsonl");
  const first = worldAt(dataDir);
  first.createCustomer({ name: "kept" });
  const whole = statSync(file).size;
  first.createCustomer({ name: "cut" });
  first.close();
  truncateSync(file, whole + 40);
  const second = worldAt(dataDir);
  open.push(second);
  expect(second.state.counts()).toMatchObject({ customer: 1, event: 1 });
});

test("given answers and unsent webhooks, when restarted, then both are there", async () => {
  const dataDir = folder();
  const got: string[] = [];
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += String(chunk);
    });
    request.on("end", () => {
      got.push((JSON.parse(body) as { id: string }).id);
      response.end();
    });
  });
  await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
  open.push({
    close: () => {
      receiver.closeAllConnections();
      receiver.close();
    },
  });
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const options = { clock: systemClock, port: 0, perSecond: 0, dataDir };
  const create = (base: string) =>
    fetch(`${base}/v1/customers`, {
      method: "POST",
      headers: { authorization: "Bearer sk_test_x", "idempotency-key": "k" },
      body: new URLSearchParams({ name: "Ada" }),
    });
  const first = await startStripeSandbox({ ...options, delivery: { enabled: false } });
  first.world.createWebhookEndpoint({ url, enabled_events: ["customer.created"] });
  const before = await (await create(first.url)).text();
  await first.close();
  expect(got).toEqual([]);
  const second = await startStripeSandbox(options);
  open.push(second);
  const again = await create(second.url);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(await again.text()).toBe(before);
  await second.sender.idle();
  expect(got).toEqual(second.world.state.events.map((event) => event.id));
  expect(second.world.state.counts()).toMatchObject({ webhooks_pending: 0 });
});

test("given a reset over the control plane, when it is done, then nothing is left", async () => {
  const sandbox = await startStripeSandbox({ clock: systemClock, port: 0 });
  open.push(sandbox);
  bill(sandbox.world, 1000);
  const journal = await (await fetch(`${sandbox.url}/__sandbox/journal?after=2`)).text();
  const lines = journal
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject(
    [
      { seq: 3, kind: "operation", operation: "invoice.add-lines" },
      { seq: 4, operation: "invoice.pay" },
      { seq: 5, operation: "refund.create" },
    ].slice(0, 3),
  );
  await fetch(`${sandbox.url}/__sandbox/reset`, { method: "POST" });
  const state = await (await fetch(`${sandbox.url}/__sandbox/state`)).json();
  expect(state).toMatchObject({ event: 0, webhooks_pending: 0, stored_answers: 0 });
  expect(sandbox.world.journal.size).toBe(0);
});

test("given the control plane, when a bank acts, then disputes and failed refunds", async () => {
  const sandbox = await startStripeSandbox({ clock: systemClock, port: 0 });
  open.push(sandbox);
  const { world } = sandbox;
  bill(world, 1000);
  const [charge] = world.state.table("charge").byId.values();
  const [refund] = world.state.table("refund").byId.values();
  const act = async (path: string, body: object) => {
    const request = { method: "POST", body: JSON.stringify(body) };
    const answer = await fetch(`${sandbox.url}/__sandbox/${path}`, request);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const failed = await act(`refunds/${refund?.id}/fail`, {});
  expect(failed.body).toMatchObject({ status: "failed" });
  expect(world.state.find("charge", charge?.id ?? "")).toMatchObject({ amount_refunded: 0 });
  const opened = await act("disputes", { charge: charge?.id, reason: "fraudulent" });
  expect(opened.body).toMatchObject({ status: "needs_response", amount: 1000 });
  const lost = await act(`disputes/${String(opened.body["id"])}/decide`, { outcome: "lost" });
  expect(lost.body).toMatchObject({ status: "lost" });
  expect((await act("disputes", { charge: charge?.id })).status).toBe(400);
  expect((await act("payouts", { currency: "usd" })).body).toHaveProperty("error");
});
