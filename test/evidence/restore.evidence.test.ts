/**
 * A restore of yesterday's backup while the ERP has today's documents: some were sent since then,
 * some were not, and the original is started by mistake beside the restored one.
 *
 * `TIEOUT_EVIDENCE_DOCUMENTS` says how many were sent, and how many were not; 500 of each.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { operations } from "../../src/operations/all-operations.ts";
import { runOperation } from "../../src/operations/operation.ts";
import { freePort } from "../support/hub-room.ts";
import { backUp, forget, restoreInto, scratchFolder } from "../support/ledger-server.ts";
import type { Life, Outside } from "./ledger-life.ts";
import { openLife, openOutside } from "./ledger-life.ts";

const DOCUMENTS = Number(process.env["TIEOUT_EVIDENCE_DOCUMENTS"] ?? 500);
const LEDGER_PORT = 25510;
/** Master records wait until nothing of the original can be under way: half a minute. */
const PATIENCE_MS = 600_000;
vi.setConfig({ testTimeout: 900_000 });

let room: string;
let outside: Outside;
let original: Life | undefined;
let restored: Life | undefined;
let customers: string[];
let price: string;
let sold = 0;

beforeAll(async () => {
  room = scratchFolder();
  mkdirSync(path.join(room, "backups"));
  outside = await openOutside();
});

afterAll(async () => {
  await restored?.stop();
  await original?.stop();
  await outside.close();
  forget(room);
});

/** A source tells of so many a second at most; its list has whole seconds only. */
const A_SECOND = 200;

/** Customers are few, as they are in life: ten documents each. */
async function sell(count: number): Promise<void> {
  const { world } = outside.stripe;
  for (let index = 0; index < count; index += 1) {
    const customer = customers[sold % customers.length] ?? "";
    const invoice = world.createInvoice({
      customer,
      currency: "usd",
      collection_method: "send_invoice",
      days_until_due: 30,
    });
    world.createInvoiceItem({
      customer,
      invoice: invoice.id,
      pricing: { price },
      quantity: 1 + (sold % 9),
    });
    world.finalizeInvoice({ invoice: invoice.id });
    sold += 1;
    if (sold % A_SECOND === 0) await sleep(1000);
  }
}

const delivered = () => outside.stripe.sender.idle();
const invoices = () => outside.netsuite.world.list("invoice");

async function one<T>(life: Life, sql: string): Promise<T> {
  return Object.values((await life.ledger.pool.query(sql)).rows[0] ?? {})[0] as T;
}

const sends = (life: Life) =>
  one<number>(
    life,
    "select count(*)::int from attempt where kind = 'send' and handoff_id is not null",
  );

/** Holds the ERP's account, as its own "too many" would. */
const holdBooks = (life: Life, until: string) =>
  life.ledger.pool.query(`update budget set paused_until = ${until} where name = 'netsuite'`);

function doubles(): string[] {
  const numbers = invoices().map((record) => String(record.body["otherRefNum"]));
  return numbers.filter((number, index) => numbers.indexOf(number) !== index);
}

