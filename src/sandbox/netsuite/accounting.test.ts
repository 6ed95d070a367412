import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../../kernel/clock.ts";
import { seededRandom } from "../../kernel/random.ts";
import { toMinor } from "./amounts.ts";
import { remaining, unapplied } from "./applications.ts";
import { Refusal } from "./refusal.ts";
import type { NetSuiteSandbox } from "./sandbox.ts";
import { startNetSuiteSandbox } from "./sandbox.ts";
import type { RecordType } from "./types.ts";
import type { World } from "./world.ts";

const clock: Clock = { now: () => Date.parse("2026-03-15T20:00:00Z"), monotonic: () => 0 };
let sandbox: NetSuiteSandbox;
let world: World;

beforeEach(async () => {
  sandbox = await startNetSuiteSandbox({ port: 0, clock, random: seededRandom(7) });
  world = sandbox.world;
  for (const [externalId, subsidiary, currency] of [
    ["us", "1", "1"],
    ["de", "2", "4"],
    ["jp", "3", "5"],
    ["kw", "1", "7"],
  ]) {
    world.create("customer", {
      externalId,
      companyName: externalId,
      subsidiary: { id: subsidiary },
      currency: { id: currency },
    });
  }
  world.create("serviceSaleItem", {
    externalId: "plan",
    itemId: "Plan",
    incomeAccount: { id: "151" },
    deferredRevenueAccount: { id: "138" },
  });
  world.create("nonInventorySaleItem", {
    externalId: "usage",
    itemId: "Usage",
    incomeAccount: { id: "152" },
  });
});
afterEach(() => sandbox.close());

const sale = (customer: string, amount: number, more: object = {}) => ({
  entity: { externalId: customer },
  tranDate: "2026-03-10",
  item: { items: [{ item: { externalId: "usage" }, amount }] },
  ...more,
});
const cash = (customer: string, payment: number, docs: readonly object[] = []) => ({
  customer: { externalId: customer },
  tranDate: "2026-03-12",
  payment,
  account: { id: "112" },
  apply: { items: docs },
});
const balances = (period?: string) =>
  Object.fromEntries(
    world.trialBalance(period).map((one) => [`${one.subsidiary} ${one.number}`, one.balance]),
  );
const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.message;
    throw thrown;
  }
  return "accepted";
};
const left = (type: RecordType, id: string) => {
  const record = world.record(type, id);
  if (record === undefined) throw new Error(`no ${type} ${id}`);
  return type === "invoice" ? remaining(world.books, record) : unapplied(world.books, record);
};

