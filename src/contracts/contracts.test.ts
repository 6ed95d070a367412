import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { moneyToWire } from "../kernel/money.ts";
import type { Json } from "../kernel/strict-json.ts";
import { checkContract } from "./check-contract.ts";
import { findIncompatibilities } from "./compatibility.ts";
import { dataschemaOf, defineContract, parseDataschema } from "./contract.ts";
import type { Invoice } from "./invoice/invoice.ts";
import { publishContract, publishedName } from "./publication.ts";
import { canonicalTypes, contractFor, contracts, reservedTypes } from "./registry.ts";
import { readNewest, upcaster } from "./upcast.ts";

const eur = (minor: bigint) => moneyToWire({ minor, currency: "EUR" });

/** Two lines: 100.00 with 19 % on top less 10.00, and 11.90 with 1.90 inside. */
function invoice(change: Partial<Invoice> = {}): Invoice {
  return {
    id: "in_1",
    number: "A-0001",
    type: "invoice",
    status: "open",
    customerId: "cus_1",
    issueDate: "2026-01-31",
    timeZone: "Europe/Berlin",
    currency: "EUR",
    seller: { country: "DE", taxRegistrations: [] },
    buyer: { name: "Ada GmbH", taxRegistrations: [{ kind: "eu_vat", value: "DE123456789" }] },
    lines: [
      {
        id: "il_1",
        description: "Seats",
        productId: "prod_1",
        quantity: "4",
        unitPrice: "25",
        amount: eur(10000n),
        allowances: [{ kind: "discount", id: "di_1", amount: eur(1000n) }],
        net: eur(9000n),
        taxes: [{ amount: eur(1710n), inclusive: false, category: "standard", percent: "19" }],
        servicePeriod: { start: "2026-02-01", end: "2026-02-28" },
      },
      {
        id: "il_2",
        description: "Set-up",
        quantity: "1",
        amount: eur(1190n),
        allowances: [],
        net: eur(1000n),
        taxes: [{ amount: eur(190n), inclusive: true, category: "standard" }],
      },
    ],
    allowances: [],
    charges: [],
    net: eur(10000n),
    taxBreakdown: [
      { amount: eur(1710n), inclusive: false, category: "standard" },
      { amount: eur(190n), inclusive: true, category: "standard" },
    ],
    tax: eur(1900n),
    gross: eur(11900n),
    settlements: [{ kind: "customer-credit", amount: eur(900n) }],
    paid: eur(900n),
    rounding: eur(0n),
    due: eur(11000n),
    paymentIds: [],
    metadata: {},
    ...change,
  };
}

function codesOf(type: string, data: unknown): string[] {
  const result = checkContract(type, data);
  return result.ok ? [] : result.error.map((found) => `${found.code} ${found.path}`);
}

