import { describe, expect, test } from "vitest";
import { clean, wrap } from "./paint.ts";
import { printTable } from "./print-table.ts";
import { durationText, moneyListText, timeText } from "./print-values.ts";

describe("printing", () => {
  test("given amounts of several currencies, then each stands for itself", () => {
    const amounts = [
      { amount: "1234567", currency: "JPY" },
      { amount: "-0.005", currency: "KWD" },
    ];
    expect(moneyListText(amounts)).toBe("1,234,567 JPY + -0.005 KWD");
  });
  test("given a zone, then times are told in it, and say so", () => {
    expect(timeText("2026-01-31T23:30:05.123Z", "UTC")).toBe("2026-01-31 23:30:05 UTC");
    expect(timeText("2026-01-31T23:30:05.123Z", "Asia/Tokyo")).toBe("2026-02-01 08:30:05 GMT+9");
    expect(timeText(undefined, "UTC")).toBe("");
  });
  test("given durations, then the two largest units are told", () => {
    expect(durationText(250)).toBe("250 ms");
    expect(durationText(61_000)).toBe("1 min 1 s");
    expect(durationText(93_600_000)).toBe("1 d 2 h");
    expect(durationText(-5)).toBe("0 ms");
  });
  test("given a memo with escapes and direction overrides, then the screen stays ours", () => {
    expect(clean("pay\u001b[31m \u202e001")).toBe("pay\\u{1b}[31m \\u{202e}001");
    expect(clean("two\nlines")).toBe("two lines");
  });
  test("given columns, then numbers stand right, and a column without values is left out", () => {
    const table = printTable(
      [
        { name: "a", count: "5", none: "" },
        { name: "longer", count: "12", none: "" },
      ],
      [
        { title: "name", value: (row) => row.name },
        { title: "count", right: true, value: (row) => row.count },
        { title: "none", value: (row) => row.none },
      ],
    );
    expect(table).toBe("NAME    COUNT\na           5\nlonger     12\n");
  });
  test("given a long sentence, then it breaks at spaces and loses nothing", () => {
    const text = "one two three four five";
    expect(wrap(text, 9)).toEqual(["one two", "three", "four five"]);
    expect(wrap(text, 9).join(" ")).toBe(text);
  });
});