describe("receivables", () => {
  test("an invoice posts to receivables, deferred revenue and the tax code's account", () => {
    world.create("invoice", {
      ...sale("de", 0),
      taxDetailsOverride: true,
      item: {
        items: [
          { item: { externalId: "plan" }, amount: 1000, taxDetailsReference: "1" },
          {
            item: { externalId: "usage" },
            quantity: "12.5",
            rate: 0.333,
            taxDetailsReference: "2",
          },
        ],
      },
      taxDetails: {
        items: [
          { taxDetailsReference: { id: "1" }, taxCode: { id: "303" }, taxAmount: 190 },
          { taxDetailsReference: "2", taxCode: { id: "303" }, taxAmount: 0.79 },
        ],
      },
    });
    expect(balances()).toEqual({
      "2 1100": "1194.95",
      "2 2400": "-1000.00",
      "2 4010": "-4.16",
      "2 2110": "-190.79",
    });
  });

  test("without the override flag the tax that was sent is gone, the account's own counts", () => {
    const taxed = {
      ...sale("de", 100),
      taxDetails: {
        items: [{ taxDetailsReference: "1", taxCode: { id: "303" }, taxAmount: 18.99 }],
      },
    };
    const first = world.create("invoice", taxed);
    expect(first.facts?.tax).toBe("0");
    world.changeSettings({ taxRates: { "2": "19" } });
    const second = world.create("invoice", taxed);
    expect(second.facts).toMatchObject({ tax: "1900", total: "11900" });
  });

  test("payments and credit memos are set against an invoice and never above what is due", () => {
    const { id } = world.create("invoice", sale("us", 100));
    const memo = world.create("creditMemo", {
      ...sale("us", 30),
      apply: { items: [{ doc: { id }, amount: 20 }] },
    });
    expect([left("invoice", id), left("creditMemo", memo.id)]).toEqual([8000n, 1000n]);
    const over = cash("us", 500, [{ doc: { id }, amount: 80.01 }]);
    expect(refusal(() => world.create("customerPayment", over))).toContain(
      "exceeds the amount due",
    );
    const greedy = cash("us", 50, [{ doc: { id }, amount: 60 }]);
    expect(refusal(() => world.create("customerPayment", greedy))).toContain("cannot apply more");
    const paid = world.create("customerPayment", cash("us", 100, [{ doc: { id } }]));
    expect([left("invoice", id), left("customerPayment", paid.id)]).toEqual([0n, 2000n]);
    const refund = {
      customer: { externalId: "us" },
      account: { id: "112" },
      apply: { items: [{ doc: { id: paid.id }, amount: 20 }] },
    };
    world.create("customerRefund", refund);
    expect(left("customerPayment", paid.id)).toBe(0n);
    expect(refusal(() => world.create("customerRefund", refund))).toContain("exceeds");
    expect(balances()).toEqual({ "1 1050": "80.00", "1 1100": "-10.00", "1 4010": "-70.00" });
    expect(refusal(() => world.remove("invoice", id))).toContain("dependent records");
    expect(refusal(() => world.edit("invoice", id, sale("us", 50), "item"))).toContain("exceeds");
  });

  test("the same document in the apply list again replaces its line, unlike item lines", () => {
    const { id } = world.create("invoice", sale("us", 100));
    const paid = world.create("customerPayment", cash("us", 100, [{ doc: { id }, amount: 40 }]));
    world.edit("customerPayment", paid.id, { apply: { items: [{ doc: { id }, amount: 70 }] } });
    expect(left("invoice", id)).toBe(3000n);
    world.edit("invoice", id, { item: { items: [{ line: 1, amount: 90 }] } });
    expect(left("invoice", id)).toBe(2000n);
    world.remove("customerPayment", paid.id);
    expect(left("invoice", id)).toBe(9000n);
  });

  test("names of items and customers are taken once, and free again after a rename", () => {
    const item = { itemId: "PLAN", incomeAccount: { id: "151" } };
    expect(refusal(() => world.create("nonInventorySaleItem", item))).toContain("Uniqueness error");
    const plan = world.byExternalId("serviceSaleItem", "plan");
    world.edit("serviceSaleItem", plan?.id ?? "", { itemId: "Plan 2026" });
    expect(refusal(() => world.create("nonInventorySaleItem", item))).toBe("accepted");
    const named = { entityId: "C-1", companyName: "C", subsidiary: "1" };
    world.create("customer", named);
    expect(refusal(() => world.create("customer", named))).toContain("unique customer ID");
  });

  test("an invoice with a payment on it cannot be moved to another customer", () => {
    const { id } = world.create("invoice", sale("us", 100));
    world.create("customerPayment", cash("us", 10, [{ doc: { id } }]));
    const moved = { entity: { externalId: "kw" }, currency: null };
    expect(refusal(() => world.edit("invoice", id, moved))).toContain("field: entity");
  });

  test("another customer's invoice and a negative total are refused", () => {
    const { id } = world.create("invoice", sale("us", 100));
    const wrong = cash("kw", 10, [{ doc: { id } }]);
    expect(refusal(() => world.create("customerPayment", wrong))).toContain("field: doc");
    expect(refusal(() => world.create("invoice", sale("us", -1)))).toContain("negative");
  });
});

describe("currencies", () => {
  test("amounts are rounded to what the account keeps: no yen decimals, two for the dinar", () => {
    const yen = world.create("invoice", sale("jp", 100.5));
    const dinar = world.create("invoice", sale("kw", 1.235));
    expect([yen.facts?.total, dinar.facts?.total]).toEqual(["101", "124"]);
    expect(yen.sublists["item"]?.[0]?.["amount"]).toBe("101");
  });

  test("a document in another currency balances in the subsidiary's own as well", () => {
    world.create("invoice", sale("kw", 99.99, { exchangeRate: 3.2517 }));
    const lines = world.trialBalance();
    expect(lines.map((one) => one.currency)).toEqual(["KWD", "KWD"]);
    expect(lines.map((one) => one.baseBalance)).toEqual(["325.14", "-325.14"]);
  });
});

