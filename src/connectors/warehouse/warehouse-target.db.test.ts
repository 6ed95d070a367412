import { createHash } from "node:crypto";
import net from "node:net";
import fc from "fast-check";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FreshDatabase } from "../../../test/support/database.ts";
import { freshDatabase } from "../../../test/support/database.ts";
import type { Json } from "../../kernel/strict-json.ts";
import { parseStrictJson } from "../../kernel/strict-json.ts";
import type { BulkItem, BulkTarget, TargetDocument } from "../kit/target.ts";
import { personalColumns, physicalTables } from "./physical-columns.ts";
import type { WarehouseSettingsInput } from "./settings.ts";
import { warehouseTarget } from "./warehouse-target.ts";
import { warehouseTotals } from "./warehouse-totals.ts";

const LIMITS = { maxDepth: 9 };
const eur = (amount: string): Json => ({ amount, currency: "EUR" });

function line(id: string, net: string): Json {
  const taxes: Json = [{ amount: eur("1.90"), inclusive: false, category: "standard" }];
  const base = { id, description: "Seats", quantity: "4", unitPrice: "2.5", amount: eur(net) };
  const servicePeriod = { start: "2026-02-01", end: "2026-02-28" };
  return { ...base, allowances: [], net: eur(net), taxes, servicePeriod };
}

function invoice(id: string, change: { [key: string]: Json } = {}): Json {
  return {
    ...{ id, number: `A-${id}`, type: "invoice", status: "open", customerId: "cus_1" },
    ...{ issueDate: "2026-01-31", timeZone: "Europe/Berlin", currency: "EUR" },
    seller: { country: "DE", taxRegistrations: [] },
    buyer: { name: "Ada GmbH", taxRegistrations: [] },
    lines: [line("il_1", "10.00"), line("il_2", "20.00")],
    ...{ allowances: [], charges: [], net: eur("30.00") },
    taxBreakdown: [{ amount: eur("5.70"), inclusive: false, category: "standard", percent: "19" }],
    ...{ tax: eur("5.70"), gross: eur("35.70"), settlements: [], paid: eur("0.00") },
    ...{ rounding: eur("0.00"), due: eur("35.70"), paymentIds: [], metadata: {} },
    ...change,
  };
}

function payment(id: string, currency: string, amount: string): Json {
  const base = { id, status: "succeeded", amount: { amount, currency }, date: "2026-02-01" };
  const rest = { timeZone: "Europe/Berlin", createdAt: "2026-02-01T10:00:00.000Z" };
  return { ...base, ...rest, allocations: [], metadata: {} };
}

