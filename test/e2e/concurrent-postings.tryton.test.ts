/**
 * Twelve postings at once through the whole of the product against a live server, with the numbers
 * of the source and with the server's own; and beside them what a plain loop gets out of it.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { trytonTarget } from "../../src/connectors/tryton/target.ts";
import { createCustomer, draftInvoice, postInvoice } from "../../src/sandbox/tryton/documents.ts";
import { listInvoices } from "../../src/sandbox/tryton/inspect.ts";
import { openTryton } from "../../src/sandbox/tryton/rpc.ts";
import type { TrytonGround } from "../connectors/tryton-ground.ts";
import { onSqlite } from "../connectors/tryton-ground.ts";
import { settingsOf } from "../connectors/tryton-room.ts";
import type { HubRoom } from "../support/hub-room.ts";
import { openHubRoom } from "../support/hub-room.ts";
import { systemClock } from "../support/system-clock.ts";
import { systemRandom } from "../support/system-random.ts";
import type { TrytonRoom } from "../support/tryton-room.ts";
import { trytonWithCompany } from "../support/tryton-room.ts";

const SEATS = 12;
/** Postings of each measurement. */
const COUNT = 18;
const PATIENCE_MS = 500_000;

let server: TrytonRoom;

beforeAll(async () => {
  server = await trytonWithCompany();
});

afterAll(() => server?.server.destroy());

async function groundOf({ server: running, seeded }: TrytonRoom): Promise<TrytonGround> {
  const rpc = await signIn();
  const { accounts, journals, company, currency, receivable } = seeded;
  return {
    ...{ server: running, access: running.access, person: rpc, company, companyCurrency: "EUR" },
    currencies: { EUR: currency },
    accounts: {
      receivable,
      cash: accounts["1120"] ?? 0,
      revenue: accounts["4800"] ?? 0,
      tax: accounts["2300"] ?? 0,
    },
    journals: {
      revenue: journals["revenue"] ?? 0,
      cash: journals["cash"] ?? 0,
      general: journals["general"] ?? 0,
    },
    unit: (await rpc.find("product.uom", [["name", "=", "Unit"]])) ?? 0,
  };
}

/** Invoices that all go at one moment: what they need is there, and sending waits for the last. */
async function sell(room: HubRoom): Promise<void> {
  const { world, sender } = room.stripe;
  const customer = world.createCustomer({ name: "Buyer", email: "a@example.com" }).id;
  const product = world.createProduct({ name: "Seat" }).id;
  const price = world.createPrice({ product, currency: "eur", unit_amount: 5000 }).id;
  await sender.idle(PATIENCE_MS);
  await untilThere(room, "target = 'tryton' and state = 'confirmed'", 2);
  await room.hub.pool.query("update sending_permission set allowed = false");
  for (let n = 1; n <= COUNT; n += 1) {
    const invoice = world.createInvoice({ customer, currency: "eur" }).id;
    world.createInvoiceItem({ customer, invoice, pricing: { price }, quantity: n });
    world.finalizeInvoice({ invoice });
  }
  await sender.idle(PATIENCE_MS);
  await untilThere(room, "operation = 'invoice.post' and state = 'ready'", COUNT);
  await room.hub.pool.query("update sending_permission set allowed = true");
}

interface Postings {
  readonly confirmed: number;
  readonly perSecond: number;
  /** Most at one moment, by when each attempt was written and answered. */
  readonly atOnce: number;
  readonly putOff: number;
}

/** What the ledger says of the invoices' own calls. */
async function postingsOf({ hub }: HubRoom): Promise<Postings> {
  const { rows } = await hub.pool.query<{ from: number; to: number; class: string }>(
    `select extract(epoch from a.created_at)::float8 as "from",
       extract(epoch from o.recorded_at)::float8 as "to", o.class
     from attempt a join outcome o on o.attempt_id = a.id join handoff h on h.id = a.handoff_id
     where h.operation = 'invoice.post' and a.kind = 'send' and h.target = 'tryton'`,
  );
  const done = rows.filter((row) => row.class === "done");
  const begin = Math.min(...done.map((row) => row.from));
  const end = Math.max(...done.map((row) => row.to));
  const edges = done.flatMap(({ from, to }) => [
    { at: from, step: 1 },
    { at: to, step: -1 },
  ]);
  edges.sort((a, b) => a.at - b.at || a.step - b.step);
  let [open, atOnce] = [0, 0];
  for (const { step } of edges) {
    open += step;
    atOnce = Math.max(atOnce, open);
  }
  const putOff = rows.filter((row) => row.class === "later").length;
  return { confirmed: done.length, perSecond: done.length / (end - begin), atOnce, putOff };
}