describe("journal entries", () => {
  const entry = (credit: number, more: object = {}) => ({
    subsidiary: { id: "2" },
    tranDate: "2026-03-31",
    line: {
      items: [
        { account: { id: "138" }, debit: 12.34 },
        { account: { id: "151" }, credit },
      ],
    },
    ...more,
  });

  test("one that does not balance is refused; one that is not approved does not post", () => {
    expect(refusal(() => world.create("journalEntry", entry(12.33)))).toContain("must balance");
    world.create("journalEntry", entry(12.34, { approved: false }));
    expect(balances()).toEqual({});
    world.create("journalEntry", entry(12.34));
    expect(balances("2026-03")).toEqual({ "2 2400": "12.34", "2 4000": "-12.34" });
  });

  test("a reversal date makes the second entry at once; in a shut period neither is made", () => {
    world.lockPeriod("2026-04", { closed: true });
    const reversing = entry(12.34, { reversalDate: "2026-04-01" });
    expect(refusal(() => world.create("journalEntry", reversing))).toContain("accounting period");
    expect(world.list("journalEntry")).toHaveLength(0);
    world.lockPeriod("2026-04", { closed: false });
    world.create("journalEntry", reversing);
    expect(world.list("journalEntry")).toHaveLength(2);
    expect(world.trialBalance().every((one) => one.balance === "0.00")).toBe(true);
  });

  test("a lock on receivables stops invoices and lets journals through", () => {
    world.lockPeriod("2026-03", { arLocked: true });
    expect(refusal(() => world.create("invoice", sale("us", 1)))).toContain("accounting period");
    expect(refusal(() => world.create("journalEntry", entry(12.34)))).toBe("accepted");
    const explicit = entry(12.34, { postingPeriod: { id: "416" } });
    expect(refusal(() => world.create("journalEntry", explicit))).toContain("accounting period");
  });
});

describe("whatever is done", () => {
  test("the books balance, and receivables are what is open less what is unapplied", () => {
    const kinds = ["invoice", "invoice", "memo", "pay", "pay", "edit", "remove"];
    const step = fc.record({
      kind: fc.constantFrom(...kinds),
      customer: fc.constantFrom("us", "de", "jp", "kw"),
      cents: fc.integer({ min: 1, max: 500_000 }),
      pick: fc.nat(50),
      /** Mostly the invoice's own customer, at times somebody else. */
      own: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    });
    const accepted = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        for (const { kind, cents, pick, ...one } of steps) {
          const amount = cents / 100;
          const invoices = world.list("invoice");
          const chosen = invoices[pick % Math.max(invoices.length, 1)];
          const doc = chosen?.id ?? "0";
          const owner = world.record("customer", String(chosen?.body["entity"]))?.externalId;
          const customer = one.own ? (owner ?? one.customer) : one.customer;
          const apply = { items: [{ doc: { id: doc } }] };
          const outcome = refusal(() => {
            if (kind === "invoice") world.create("invoice", sale(one.customer, amount));
            else if (kind === "memo") world.create("creditMemo", sale(customer, amount, { apply }));
            else if (kind === "pay") {
              world.create("customerPayment", cash(customer, amount, apply.items));
            } else if (kind === "edit") {
              world.edit("invoice", doc, sale(customer, amount), "item");
            } else world.remove("invoice", doc);
          });
          if (outcome === "accepted") accepted.add(kind);
        }
        expectBalanced();
      }),
      { numRuns: 50 },
    );
    expect([...accepted].sort()).toEqual([...new Set(kinds)].sort());
  });
});

/** Sums the trial balance and the open documents independently of each other. */
function expectBalanced(): void {
  const sums = new Map<string, bigint>();
  const receivables = new Map<string, bigint>();
  for (const one of world.trialBalance()) {
    const key = `${one.subsidiary} ${one.currency}`;
    sums.set(key, (sums.get(key) ?? 0n) + toMinor(one.balance, 2));
    sums.set(`${key} base`, (sums.get(`${key} base`) ?? 0n) + toMinor(one.baseBalance, 2));
    if (one.number === "1100") receivables.set(key, toMinor(one.balance, 2));
  }
  expect([...sums.values()].filter((sum) => sum !== 0n)).toEqual([]);
  const open = new Map<string, bigint>();
  for (const type of ["invoice", "creditMemo", "customerPayment"] as const) {
    for (const record of world.list(type)) {
      const currency = world.record("currency", String(record.body["currency"]))?.body;
      const key = `${record.body["subsidiary"]} ${currency?.["symbol"]}`;
      const amount = left(type, record.id) * (type === "invoice" ? 1n : -1n);
      expect(left(type, record.id)).toBeGreaterThanOrEqual(0n);
      const hundredths = amount * (currency?.["currencyPrecision"] === "0" ? 100n : 1n);
      open.set(key, (open.get(key) ?? 0n) + hundredths);
    }
  }
  for (const [key, balance] of receivables) expect(open.get(key) ?? 0n).toBe(balance);
}
