import { expect, it } from "vitest";
import { groupDigits, moneyListText, shortId, spanText } from "./words.ts";

it("groups the digits of an amount and changes none", () => {
  expect(groupDigits("9007199254740993.10")).toBe("9,007,199,254,740,993.10");
  expect(groupDigits("-2280.00")).toBe("−2,280.00");
  expect(groupDigits("108.840")).toBe("108.840");
  expect(groupDigits("421000")).toBe("421,000");
});

it("puts sums of two currencies side by side", () => {
  const list = [
    { amount: "1400.00", currency: "EUR" },
    { amount: "120.00", currency: "USD" },
  ];
  expect(moneyListText(list)).toBe("EUR 1,400.00 · USD 120.00");
});

it("tells spans in two units at most", () => {
  expect([120, 2_300, 59_000, 100_000, 18_780_000, 21 * 86_400_000].map(spanText)).toEqual([
    "120 ms",
    "2.3 s",
    "59 s",
    "1 min 40 s",
    "5 h 13 min",
    "21 d",
  ]);
});

it("shortens an id in its middle", () => {
  expect(shortId("in_1", 10)).toBe("in_1");
  expect(shortId("hof_01a2064d55b770ccad7d8a2a0934f7de")).toBe("hof_01a2064d55b…4f7de");
});