/** Waits until so many handoffs are as the condition says. */
async function untilThere(room: HubRoom, condition: string, count: number): Promise<void> {
  const statement = `select count(*)::int as n from handoff where ${condition}`;
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await room.hub.pool.query<{ n: number }>(statement);
    if (rows[0]?.n === count) return;
    if (performance.now() > until) throw new Error(JSON.stringify(await room.states()));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function casesOf({ hub }: HubRoom): Promise<string[]> {
  const { rows } = await hub.pool.query<{ code: string }>("select code from exception_case");
  return rows.map((row) => row.code);
}

/** A line of the run's output: figures are read, and decide nothing. */
function print(text: string): void {
  const database = onSqlite() ? "SQLite" : "PostgreSQL";
  process.stdout.write(`[throughput] ${database}: ${text}\n`);
}

/** A session ends after five minutes without a call. */
const signIn = () => openTryton(server.server.access);

const rate = (perSecond: number): string => `${perSecond.toFixed(1)}/s`;

async function throughTheProduct(numbers: "source" | "target"): Promise<Postings> {
  const ground = await groundOf(server);
  // Another account, or the second run's references would be the first one's.
  const account = `fin-${numbers}`;
  const settings = { ...settingsOf(ground, ground.access.url, numbers), account };
  const surroundings = { clock: systemClock, random: systemRandom };
  const room = await openHubRoom({
    books: { target: trytonTarget(settings, surroundings), seats: SEATS },
  });
  try {
    await sell(room);
    await untilThere(room, "operation = 'invoice.post' and state = 'confirmed'", COUNT);
    expect(await casesOf(room)).toEqual([]);
    return await postingsOf(room);
  } finally {
    await room.close();
  }
}

/** Drafts and posts by the sandbox's own driver, so many at once; what was refused is counted. */
async function plainLoop(atOnce: number): Promise<{ perSecond: number; refused: number }> {
  const { seeded } = server;
  const rpc = await signIn();
  const customer = await createCustomer(rpc, `Loop of ${atOnce}`);
  const today = new Date().toISOString().slice(0, 10);
  const given = { customer, date: today, amount: "50.00", account: "4800" };
  let [next, refused] = [0, 0];
  const started = performance.now();
  const loop = async (): Promise<void> => {
    while (next < COUNT) {
      next += 1;
      const reference = `loop-${atOnce}-${next}`;
      const id = await draftInvoice(rpc, seeded, { ...given, reference });
      if (!(await postInvoice(rpc, id)).ok) refused += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  return { perSecond: (COUNT - refused) / ((performance.now() - started) / 1000), refused };
}

describe("twelve postings at once", () => {
  test("given the numbers of the source, then all arrive at once and no lock becomes an exception", {
    timeout: PATIENCE_MS,
  }, async () => {
    const { confirmed, perSecond, atOnce, putOff } = await throughTheProduct("source");
    const figures = `${rate(perSecond)}, ${atOnce} at once, ${putOff} put off`;
    print(`${SEATS} seats, numbers of the source: ${figures}`);
    expect(confirmed).toBe(COUNT);
    // Where the machine is busy the first seat is done before the twelfth has begun.
    expect(atOnce).toBeGreaterThan(SEATS / 2);
    expect(await countPosted()).toBe(COUNT);
  });

  test("given the server's gapless numbers, then they go one at a time and each has one of its own", {
    timeout: PATIENCE_MS,
  }, async () => {
    const { confirmed, perSecond, atOnce, putOff } = await throughTheProduct("target");
    print(`${SEATS} seats, numbers of the server: ${rate(perSecond)}, ${putOff} put off`);
    expect([confirmed, atOnce]).toEqual([COUNT, 1]);
    const numbered = await listInvoices(await signIn(), server.seeded.company);
    const own = numbered.map((one) => one.number ?? "").filter((one) => /^\d+$/.test(one));
    expect(own.map(Number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: COUNT }, (_, index) => index + 1),
    );
  });

  test("a plain loop, for comparison", { timeout: PATIENCE_MS }, async () => {
    for (const atOnce of [1, SEATS]) {
      const { perSecond, refused } = await plainLoop(atOnce);
      print(`plain loop, ${atOnce} at once: ${rate(perSecond)}, ${refused} of ${COUNT} refused`);
      // Alone it is refused nothing; the crowd is what the product must not be.
      if (atOnce === 1) expect(refused).toBe(0);
    }
  });
});

/** Posted invoices; -1 when two bear one reference. */
async function countPosted(): Promise<number> {
  const all = await listInvoices(await signIn(), server.seeded.company);
  const posted = all.filter((one) => one.state === "posted");
  return new Set(posted.map((one) => one.reference)).size === posted.length ? posted.length : -1;
}
