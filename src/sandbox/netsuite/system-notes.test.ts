import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../../kernel/clock.ts";
import { seededRandom } from "../../kernel/random.ts";
import type { NetSuiteSandbox } from "./sandbox.ts";
import { startNetSuiteSandbox } from "./sandbox.ts";

const clock: Clock = { now: () => Date.parse("2026-04-02T05:30:00Z"), monotonic: () => 0 };
let dataDir: string;
let sandbox: NetSuiteSandbox;

const start = () => startNetSuiteSandbox({ port: 0, clock, random: seededRandom(1), dataDir });

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "netsuite-notes-"));
  sandbox = await start();
  const { world } = sandbox;
  world.create("customer", { companyName: "Known", subsidiary: { id: "1" } }, "700");
  world.create("serviceSaleItem", { itemId: "plan", incomeAccount: { id: "151" } }, "2000");
});
afterEach(async () => {
  await sandbox.close();
  rmSync(dataDir, { recursive: true });
});

const sale = (amount: number) => ({
  entity: { id: "700" },
  item: { items: [{ item: { id: "2000" }, quantity: 1, amount }] },
});

async function control(method: string, path: string, body?: object) {
  const response = await fetch(`${sandbox.url}/__sandbox/netsuite/records/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as { id: string } };
}

const notes = () =>
  [...sandbox.world.books.notes.all()].map(([record, note]) => {
    const { by, context, field, oldValue, newValue } = note;
    return { record, by, context, field, oldValue, newValue };
  });

describe("people who work in the account by hand", () => {
  test("given they create and edit, then notes tell who, which field, from what to what", async () => {
    const made = await control("POST", "invoice", { body: sale(10), by: "Eva Clerk" });
    const { id } = made.json;
    await control("PUT", `invoice/${id}`, { body: { memo: "new" }, by: "Max Later" });
    const by = { record: id, context: "UIF" };
    expect(notes()).toEqual([
      { ...by, by: "Eva Clerk", field: "total", oldValue: null, newValue: "1000" },
      { ...by, by: "Max Later", field: "memo", oldValue: null, newValue: "new" },
    ]);
    await control("PUT", `invoice/${id}`, { body: sale(12), replace: "item", by: "Max Later" });
    expect(notes().at(-1)).toMatchObject({ field: "total", oldValue: "1000", newValue: "1200" });
  });

  test("given a void, then everything is zero, the ledger is empty, and nothing can be edited", async () => {
    const { id } = sandbox.world.create("invoice", sale(10));
    expect(sandbox.world.trialBalance().length).toBeGreaterThan(0);
    const voided = await control("POST", `invoice/${id}/void`, { by: "Eva Clerk" });
    expect(voided.status).toBe(200);
    expect(sandbox.world.record("invoice", id)?.facts).toMatchObject({ total: "0", voided: true });
    const balances = sandbox.world.trialBalance().map((line) => Number(line.balance));
    expect(balances.every((one) => one === 0)).toBe(true);
    const edited = await control("PUT", `invoice/${id}`, { body: { memo: "x" } });
    expect(edited.status).toBe(400);
  });

  test("given a payment stands on it, then it is not voided", async () => {
    const { id } = sandbox.world.create("invoice", sale(10));
    const apply = { items: [{ doc: { id }, apply: true, amount: 10 }] };
    sandbox.world.create("customerPayment", { customer: { id: "700" }, payment: 10, apply });
    expect((await control("POST", `invoice/${id}/void`, {})).status).toBe(400);
    expect(sandbox.world.record("invoice", id)?.facts?.total).toBe("1000");
  });

  test("given a deletion, then the notes go with the record", async () => {
    const { id } = sandbox.world.create("invoice", sale(10), undefined, "Eva Clerk");
    expect(notes()).toHaveLength(1);
    expect((await control("DELETE", `invoice/${id}?by=Eva%20Clerk`)).status).toBe(200);
    expect(notes()).toEqual([]);
  });

  test("given a restart, then notes, people and voids are as they were", async () => {
    const { id } = sandbox.world.create("invoice", sale(10), undefined, "Eva Clerk");
    sandbox.world.void("invoice", id, "Max Later");
    const before = [notes(), [...sandbox.world.books.notes.people]];
    await sandbox.close();
    sandbox = await start();
    expect([notes(), [...sandbox.world.books.notes.people]]).toEqual(before);
    expect(sandbox.world.record("invoice", id)?.facts?.voided).toBe(true);
    expect(before[0]).not.toEqual([]);
  });
});
