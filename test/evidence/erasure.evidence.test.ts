/**
 * A customer with invoices and payments is erased: nothing of the person is left in clear, in the
 * ledger, the warehouse, the logs or the engine, and nothing of the books is changed.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callersFiles } from "../../src/app/files.ts";
import { netSuiteTarget } from "../../src/connectors/netsuite/target.ts";
import { warehouseTarget } from "../../src/connectors/warehouse/warehouse-target.ts";
import { sealCommitted } from "../../src/engine/sealer.ts";
import { operations } from "../../src/operations/all-operations.ts";
import { evidenceLines } from "../../src/operations/evidence/evidence-file.ts";
import { verifyEvidence } from "../../src/operations/evidence/verify-evidence.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import { runOperation } from "../../src/operations/operation.ts";
import { DEMO_ACCOUNT, DEMO_CREDENTIALS } from "../../src/sandbox/netsuite/sandbox.ts";
import { countTail } from "../../src/store/read-evidence.ts";
import { settingsFor } from "../connectors/netsuite-given.ts";
import type { HubRoom } from "../support/hub-room.ts";
import { openHubRoom, ROOM_MASTER_KEY, SANDBOX_OBSERVE } from "../support/hub-room.ts";
import { testKeyring } from "../support/system-cipher.ts";
import { systemClock } from "../support/system-clock.ts";
import { systemHasher } from "../support/system-hasher.ts";
import { systemRandom } from "../support/system-random.ts";

/** Texts that occur nowhere but in what was told of this person. */
const SECRETS = [
  ...["Wilhelmina", "Zebrowska", "zebrowska@example.org", "+48 555 0199"],
  ...["Kasztanowa 17", "knee brace for W.Z."],
];
const OTHER = "Blauwinkel GmbH";

let room: HubRoom;
let context: OperationContext;
let customer: { id: string };
let party: string;
let price: { id: string };
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  room = await openHubRoom();
  const keyring = testKeyring(room.database.url, ROOM_MASTER_KEY);
  const surroundings = { clock: systemClock, random: systemRandom };
  const books = settingsFor(room.netsuite.url, DEMO_ACCOUNT, DEMO_CREDENTIALS);
  const netsuite = netSuiteTarget({ ...books, observe: SANDBOX_OBSERVE }, surroundings);
  const warehouse = warehouseTarget({
    ...{ connection: "warehouse", account: "room", url: room.database.url },
  });
  context = {
    ...{ pool: room.hub.pool, keyring, ...surroundings, hasher: systemHasher, version: "0.0.0" },
    actor: { name: "Ada", roles: ["controller", "engineer", "auditor", "admin"] },
    targets: new Map<string, typeof netsuite | typeof warehouse>([
      ["netsuite", netsuite],
      ["warehouse", warehouse],
    ]),
    sources: new Map(),
    release: async () => undefined,
    surroundings: { files: callersFiles },
  };
  closing.push(() => keyring.close());
  for (const target of [netsuite, warehouse]) closing.push(async () => target.close?.());
  const { world } = room.stripe;
  const product = world.createProduct({ name: "Seat" });
  price = world.createPrice({ product: product.id, currency: "usd", unit_amount: 5000 });
  customer = world.createCustomer({
    ...{ name: "Wilhelmina Zebrowska", email: "w.zebrowska@example.org", phone: "+48 555 0199" },
    address: { line1: "Kasztanowa 17", city: "Kraków", country: "PL" },
    description: "Zebrowska, a private person",
    metadata: { note: "ask for Wilhelmina" },
  });
  party = `stripe-us/customer/${customer.id}`;
  const other = world.createCustomer({ name: OTHER, email: "office@blauwinkel.example" });
  await sell(customer.id, "knee brace for W.Z.");
  await sell(customer.id, "knee brace for W.Z.");
  await sell(other.id, "seats");
});
afterAll(async () => {
  for (const close of closing) await close();
  await room.close();
});

async function sell(buyer: string, description: string): Promise<void> {
  const { world } = room.stripe;
  const invoice = world.createInvoice({ customer: buyer, currency: "usd", description });
  const item = { customer: buyer, invoice: invoice.id, quantity: 3, description };
  world.createInvoiceItem({ ...item, pricing: { price: price.id } });
  world.finalizeInvoice({ invoice: invoice.id });
  world.payInvoice({ invoice: invoice.id, payment_method: "pm_card_visa" });
  await room.stripe.sender.idle();
  await room.settled();
}

/** Every value of every row, byte for byte as it is stored. */
async function dumpOf(schema: string): Promise<string> {
  const { pool } = room.hub;
  const tables = await pool.query<{ name: string }>(
    `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
     where schemaname = $1`,
    [schema],
  );
  const texts: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<Record<string, unknown>>(`select * from ${name}`);
    for (const row of rows) {
      for (const value of Object.values(row)) {
        texts.push(Buffer.isBuffer(value) ? value.toString("utf8") : JSON.stringify(value));
      }
    }
  }
  return texts.join("\n");
}

function filesUnder(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => readFileSync(path.join(one.parentPath, one.name), "latin1"))
    .join("\n");
}

const leaksIn = (text: string): string[] => {
  const lower = text.toLowerCase();
  return SECRETS.filter((secret) => lower.includes(secret.toLowerCase()));
};

async function sealAll(): Promise<void> {
  while ((await countTail(context.pool)).rows > 0) {
    if ((await sealCommitted(context.pool)) === 0) await new Promise((go) => setTimeout(go, 20));
  }
}

async function broken(): Promise<string[]> {
  const { results } = await runOperation(operations.verifyInvariants, context, {});
  return results.flatMap((one) => one.violations.map(({ what }) => `${one.name}: ${what}`));
}