describe(`yesterday's backup, ${DOCUMENTS} sent and ${DOCUMENTS} not`, () => {
  // One story in four parts.
  test("given the original works, is backed up, works on, and dies", async () => {
    original = await openLife(path.join(room, "original"), outside, {
      ...{ port: outside.webhookPort, ledgerPort: LEDGER_PORT },
    });
    const { world } = outside.stripe;
    const product = world.createProduct({ name: "Seat" }).id;
    price = world.createPrice({ product, currency: "usd", unit_amount: 5000 }).id;
    customers = Array.from({ length: Math.ceil(DOCUMENTS / 5) }, (_, index) => {
      return world.createCustomer({ name: `Customer ${index}`, email: `c${index}@example.com` }).id;
    });
    await sell(20);
    await delivered();
    await original.settled(PATIENCE_MS);
    expect(invoices()).toHaveLength(20);

    // In the backup half of what is sent later waits; of the other half it knows nothing.
    await holdBooks(original, "now() + interval '1 hour'");
    const waiting = Math.floor(DOCUMENTS / 2);
    await sell(waiting);
    await delivered();
    await backUp(original.ledger, path.join(room, "backups", "yesterday"));
    await holdBooks(original, "null");
    await sell(DOCUMENTS - waiting);
    await delivered();
    await original.settled(PATIENCE_MS);
    expect(invoices()).toHaveLength(20 + DOCUMENTS);

    await holdBooks(original, "now() + interval '1 hour'");
    await sell(DOCUMENTS);
    await delivered();
    expect(invoices()).toHaveLength(20 + DOCUMENTS);
    // A busy hub had some webhooks put off; its own look at the source's list brings them.
    await sleep(1100);
    await original.hub.sweepSources();
    const unsent =
      "select count(*)::int from handoff where target = 'netsuite' and state <> 'confirmed'";
    expect(await one(original, unsent)).toBeGreaterThanOrEqual(DOCUMENTS);
    // Whoever starts it by mistake meets a ledger that would send all of these at once.
    const life = original;
    await life.stop(() => holdBooks(life, "null"));
    original = undefined;
  });

  test("given it restored, then facts come in and nothing is sent", async () => {
    const dataDir = path.join(room, "restored");
    await restoreInto(dataDir, path.join(room, "backups", "yesterday"));
    restored = await openLife(dataDir, outside, {
      ...{ port: outside.webhookPort, ledgerPort: LEDGER_PORT + 1 },
    });
    // The hold on the ERP's account is in the backup too, and over by now.
    await holdBooks(restored, "null");
    await expect(restored.resume()).rejects.toMatchObject({ code: "E_OPERATIONS_NOT_SWEPT" });
    await sleep(1100);
    const swept = await restored.hub.sweepSources();
    expect(swept.missed).toBeGreaterThanOrEqual(DOCUMENTS);
    await sleep(2000);
    expect(invoices()).toHaveLength(20 + DOCUMENTS);
    const plan = await restored.resume({ yes: false });
    expect(plan).toMatchObject({ done: false, epoch: 2, fenced: ["netsuite"], notSwept: [] });
    expect(plan.notFenced).toEqual(["warehouse"]);
  });

  test("given the confirmation, and the original beside it, then every document exists once", async () => {
    const life = restored as Life;
    const before = invoices().length;
    expect(await life.resume()).toMatchObject({ done: true, epoch: 2 });
    original = await openLife(path.join(room, "original"), outside, {
      ...{ port: await freePort(), ledgerPort: LEDGER_PORT },
    });
    const sentByOriginal = await sends(original);

    const states = await life.settled(PATIENCE_MS);
    expect(Object.keys(states).filter((key) => !key.endsWith("confirmed"))).toEqual([]);
    expect(invoices()).toHaveLength(before + DOCUMENTS);
    expect(doubles()).toEqual([]);
    const names = outside.netsuite.world.list("customer").map((one) => one.body["companyName"]);
    expect(new Set(names).size).toBe(names.length);
    expect(await one(life, "select count(*)::int from exception_case where state = 'open'")).toBe(
      0,
    );

    // What it found there it took as its own; what was not there it sent, once.
    const adopted = "select count(*)::int from outcome where class = 'adopted'";
    expect(await one<number>(life, adopted)).toBeGreaterThanOrEqual(DOCUMENTS);
    const blind = `select count(*)::int from attempt a
      where a.kind = 'send' and a.handoff_id is not null
      and a.created_at > (select confirmed_at from sending_permission)
      and not exists (select 1 from attempt p join outcome o on o.attempt_id = p.id
        where p.handoff_id = a.handoff_id and p.kind = 'probe' and o.class = 'probe-absent')`;
    expect(await one<number>(life, blind)).toBe(0);

    expect(await sends(original)).toBe(sentByOriginal);
    expect(await one(original, "select reason from sending_permission")).toContain("E_LANE_FENCED");
    expect(original.log.some((line) => line.includes("E_LANE_FENCED"))).toBe(true);
  });

  test("given all this, then the restored ledger keeps its invariants", async () => {
    const life = restored as Life;
    const only = ["NoLoss", "SingleEffect", "NoOrphan", "WriteAhead", "NoBlindRetry"];
    const more = ["PayloadBinding", "KeyStability", "Order", "Immutability"];
    const asked = { only: [...only, ...more] };
    const result = await runOperation(operations.verifyInvariants, life.context, asked);
    expect(result.results.filter((one) => one.state !== "held")).toEqual([]);
  });
});
