import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { currencyOf, majorUnits, moneyOf, payoutMoneyOf } from "./amounts.ts";

describe("an amount of Stripe", () => {
  it.each([
    [1234, "EUR", "12.34"],
    [-5, "USD", "-0.05"],
    [500, "JPY", "500"],
    // ISO gives the ariary two digits, Stripe none.
    [500, "MGA", "500.00"],
    [12340, "KWD", "12.340"],
    // No decimals, and still counted in hundredths.
    [500, "ISK", "5"],
    [500, "UGX", "5"],
    [1050, "HUF", "10.50"],
    [0, "BHD", "0.000"],
    [Number.MAX_SAFE_INTEGER, "EUR", "90071992547409.91"],
  ])("%i in %s is %s", (amount, currency, expected) => {
    expect(moneyOf(amount, currency)).toEqual({ amount: expected, currency });
  });

  it.each([
    ["isk", 501],
    ["ugx", 1],
  ])("in %s with hundredths is refused", (currency, amount) => {
    expect(() => moneyOf(amount, currencyOf(currency))).toThrow(/last 2 digits are zero/);
  });

  it("of a payout is whole where Stripe pays out whole units only", () => {
    expect(payoutMoneyOf(730000, "HUF").amount).toBe("7300.00");
    expect(() => payoutMoneyOf(730050, "HUF")).toThrow(/whole units/);
    expect(() => payoutMoneyOf(99, "TWD")).toThrow(/whole units/);
    expect(payoutMoneyOf(-1234, "EUR").amount).toBe("-12.34");
  });

  it.each(["iqd", "lyd", "clf"])("in %s is refused: Stripe does not say how it counts", (code) => {
    expect(() => currencyOf(code)).toThrow(/do not know how Stripe counts/);
  });

  it.each(["zzz", "", "EURO", "eu", "е́ur"])("in %j is refused: no such currency", (code) => {
    expect(() => currencyOf(code)).toThrow(/not in the ISO 4217 table/);
  });

  it.each([
    ["2500", "EUR", "25"],
    ["0.0125", "EUR", "0.000125"],
    ["-12.5", "EUR", "-0.125"],
    ["0", "EUR", "0"],
    ["4000", "JPY", "4000"],
    ["1", "KWD", "0.001"],
    ["123456789012.123456789012", "EUR", "1234567890.12123456789012"],
  ])("unit price %s of %s is %s, exactly", (text, currency, expected) => {
    expect(majorUnits(text, currency)).toBe(expected);
  });

  it.each(["", "1e3", "1,5", "NaN", "1.0000000000001"])("unit price %j is none", (text) => {
    expect(majorUnits(text, "EUR")).toBeUndefined();
  });

  it("is the same number read as money or as a price, in every currency", () => {
    const currencies = fc.constantFrom("EUR", "JPY", "KWD", "MGA", "HUF", "XOF", "OMR");
    fc.assert(
      fc.property(fc.maxSafeInteger(), currencies, (amount, currency) => {
        const plain = (value: string): string =>
          value.includes(".") ? value.replace(/\.?0+$/, "") : value;
        expect(plain(moneyOf(amount, currency).amount)).toBe(majorUnits(String(amount), currency));
      }),
    );
  });
});
