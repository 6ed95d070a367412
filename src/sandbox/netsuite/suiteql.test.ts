import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../../kernel/clock.ts";
import { seededRandom } from "../../kernel/random.ts";
import { pageFacts } from "./record-routes.ts";
import { Refusal } from "./refusal.ts";
import type { NetSuiteSandbox } from "./sandbox.ts";
import { startNetSuiteSandbox } from "./sandbox.ts";
import { parseQuery } from "./suiteql-parser.ts";
import { runQuery } from "./suiteql-run.ts";
import { findTable, localTime } from "./suiteql-tables.ts";

/** 05:30 in the morning of the 2nd in UTC is still the 1st in Los Angeles. */
const clock: Clock = { now: () => Date.parse("2026-04-02T05:30:00Z"), monotonic: () => 0 };
const zone = "America/Los_Angeles";
let sandbox: NetSuiteSandbox;

beforeEach(async () => {
  sandbox = await startNetSuiteSandbox({ port: 0, clock, random: seededRandom(1) });
  const { world } = sandbox;
  for (const [externalId, subsidiary] of [
    ["us", "1"],
    ["de", "2"],
  ] as const) {
    world.create("customer", { externalId, companyName: externalId, subsidiary });
  }
  const income = { incomeAccount: { id: "151" } };
  world.create("serviceSaleItem", { externalId: "plan", itemId: "Plan", ...income });
  const sale = (entity: string, externalId: string, tranDate: string, amount: number) => ({
    externalId,
    entity: { externalId: entity },
    tranDate,
    item: { items: [{ item: { externalId: "plan" }, quantity: 2, rate: amount / 2 }] },
  });
  world.create("invoice", { ...sale("us", "A1", "2026-03-01", 10.5), memo: "it's 100% fine" });
  world.create("invoice", sale("us", "A2", "2026-03-01", 20));
  world.create("invoice", sale("de", "B_1", "2026-03-02", 30));
  world.create("creditMemo", sale("de", "C1", "2026-03-31", 5));
});
afterEach(() => sandbox.close());

function ask(q: string) {
  const { books } = sandbox.world;
  const source = {
    books,
    rows: (group: Parameters<typeof books.all>[0]) =>
      [...books.all(group)].map((record) => ({
        record,
        applied: books.applied(record.id),
        modifiedAt: books.modifiedAt(record),
      })),
    localTime: (ms: number) => localTime(ms, zone),
    customFields: new Set<string>(["custbody_x"]),
  };
  return runQuery(parseQuery(q), (name) => findTable(source, name), zone).rows;
}

const refused = (q: string): string => {
  try {
    return JSON.stringify(ask(q));
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    expect(thrown.code).toBe("INVALID_PARAMETER");
    return thrown.message;
  }
};