function customer(id: string, name: string): Json {
  return { id, name, addresses: [], createdAt: "2026-01-01T00:00:00.000Z", metadata: {} };
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The id that a fact always has. */
function eventId(text: string): string {
  const h = digest(text);
  const parts = [h.slice(0, 8), h.slice(8, 12), `8${h.slice(13, 16)}`, `a${h.slice(17, 20)}`];
  return [...parts, h.slice(20, 32)].join("-");
}

function fact(type: string, key: string, version: number, data: Json): BulkItem {
  const subject = `billing/${key}`;
  return {
    operation: "event.load",
    reference: digest(subject).slice(0, 16),
    event: {
      ...{ id: eventId(`${type} ${subject} ${version}`), type, subject },
      occurred: new Date(Date.UTC(2026, 1, 1) + version * 1000).toISOString(),
      ...{ version: String(version), correlationId: eventId(subject), legalEntity: "de" },
    },
    readData: () => data,
  };
}

let database: FreshDatabase;
let client: pg.Client;
let opened: BulkTarget[] = [];

beforeEach(async () => {
  database = await freshDatabase();
  client = new pg.Client(database.url);
  await client.connect();
});

afterEach(async () => {
  for (const target of opened) await target.close?.();
  opened = [];
  await client.end();
  await database.drop();
});

function open(change: Partial<WarehouseSettingsInput> = {}): BulkTarget {
  const settings = { connection: "warehouse", account: "warehouse", url: database.url, ...change };
  const target = warehouseTarget(settings);
  opened.push(target);
  return target;
}

async function rows(text: string): Promise<unknown[]> {
  return (await client.query(text)).rows;
}

/** Everything that the tables say, without the times of loading. */
async function dump(schema: string): Promise<unknown> {
  const said: Record<string, unknown[]> = {};
  for (const { name, key } of physicalTables) {
    const text = `select to_jsonb(t) - 'loaded_at' as row from "${schema}"."${name}" t order by `;
    said[name] = (await rows(text + key.join(", "))).map((one) => (one as { row: unknown }).row);
  }
  return said;
}

const classes = async (target: BulkTarget, items: readonly BulkItem[]): Promise<string[]> =>
  (await target.apply(items)).map((outcome) => outcome.class);

describe("loading events", () => {
  it("given an invoice, then feed, row, lines and taxes hold it to the cent", async () => {
    const finalized = fact("invoice.finalized", "invoice/in_1", 5, invoice("in_1"));
    const [outcome] = await open().apply([finalized]);
    expect(outcome).toEqual({ class: "done", externalId: "billing/invoice/in_1" });
    const text = `select i.connection, i.source_id, i.reference, i.number, i.status, i.gross::text,
  i.currency, i.version::text, i.issue_date::text, f.data->>'number' as told, f.amount::text
from warehouse.invoice i join warehouse.event_feed f using (event_id)`;
    expect(await rows(text)).toEqual([
      {
        ...{ connection: "billing", source_id: "in_1", number: "A-in_1", status: "open" },
        ...{ gross: "35.70", currency: "EUR", version: "5", issue_date: "2026-01-31" },
        ...{
          told: "A-in_1",
          amount: "35.70",
          reference: digest("billing/invoice/in_1").slice(0, 16),
        },
      },
    ]);
    const lines = `select position, line_id, net::text, unit_price::text, service_end::text
from warehouse.invoice_line order by position`;
    const rest = { unit_price: "2.5", service_end: "2026-02-28" };
    expect(await rows(lines)).toEqual([
      { position: 0, line_id: "il_1", net: "10.00", ...rest },
      { position: 1, line_id: "il_2", net: "20.00", ...rest },
    ]);
    const taxes = "select amount::text, percent::text from warehouse.invoice_tax";
    expect(await rows(taxes)).toEqual([{ amount: "5.70", percent: "19" }]);
  });

  it("given that paid came before finalized, then the invoice stays paid", async () => {
    const paid = invoice("in_1", { status: "paid", lines: [line("il_1", "30.00")] });
    const target = open();
    await target.apply([fact("invoice.paid", "invoice/in_1", 9, paid)]);
    await target.apply([fact("invoice.finalized", "invoice/in_1", 5, invoice("in_1"))]);
    expect(await rows("select status from warehouse.invoice")).toEqual([{ status: "paid" }]);
    expect(await rows("select net::text from warehouse.invoice_line")).toEqual([{ net: "30.00" }]);
    expect(await rows("select 1 from warehouse.event_feed")).toHaveLength(2);
  });

  it("given a newer state without an optional field, then the field is empty", async () => {
    const target = open();
    const memo = invoice("in_1", { memo: "thanks" });
    await target.apply([fact("invoice.finalized", "invoice/in_1", 5, memo)]);
    await target.apply([fact("invoice.paid", "invoice/in_1", 6, invoice("in_1"))]);
    expect(await rows("select memo from warehouse.invoice")).toEqual([{ memo: null }]);
  });

  it("given a deleted customer, then what was known stays and a late update is older", async () => {
    const target = open();
    await target.apply([fact("customer.deleted", "customer/cus_1", 9, { id: "cus_1" })]);
    const before = "select deleted, name from warehouse.customer";
    expect(await rows(before)).toEqual([{ deleted: true, name: null }]);
    await target.apply([fact("customer.updated", "customer/cus_1", 8, customer("cus_1", "Ada"))]);
    expect(await rows(before)).toEqual([{ deleted: true, name: "Ada" }]);
  });
});

/** Several versions of a few objects: lines come and go, a customer is deleted, ids tie. */
const history: readonly BulkItem[] = [
  fact("customer.created", "customer/cus_1", 1, customer("cus_1", "Ada")),
  fact("customer.updated", "customer/cus_1", 4, customer("cus_1", "Ada GmbH")),
  fact("customer.deleted", "customer/cus_1", 6, { id: "cus_1" }),
  fact("customer.deleted", "customer/cus_2", 2, { id: "cus_2" }),
  fact("customer.updated", "customer/cus_2", 3, customer("cus_2", "Back again")),
  fact("invoice.finalized", "invoice/in_1", 5, invoice("in_1")),
  fact("invoice.payment-failed", "invoice/in_1", 7, invoice("in_1", { lines: [] })),
  fact("invoice.paid", "invoice/in_1", 7, invoice("in_1", { status: "paid" })),
  fact("invoice.voided", "invoice/in_2", 3, invoice("in_2", { status: "void", lines: [] })),
  fact("invoice.finalized", "invoice/in_2", 2, invoice("in_2")),
  fact("payment.succeeded", "payment/pi_1", 3, payment("pi_1", "JPY", "1200")),
];

describe("the order of arrival", () => {
  it("any permutation, repetition and cutting into batches gives the same tables", async () => {
    await open({ schema: "plain" }).apply(history);
    const expected = await dump("plain");
    const target = open({ schema: "mixed" });
    await target.apply([]);
    const tables = physicalTables.map(({ name }) => `mixed.${name}`).join(", ");
    const again = fc.array(fc.constantFrom(...history), { maxLength: 8 });
    const arrival = again.chain((extra) => {
      const all = [...history, ...extra];
      return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
    });
    const size = fc.integer({ min: 1, max: history.length });
    const property = fc.asyncProperty(arrival, size, async (items, step) => {
      await client.query(`truncate ${tables}`);
      for (let at = 0; at < items.length; at += step) {
        const outcomes = await target.apply(items.slice(at, at + step));
        expect(outcomes.every((outcome) => outcome.class === "done")).toBe(true);
      }
      expect(await dump("mixed")).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it("given loaders at one time on the same objects, then the newest state stands", async () => {
    const target = open({ connections: 4 });
    await open({ schema: "plain" }).apply(history);
    const orders = [history, history.toReversed(), history.slice(3), history.toReversed().slice(3)];
    for (let round = 0; round < 5; round += 1) {
      const loads = await Promise.all(orders.map((items) => classes(target, items)));
      expect(new Set(loads.flat())).toEqual(new Set(["done"]));
    }
    expect(await dump("warehouse")).toEqual(await dump("plain"));
  });
});

describe("events that cannot be loaded", () => {
  const good = (n: number) => fact("invoice.finalized", `invoice/in_${n}`, n, invoice(`in_${n}`));

  it("given one value that PostgreSQL refuses, then its neighbours are loaded", async () => {
    const bad = fact("invoice.paid", "invoice/in_x", 2, invoice("in_x", { dueDate: "2026-02-30" }));
    const outcomes = await open().apply([good(1), good(2), bad, good(3), good(4)]);
    expect(outcomes.map((one) => one.class)).toEqual(["done", "done", "refused", "done", "done"]);
    expect(outcomes[2]).toMatchObject({
      code: "E_WAREHOUSE_VALUE_REFUSED",
      cause: "22008 in invoice",
    });
    expect(await rows("select 1 from warehouse.invoice")).toHaveLength(4);
    expect(await rows("select 1 from warehouse.event_feed")).toHaveLength(4);
  });

  it.each([
    ["a type nobody knows", fact("invoice.eaten", "invoice/in_x", 1, invoice("in_x"))],
    ["an amount that is no number", broken({ gross: eur("NaN") })],
    ["an amount in another currency", broken({ paid: { amount: "1.00", currency: "USD" } })],
    ["a day that is a word", broken({ issueDate: "today" })],
    ["a missing number", broken({ number: null })],
    ["lines that are no list", broken({ lines: {} })],
    ["a version beyond what a database counts", beyond()],
    ["data that cannot be read", { ...good(9), readData: () => parseStrictJson("{", LIMITS) }],
  ])("given %s, then it alone is refused and nothing of it is there", async (_, bad) => {
    expect(await classes(open(), [good(1), bad, good(2)])).toEqual(["done", "refused", "done"]);
    expect(await rows("select 1 from warehouse.event_feed")).toHaveLength(2);
  });

  function beyond(): BulkItem {
    const { event, ...rest } = fact("invoice.paid", "invoice/in_x", 1, invoice("in_x"));
    return { ...rest, event: { ...event, version: "9".repeat(20) } };
  }

  function broken(change: { [key: string]: Json }): BulkItem {
    return fact("invoice.finalized", "invoice/in_x", 2, invoice("in_x", change));
  }
});

describe("trouble of the warehouse", () => {
  it("given no server, then nothing happened and the budget pauses", async () => {
    const target = open({ url: "postgres://nobody:none@127.0.0.1:25999/none" });
    const [outcome] = await target.apply([history[0]!]);
    expect(outcome).toMatchObject({ class: "later", pauses: "budget" });
  });

  it("given a connection cut at the commit, then it throws and sending again is safe", async () => {
    const cut = await cuttingProxy(database.url);
    const target = open({ url: cut.url });
    await target.apply([]);
    cut.atNextCommit();
    await expect(target.apply(history)).rejects.toMatchObject({
      code: "E_WAREHOUSE_OUTCOME_UNKNOWN",
    });
    expect(new Set(await classes(target, history))).toEqual(new Set(["done"]));
    await open({ schema: "plain" }).apply(history);
    expect(await dump("warehouse")).toEqual(await dump("plain"));
    await cut.close();
  });
});

/** Lets everything through, and once cuts the client off when it has passed a commit on. */
async function cuttingProxy(target: string) {
  const { hostname, port } = new URL(target);
  let armed = false;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    const upstream = net.connect(Number(port), hostname);
    for (const one of [socket, upstream]) sockets.add(one.on("error", () => {}));
    socket.on("data", (chunk) => {
      upstream.write(chunk);
      if (!armed || !chunk.includes("commit")) return;
      armed = false;
      socket.destroy();
    });
    upstream.pipe(socket);
    socket.on("close", () => upstream.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(target);
  url.port = String((server.address() as net.AddressInfo).port);
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: url.href, atNextCommit: () => (armed = true), close };
}

describe("the schema", () => {
  it("given two starters at the same time, then both load", async () => {
    const starts = [open(), open(), open()].map((target) => classes(target, history));
    expect(new Set((await Promise.all(starts)).flat())).toEqual(new Set(["done"]));
    expect(await rows("select version from warehouse.schema_version")).toEqual([{ version: 1 }]);
  });

  it("given a column and a table that are new, then the feed fills them", async () => {
    await open().apply(history);
    const expected = await dump("warehouse");
    await client.query("alter table warehouse.invoice drop column number");
    await client.query("drop table warehouse.invoice_tax");
    await open().apply([]);
    expect(await dump("warehouse")).toEqual(expected);
  });

  it("given a schema that was dropped while we ran, then it is made again", async () => {
    const target = open();
    await target.apply([]);
    await client.query("drop schema warehouse cascade");
    expect(await classes(target, [history[0]!])).toEqual(["later"]);
    expect(await classes(target, [history[0]!])).toEqual(["done"]);
  });

  it("given a schema of a newer program, then nothing is written and it says why", async () => {
    await open().apply([]);
    await client.query("insert into warehouse.schema_version (version) values (99)");
    const [outcome] = await open().apply([history[0]!]);
    expect(outcome).toMatchObject({ class: "later", code: "E_WAREHOUSE_SCHEMA_NEWER" });
    expect(await rows("select 1 from warehouse.event_feed")).toEqual([]);
  });

  it("given a column that somebody retyped, then it is named", async () => {
    await open().apply([]);
    await client.query("alter table warehouse.invoice alter gross type text");
    const [outcome] = await open().apply([history[0]!]);
    expect(outcome).toMatchObject({ code: "E_WAREHOUSE_SCHEMA_CONFLICT" });
    expect(outcome).toHaveProperty("message", expect.stringContaining('"invoice"."gross" is text'));
  });

  it("then each personal column bears its class in the database", async () => {
    await open().apply([]);
    const marked = await rows(`
select c.relname || '.' || a.attname as place, col_description(c.oid, a.attnum) as said
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
where c.relnamespace = 'warehouse'::regnamespace and col_description(c.oid, a.attnum) is not null
order by 1`);
    const declared = personalColumns().map((one) => ({
      place: `${one.table}.${one.column}`,
      said: `personal data: ${one.class}`,
    }));
    expect(marked).toEqual(declared.sort((a, b) => (a.place < b.place ? -1 : 1)));
  });
});

describe("what the warehouse says of itself", () => {
  it("then documents name key, reference, number, sum and date", async () => {
    const target = open();
    await target.apply(history);
    const documents: TargetDocument[] = [];
    for await (const document of target.documents()) documents.push(document);
    expect(documents.map((one) => one.externalId)).toEqual([
      ...["billing/customer/cus_1", "billing/customer/cus_2"],
      ...["billing/invoice/in_1", "billing/invoice/in_2", "billing/payment/pi_1"],
    ]);
    expect(documents[2]).toEqual({
      ...{ type: "invoice", externalId: "billing/invoice/in_1", number: "A-in_1" },
      reference: history[5]?.reference,
      ...{ amount: { minor: 3570n, currency: "EUR" }, date: "2026-01-31" },
    });
    expect(documents[4]?.amount).toEqual({ minor: 1200n, currency: "JPY" });
  });

  it("then totals count and sum, and the day's hash is the sum over the event ids", async () => {
    await open().apply(history);
    const { entities, days } = await warehouseTotals(database.url, "warehouse");
    expect(entities.find(({ entity }) => entity === "invoice")).toEqual({
      ...{ entity: "invoice", count: 2, sums: [{ minor: 7140n, currency: "EUR" }] },
    });
    const parts = history.map(({ event }) => BigInt(`0x${digest(event.id).slice(0, 15)}`));
    const hash = parts.reduce((sum, part) => sum + part, 0n).toString();
    const sums = [
      { minor: 17_850n, currency: "EUR" },
      { minor: 1200n, currency: "JPY" },
    ];
    expect(days).toEqual([{ day: "2026-02-01", count: history.length, hash, sums }]);
  });
});
