import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareDecimal, multiplyDecimal, parseDecimal } from "../../kernel/decimal.ts";
import { amountText, money } from "../../kernel/money.ts";
import { quantityAndPrice } from "./sales-document.ts";

const usd = (minor: bigint) => money(minor, "USD");

describe("quantity and unit price", () => {
  test.each([
    ["3", 10_000n, { quantity: 1, unitPrice: "100" }],
    ["3", 9_999n, { quantity: 3, unitPrice: "33.33" }],
    ["8", 1n, { quantity: 1, unitPrice: "0.01" }],
    ["8", 100n, { quantity: 8, unitPrice: "0.125" }],
    ["1.5", 300n, { quantity: 1, unitPrice: "3" }],
    ["2", -500n, { quantity: -2, unitPrice: "2.5" }],
    ["5", 0n, { quantity: 5, unitPrice: "0" }],
  ])("%s for %s cents", (quantity, minor, expected) => {
    expect(quantityAndPrice(quantity, usd(minor), 4)).toEqual(expected);
  });

  test("make the net exactly, with no rounding left to Tryton, and never a negative price", () => {
    const quantities = fc.oneof(
      fc.integer({ min: 0, max: 100_000 }).map(String),
      fc.constantFrom("1.5", "0.333", "-2"),
    );
    const cents = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
    const places = fc.integer({ min: 2, max: 6 });
    fc.assert(
      fc.property(quantities, cents, places, (quantity, minor, decimals) => {
        const made = quantityAndPrice(quantity, usd(minor), decimals);
        const product = multiplyDecimal(parseDecimal(String(made.quantity)), made.unitPrice);
        expect(product).toBe(parseDecimal(amountText(usd(minor))));
        expect(compareDecimal(made.unitPrice, parseDecimal("0"))).not.toBe(-1);
        expect((made.unitPrice.split(".")[1] ?? "").length).toBeLessThanOrEqual(decimals);
      }),
    );
  });
});