async function offlineProblems() {
  await sealAll();
  const lines = evidenceLines(context.pool, "1", new Date().toISOString());
  const report = await verifyEvidence(systemHasher, lines, undefined);
  expect(report.blocks).toBeGreaterThan(0);
  return report.problems;
}

const trialBalances = async () => [
  await runOperation(operations.trialBalance, context, {}),
  await runOperation(operations.trialBalance, context, { target: "netsuite" }),
];

describe("before", () => {
  test("given a person's invoices, then the ledger, the logs and the engine hold nothing clear", async () => {
    expect(leaksIn(await dumpOf("public"))).toEqual([]);
    expect(leaksIn(room.log.join("\n"))).toEqual([]);
    expect(leaksIn(filesUnder(room.folder))).toEqual([]);
    // The look itself finds what is clear: the warehouse, and the books as another system.
    expect(leaksIn(await dumpOf("warehouse"))).toEqual(SECRETS);
    expect(await broken()).toEqual([]);
  });

  test("given keys that live, then people find and read all of it, and the books have it", async () => {
    const { finds } = await runOperation(operations.search, context, { q: "zebrow wilhel" });
    expect(finds.map((one) => one.object)).toContain(party);
    expect(finds.filter((one) => one.object.includes("/invoice/"))).toHaveLength(2);
    const out = path.join(room.folder, "export.json");
    const exported = await runOperation(operations.exportParty, context, { party, out });
    expect(exported).toMatchObject({ erased: false, file: out });
    expect(leaksIn(readFileSync(out, "utf8"))).toEqual(SECRETS);
    const names = room.netsuite.world.list("customer").map((one) => JSON.stringify(one.body));
    expect(names.some((one) => one.includes("Zebrowska"))).toBe(true);
  });
});

describe("the erasure", () => {
  test("without --confirm it says what would go and where it remains, and changes nothing", async () => {
    const before = await dumpOf("public");
    const plan = await runOperation(operations.eraseParty, context, { party });
    expect(plan).toMatchObject({ done: false, forgetting: ["warehouse"], erasedBefore: false });
    expect(plan.remains.map((one) => one.system)).toEqual(["stripe-us", "netsuite"]);
    expect(plan.messages).toBeGreaterThan(5);
    expect(plan.requests).toBeGreaterThan(4);
    expect((await dumpOf("public")).length).toBeGreaterThanOrEqual(before.length);
    expect((await runOperation(operations.search, context, { q: "zebrowska" })).finds).not.toEqual(
      [],
    );
  });

  test("when it is done, then nothing of the person is left, the chain holds and the books are the same", async () => {
    const booked = await trialBalances();
    const sealed = await offlineProblems();
    const erased = await runOperation(operations.eraseParty, context, { party, confirm: true });
    expect(erased.done).toBe(true);
    // The hub remembers keys for two minutes; another one of the same ledger is a restart away.
    await room.restart();
    context = { ...context, pool: room.hub.pool };
    for (const schema of ["public", "warehouse"]) {
      expect([schema, leaksIn(await dumpOf(schema))]).toEqual([schema, []]);
    }
    expect(leaksIn(room.log.join("\n"))).toEqual([]);
    expect(leaksIn(filesUnder(path.join(room.folder, "restate")))).toEqual([]);
    expect([sealed, await offlineProblems()]).toEqual([[], []]);
    expect(await broken()).toEqual([]);
    expect(await trialBalances()).toEqual(booked);
  });

  test("then nobody can read it with the living keys, and what is told says that it was erased", async () => {
    const out = path.join(room.folder, "after.json");
    const after = await runOperation(operations.exportParty, context, { party, out });
    expect(after.erased).toBe(true);
    expect(leaksIn(readFileSync(out, "utf8"))).toEqual([]);
    const { finds } = await runOperation(operations.search, context, { q: "zebrowska" });
    expect(finds).toEqual([]);
    const story = await runOperation(operations.findStory, context, { id: party });
    expect(story.entries.length).toBeGreaterThan(0);
    const [event] = (await runOperation(operations.listEvents, context, { subject: party })).events;
    const shown = await runOperation(operations.showEvent, context, { id: event?.id ?? "" });
    expect(shown).toMatchObject({ erased: true, raw: undefined });
    const handoffs = (await runOperation(operations.listHandoffs, context, { target: "netsuite" }))
      .handoffs;
    for (const { id } of handoffs) {
      const { attempts } = await runOperation(operations.showHandoff, context, { id });
      expect(leaksIn(JSON.stringify(attempts))).toEqual([]);
    }
  });

  test("then others are untouched, and their names are still found", async () => {
    const { finds } = await runOperation(operations.search, context, { q: "blauwinkel" });
    expect(finds.length).toBeGreaterThan(1);
    expect(finds.every((one) => one.customer === undefined || one.customer === OTHER)).toBe(true);
    const { rows } = await context.pool.query("select name from warehouse.customer order by name");
    expect(rows).toEqual([{ name: OTHER }, { name: null }]);
  });
});

describe("afterwards", () => {
  test("given a hub that was started anew and another invoice of the same person, then it is booked and nothing personal is kept", async () => {
    const before = room.netsuite.world.list("invoice").length;
    await sell(customer.id, "knee brace for W.Z.");
    expect(room.netsuite.world.list("invoice")).toHaveLength(before + 1);
    for (const schema of ["public", "warehouse"]) {
      expect([schema, leaksIn(await dumpOf(schema))]).toEqual([schema, []]);
    }
    expect(await broken()).toEqual([]);
    const again = await runOperation(operations.eraseParty, context, { party, confirm: true });
    expect(again).toMatchObject({ done: true, erasedBefore: true });
    expect(await offlineProblems()).toEqual([]);
  });
});