describe("answers", () => {
  test("totals per day, type and currency", () => {
    const rows = ask(
      `SELECT TO_CHAR(trandate,'YYYY-MM-DD') AS day, type, currency, COUNT(*) AS n,
              SUM(foreigntotal) AS total
       FROM transaction
       WHERE trandate BETWEEN TO_DATE('2026-03-01','YYYY-MM-DD')
                          AND TO_DATE('2026-03-31','YYYY-MM-DD')
       GROUP BY TO_CHAR(trandate,'YYYY-MM-DD'), type, currency ORDER BY day DESC, type`,
    );
    expect(rows).toEqual([
      { day: "2026-03-31", type: "CustCred", currency: "4", n: "1", total: "-5" },
      { day: "2026-03-02", type: "CustInvc", currency: "4", n: "1", total: "30" },
      { day: "2026-03-01", type: "CustInvc", currency: "1", n: "2", total: "30.5" },
    ]);
  });

  test("values are texts, nulls are left out, dates and times show as the account's days", () => {
    expect(
      ask(
        `SELECT id, externalid, duedate, memo, trandate, createddate
         FROM transaction WHERE id = 10002`,
      ),
    ).toEqual([
      {
        id: "10002",
        externalid: "A2",
        duedate: "3/1/2026",
        trandate: "3/1/2026",
        createddate: "4/1/2026",
      },
    ]);
    expect(
      ask(
        "SELECT TO_CHAR(lastmodifieddate, 'YYYY-MM-DD HH24:MI:SS') AS at FROM customer ORDER BY id",
      )[0],
    ).toEqual({ at: "2026-04-01 22:30:00" });
  });

  test("since a moment, in the account's local time", () => {
    const since = (text: string) =>
      ask(
        `SELECT id FROM transaction
         WHERE lastmodifieddate >= TO_DATE('${text}', 'YYYY-MM-DD HH24:MI:SS')`,
      ).length;
    expect([since("2026-04-01 22:30:00"), since("2026-04-01 22:30:01")]).toEqual([4, 0]);
  });

  test("lists, patterns, nulls and three-valued logic", () => {
    const ids = (where: string) =>
      ask(`SELECT externalid FROM transaction WHERE ${where} ORDER BY id`).map(
        (r) => r["externalid"],
      );
    expect(ids("externalid IN ('A1','B_1','zz')")).toEqual(["A1", "B_1"]);
    expect(ids("externalid LIKE 'A%'")).toEqual(["A1", "A2"]);
    expect(ids("externalid LIKE '_1'")).toEqual(["A1", "C1"]);
    expect(ids("memo = 'it''s 100% fine'")).toEqual(["A1"]);
    expect(ids("memo IS NULL AND NOT (type = 'CustInvc')")).toEqual(["C1"]);
    // Rows without a memo are neither equal nor unequal.
    expect(ids("memo <> 'x'")).toEqual(["A1"]);
    expect(ids("NOT memo = 'x' OR id = '10002'")).toEqual(["A1", "A2"]);
    expect(ids("foreigntotal > 9 AND foreigntotal < 10.6 OR foreigntotal = -5")).toEqual([
      "A1",
      "C1",
    ]);
    expect(ids("trandate = '3/2/2026'")).toEqual(["B_1"]);
  });

  test("a join finds the subsidiary, which only lines have; sales lines are negative", () => {
    const rows = ask(
      `SELECT tl.subsidiary, SUM(t.foreigntotal) AS total, COUNT(t.id) AS n
       FROM transaction t INNER JOIN transactionline tl ON tl.transaction = t.id
       WHERE tl.mainline = 'T' AND t.type = 'CustInvc'
       GROUP BY tl.subsidiary ORDER BY tl.subsidiary`,
    );
    expect(rows).toEqual([
      { subsidiary: "1", total: "30.5", n: "2" },
      { subsidiary: "2", total: "30", n: "1" },
    ]);
    const [line] = ask(
      `SELECT foreignamount, quantity, item FROM transactionline
       WHERE transaction = 10001 AND mainline = 'F'`,
    );
    expect(line).toEqual({ foreignamount: "-10.5", quantity: "-2", item: "2001" });
    expect(ask("SELECT SUM(amount) AS zero FROM transactionaccountingline")).toEqual([
      { zero: "0" },
    ]);
    expect(refused("SELECT subsidiary FROM transaction")).toContain("Unknown identifier");
  });

  test("an aggregate over nothing is one row; distinct counts once", () => {
    expect(ask("SELECT COUNT(*), SUM(foreigntotal) FROM transaction WHERE id = 1")).toEqual([
      { expr1: "0" },
    ]);
    expect(ask("SELECT DISTINCT type FROM transaction ORDER BY type")).toHaveLength(2);
  });

  test("a hundred thousand rows are the end, and nothing says so", () => {
    const page = Array.from({ length: 1000 }, () => ({}));
    expect(pageFacts(page, 250_000, 99_000)).toMatchObject({
      hasMore: false,
      totalResults: 100_000,
    });
    expect(pageFacts(page, 250_000, 98_000).hasMore).toBe(true);
  });
});

describe("what it does not know is a refusal, never an answer", () => {
  test.each([
    "SELECT id FROM vendor",
    "SELECT nope FROM transaction",
    "SELECT total FROM transaction",
    "SELECT TOP 5 id FROM transaction",
    "SELECT id FROM transaction LIMIT 5",
    "SELECT id FROM transaction; DROP TABLE transaction",
    "SELECT id FROM transaction WHERE trandate >= '2026-03-01'",
    "SELECT id FROM transaction WHERE trandate >= TO_DATE('2026-02-30','YYYY-MM-DD')",
    "SELECT id FROM transaction WHERE foreigntotal > 'ten'",
    "SELECT id FROM transaction WHERE id = tranid",
    "SELECT id FROM transaction LEFT JOIN customer ON entity = id",
    "SELECT id FROM transaction t JOIN customer c ON c.id = t.entity",
    "SELECT type, COUNT(*) FROM transaction",
    "SELECT id FROM transaction GROUP BY type",
    "SELECT SUM(memo) FROM transaction",
    "SELECT BUILTIN.DF(currency) FROM transaction",
    "SELECT id FROM transaction WHERE id IN (SELECT id FROM customer)",
    "SELECT id FROM transaction WHERE COUNT(*) > 1",
    "SELECT id FROM transaction HAVING COUNT(*) > 1",
    "SELECT 'open FROM transaction",
    `SELECT id FROM transaction WHERE id IN (${"1,".repeat(1000)}1)`,
    "",
  ])("%s", (q) => {
    expect(refused(q)).toMatch(/^Invalid search query\. Search error occurred: /);
  });

  test("an ISO date beside a date column says so in the account's words", () => {
    expect(refused("SELECT id FROM transaction WHERE trandate = '2026-03-01'")).toContain(
      'Parse of date/time "2026-03-01" failed with date format "M/d/yy" in time zone America/Los_',
    );
  });
});
