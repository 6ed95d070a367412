import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minorDigits } from "./currency.ts";
import {
  addMoney,
  amountText,
  formatMoney,
  money,
  moneyToWire,
  parseMoney,
  splitMoney,
  sumMoney,
} from "./money.ts";

const currency = fc.constantFrom("USD", "EUR", "JPY", "KWD", "HUF", "ISK", "CLF");
const amount = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });

describe("money", () => {
  test("given any amount, when written and read, then it is the same to the minor unit", () => {
    fc.assert(
      fc.property(amount, currency, (minor, code) => {
        const value = money(minor, code);
        expect(parseMoney(moneyToWire(value))).toEqual(value);
      }),
    );
  });
  test.each([
    ["1.234,56", "EUR"],
    ["1e21", "USD"],
    ["NaN", "USD"],
    ["", "USD"],
    ["1 000", "USD"],
    [".5", "USD"],
  ])("given the text %s, then it is refused", (text, code) => {
    expect(() => parseMoney({ amount: text, currency: code })).toThrow(/not an amount/);
  });
  test("given decimals that the currency lacks, then they are refused unless zero", () => {
    expect(() => parseMoney({ amount: "100.5", currency: "JPY" })).toThrow(/more decimals/);
    expect(parseMoney({ amount: "100.00", currency: "JPY" }).minor).toBe(100n);
    expect(parseMoney({ amount: "1.234", currency: "KWD" }).minor).toBe(1234n);
    expect(() => parseMoney({ amount: "0.30000000000000004", currency: "EUR" })).toThrow();
  });
  test("given an unknown currency, then it is refused", () => {
    expect(() => money(1n, "usd")).toThrow(/not in the ISO 4217 table/);
    expect(() => money(1n, "XXX")).toThrow();
  });
  test("given HUF, then it has the standard's two digits, whatever cash shows", () => {
    expect(minorDigits("HUF")).toBe(2);
    expect(minorDigits("JPY")).toBe(0);
    expect(minorDigits("KWD")).toBe(3);
  });
  test("given two currencies, then adding them is a bug and not a number", () => {
    expect(() => addMoney(money(1n, "USD"), money(1n, "EUR"))).toThrow(/different currencies/);
  });
  test("given an amount for people, then thousands are grouped", () => {
    expect(formatMoney(money(-123456789n, "EUR"))).toBe("-1,234,567.89 EUR");
    expect(formatMoney(money(1200n, "JPY"))).toBe("1,200 JPY");
    expect(amountText(money(-5n, "KWD"))).toBe("-0.005");
  });
});

describe("splitting an amount", () => {
  test("given any weights, then parts sum to the whole and none is off by a unit", () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), {
      minLength: 1,
      maxLength: 24,
    });
    fc.assert(
      fc.property(amount, currency, weights, (minor, code, list) => {
        const sum = list.reduce((a, b) => a + b, 0n);
        fc.pre(sum > 0n);
        const parts = splitMoney(money(minor, code), list);
        expect(sumMoney(code, parts).minor).toBe(minor);
        parts.forEach((part, i) => {
          const error = part.minor * sum - minor * (list[i] ?? 0n);
          expect(error < sum && error > -sum).toBe(true);
        });
      }),
    );
  });
  test("given a cent and three equal parts, then the first bears it", () => {
    expect(splitMoney(money(100n, "USD"), [1n, 1n, 1n]).map((p) => p.minor)).toEqual([
      34n,
      33n,
      33n,
    ]);
    expect(() => splitMoney(money(1n, "USD"), [0n])).toThrow(/split/);
  });
});