describe("an invoice that is checked against its contract", () => {
  it("passes when lines, tax, gross and due tie", () => {
    expect(checkContract("invoice.finalized", invoice())).toEqual({ ok: true, value: undefined });
  });

  it.each([
    ["net", { net: eur(10001n) }, ["E_CONTRACT_LINES_TIE net", "E_CONTRACT_GROSS_TIES gross"]],
    ["tax", { tax: eur(1899n) }, ["E_CONTRACT_TAX_TIES tax", "E_CONTRACT_GROSS_TIES gross"]],
    ["gross", { gross: eur(11901n) }, ["E_CONTRACT_GROSS_TIES gross", "E_CONTRACT_DUE_TIES due"]],
    ["due", { due: eur(11900n) }, ["E_CONTRACT_DUE_TIES due"]],
    ["settlements", { settlements: [] }, ["E_CONTRACT_SETTLEMENTS_TIE paid"]],
    ["no lines", { lines: [] }, ["E_CONTRACT_LINES_TIE net"]],
    ["type", { type: "credit-invoice" }, ["E_CONTRACT_SIGN gross"]],
  ] as const)("names the %s that does not tie", (_name, change, expected) => {
    expect(codesOf("invoice.finalized", invoice(change as Partial<Invoice>))).toEqual(expected);
  });

  it("adds rounding to what is due", () => {
    const rounded = invoice({ rounding: eur(2n), due: eur(11002n) });
    expect(codesOf("invoice.finalized", rounded)).toEqual([]);
    expect(codesOf("invoice.finalized", { ...rounded, rounding: eur(-2n) })).toHaveLength(1);
  });

  it("names the line whose net is not its amount less what is taken off", () => {
    const given = invoice();
    const [first, second] = given.lines;
    const lines = [{ ...first!, net: eur(9001n) }, second!];
    expect(codesOf("invoice.finalized", { ...given, lines })).toContain(
      "E_CONTRACT_LINE_NET lines.0.net",
    );
  });

  it("refuses a second currency, whatever the sums say", () => {
    const due = { amount: "110.00", currency: "USD" };
    expect(codesOf("invoice.finalized", invoice({ due }))).toEqual([
      "E_CONTRACT_CURRENCY_MIXED due",
    ]);
  });

  it("refuses a service period that ends before it starts", () => {
    const given = invoice();
    const [first, second] = given.lines;
    const servicePeriod = { start: "2026-03-01", end: "2026-02-28" };
    expect(
      codesOf("invoice.finalized", { ...given, lines: [{ ...first!, servicePeriod }, second!] }),
    ).toEqual(["E_CONTRACT_PERIOD_REVERSED lines.0.servicePeriod"]);
  });

  it.each([
    ["a float's rest", { amount: "0.30000000000000004", currency: "EUR" }],
    ["an exponent", { amount: "1e21", currency: "EUR" }],
    ["a comma", { amount: "1.234,56", currency: "EUR" }],
    ["NaN", { amount: "NaN", currency: "EUR" }],
    ["a JSON number", { amount: 110, currency: "EUR" }],
    ["an unknown currency", { amount: "110.00", currency: "XXQ" }],
    ["yen with decimals", { amount: "110.00", currency: "JPY" }],
    ["dinar with two digits", { amount: "110.00", currency: "KWD" }],
    ["minus nothing", { amount: "-0.00", currency: "EUR" }],
    ["null", null],
    ["nothing", undefined],
    ["a field too many", { amount: "110.00", currency: "EUR", minor: 11000 }],
  ])("refuses %s as an amount", (_name, due) => {
    expect(codesOf("invoice.finalized", { ...invoice(), due })[0]).toMatch(/^E_CONTRACT_SHAPE due/);
  });

  it.each(["2026-02-29", "2026-13-01", "31.01.2026", "2026-01-31T00:00:00Z", ""])(
    "refuses %j as a day",
    (issueDate) => {
      expect(codesOf("invoice.finalized", invoice({ issueDate }))).toEqual([
        "E_CONTRACT_SHAPE issueDate",
      ]);
    },
  );

  it("refuses half a character and keeps whole ones as they are", () => {
    expect(codesOf("invoice.finalized", invoice({ memo: "cut \ud83d" }))).toHaveLength(1);
    expect(codesOf("invoice.finalized", invoice({ memo: "🙂 \u202e İ é é" }))).toEqual([]);
  });

  it("accepts any split of gross over lines, and refuses it one minor unit off", () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), { minLength: 1 }),
        (nets) => {
          const total = nets.reduce((a, b) => a + b, 0n);
          const lines = nets.map((net, index) => ({
            id: `il_${index}`,
            description: "",
            quantity: "1",
            amount: eur(net),
            allowances: [],
            net: eur(net),
            taxes: [],
          }));
          const given = invoice({
            type: total < 0n ? "credit-invoice" : "invoice",
            lines,
            net: eur(total),
            taxBreakdown: [],
            tax: eur(0n),
            gross: eur(total),
            settlements: [],
            paid: eur(0n),
            due: eur(total),
          });
          expect(codesOf("invoice.finalized", given)).toEqual([]);
          expect(codesOf("invoice.finalized", { ...given, due: eur(total + 1n) })).toEqual([
            "E_CONTRACT_DUE_TIES due",
          ]);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("a credit invoice", () => {
  it("books as a credit memo whose sums are the same without the minus", () => {
    const minus = (value: { amount: string; currency: string }) => ({
      ...value,
      amount: value.amount === "0.00" ? "0.00" : `-${value.amount}`,
    });
    const plain = invoice();
    const given: Invoice = {
      ...plain,
      type: "credit-invoice",
      lines: plain.lines.map((line) => ({
        ...line,
        unitPrice: undefined,
        amount: minus(line.amount),
        net: minus(line.net),
        allowances: line.allowances.map((part) => ({ ...part, amount: minus(part.amount) })),
        taxes: line.taxes.map((tax) => ({ ...tax, amount: minus(tax.amount) })),
      })),
      net: minus(plain.net),
      taxBreakdown: plain.taxBreakdown.map((tax) => ({ ...tax, amount: minus(tax.amount) })),
      tax: minus(plain.tax),
      gross: minus(plain.gross),
      settlements: [{ kind: "customer-credit", amount: minus(plain.gross) }],
      paid: minus(plain.gross),
      due: eur(0n),
    };
    expect(codesOf("invoice.finalized", given)).toEqual([]);
  });
});

describe("the registry", () => {
  it("has each name once, and none is both written and reserved", () => {
    const names = canonicalTypes().map(({ type }) => type);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("invoice.finalized");
    expect(Object.values(reservedTypes).flat()).toContain("journal.posted");
  });

  it("says why a type cannot be checked", () => {
    expect(codesOf("journal.posted", {})).toEqual(["E_CONTRACT_TYPE_RESERVED "]);
    expect(codesOf("invoice.eaten", {})).toEqual(["E_CONTRACT_TYPE_UNKNOWN "]);
    expect(codesOf("__proto__", {})).toEqual(["E_CONTRACT_TYPE_UNKNOWN "]);
  });

  it("finds contracts by type and version, and by the URI events carry", () => {
    expect(contractFor("invoice.finalized")?.version).toBe(1);
    expect(contractFor("invoice.finalized", 2)).toBeUndefined();
    expect(dataschemaOf("credit-memo.issued", 1)).toBe("tieout:contracts/credit-memo.issued/1");
    for (const { type, version } of contracts) {
      expect(parseDataschema(dataschemaOf(type, version))).toEqual({ type, version });
    }
    expect(parseDataschema("tieout:contracts/invoice.finalized/0")).toBeUndefined();
  });
});

describe("stored data of an older version", () => {
  const base = { entity: "tank", meaning: "", owner: "engineering", status: "active" } as const;
  const first = defineContract({
    ...base,
    type: "tank.filled",
    version: 1,
    schema: z.strictObject({ litres: z.string() }),
  });
  const second = defineContract({
    ...base,
    type: "tank.filled",
    version: 2,
    schema: z.strictObject({ litres: z.string(), note: z.string().optional() }),
  });
  const third = defineContract({
    ...base,
    type: "tank.filled",
    version: 3,
    schema: z.strictObject({ volume: z.strictObject({ litres: z.string() }) }),
    upcast: (data) => ({ volume: { litres: (data as { litres: string }).litres } }),
  });

  it("is read as the newest, one version at a time", () => {
    const read = upcaster([third, first, second]);
    const newest = { data: { volume: { litres: "7" } }, version: 3 };
    expect(read("tank.filled", 1, { litres: "7" })).toEqual(newest);
    expect(read("tank.filled", 2, { litres: "7" })).toEqual(newest);
    expect(read("tank.filled", 3, newest.data)).toEqual(newest);
    expect(third.schema.safeParse(newest.data).success).toBe(true);
  });

  it("is not guessed at when a newer program wrote it, or a version is missing", () => {
    const read = upcaster([first, third]);
    expect(() => read("tank.filled", 4, {})).toThrow(/newer program/);
    expect(() => read("tank.filled", 1, {})).toThrow(/no way from version 1 to version 3/);
    expect(() => readNewest("tank.filled", 1, {})).toThrow(/not a canonical event type/);
  });

  it("may grow without an upcast, and nothing else", () => {
    const [v1, v2, v3] = [first, second, third].map(publishContract) as [Json, Json, Json];
    expect(findIncompatibilities(v1, v2)).toEqual([]);
    expect(findIncompatibilities(v2, v3)).toEqual([
      { path: "litres", reason: "was removed" },
      { path: "note", reason: "was removed" },
      { path: "volume", reason: "is new and required" },
    ]);
    expect(findIncompatibilities(v2, v1)).toEqual([{ path: "note", reason: "was removed" }]);
  });

  it.each([
    [z.enum(["a", "b"]), z.enum(["a"]), 'no longer accepts "b"'],
    [z.string(), z.enum(["a"]), "was free, is a list of values"],
    [z.string(), z.string().max(3), "maxLength 3 is stricter"],
    [z.string().optional(), z.string(), "became required"],
    [z.string(), z.number(), "was string, is number"],
    [z.array(z.string()), z.array(z.number()), "was string, is number"],
  ])("sees what became stricter (%#)", (before, after, reason) => {
    const publish = (field: z.ZodType) =>
      z.toJSONSchema(z.strictObject({ field })) as unknown as Json;
    expect(findIncompatibilities(publish(before), publish(after))[0]?.reason).toBe(reason);
  });
});

describe("the published schemas", () => {
  const folder = new URL("./published/", import.meta.url);

  it.each(contracts.map((contract) => [publishedName(contract), contract] as const))(
    "%s is what the code says",
    (name, contract) => {
      const file = new URL(name, folder);
      if (process.env["UPDATE_CONTRACTS"] === "1") {
        mkdirSync(folder, { recursive: true });
        writeFileSync(file, `${JSON.stringify(publishContract(contract), null, 2)}\n`);
      }
      expect(existsSync(file), "publish it once: UPDATE_CONTRACTS=1").toBe(true);
      expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(publishContract(contract));
    },
  );

  it("let every later version be read without an upcast, or bring one", () => {
    for (const contract of contracts) {
      const before = contractFor(contract.type, contract.version - 1);
      if (before === undefined || contract.upcast !== undefined) continue;
      expect(findIncompatibilities(publishContract(before), publishContract(contract))).toEqual([]);
    }
  });
});
