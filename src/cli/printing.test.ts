import { describe, expect, test } from "vitest";
import type { ShownLook } from "../operations/observe-target.ts";
import type { VerifyResult } from "../operations/verify-invariants.ts";
import { CHECK_FAILED } from "../operations/verify-invariants.ts";
import { verdictOf } from "./commands.ts";
import type { Paint } from "./paint.ts";
import { clean, wrap } from "./paint.ts";
import type { ListStyle } from "./print-lists.ts";
import { printObservation } from "./print-observation.ts";
import { printTable } from "./print-table.ts";
import { durationText, moneyListText, timeText } from "./print-values.ts";

const style: ListStyle = {
  paint: { strong: (text) => text, bad: (text) => text, good: (text) => text } as Paint,
  zone: "UTC",
  width: 100,
  nowMs: 0,
};

const look: ShownLook = {
  ...{ target: "books", done: true, listed: 3, comparedWhole: 1, judgedByHead: 0 },
  ...{ daysCompared: 20, daysRead: [], daysLeft: 0, found: [], mended: [], openCount: 0 },
  ...{ open: [], incomplete: [] },
};

describe("what an observation found", () => {
  const printed = (over: Partial<ShownLook>, notWatched: string[] = []): string =>
    printObservation({ looks: [{ ...look, ...over }], notWatched }, style);

  test("given agreement, then it is said with how far was looked", () => {
    expect(printed({}, ["warehouse"])).toBe(
      "✓ books agrees with what was confirmed\n" +
        "  3 changed, 1 read whole; 20 days compared by totals, 0 read\n\n" +
        "Not observed, for they offer nothing to watch: warehouse\n",
    );
  });

  test("given cases, then new ones are told from those that were open, and what was mended too", () => {
    const one = { exception: "exc_1", code: "E_DRIFT_EDITED", message: "amount was 1, is 2." };
    const other = { ...one, exception: "exc_2" };
    const text = printed({
      ...{ openCount: 2, open: [one, other], found: [{ ...other, isNew: true }] },
      mended: [{ exception: "exc_3", document: "invoice 4711" }],
    });
    expect(text).toContain("◆ books: 2 differ");
    expect(text).toContain("  since E_DRIFT_EDITED exc_1\n        amount was 1, is 2.");
    expect(text).toContain("  new   E_DRIFT_EDITED exc_2");
    expect(text).toContain("  agrees again: invoice 4711 (exc_3)");
  });

  test("given anything that was not looked at, then it is no agreement", () => {
    const text = printed({ judgedByHead: 7, daysLeft: 2, incomplete: ["invoice 1: no answer"] });
    expect(text).not.toContain("✓");
    expect(text).toContain("7 more were judged by amount, date and customer only");
    expect(text).toContain("2 days differ and are left for the next look");
    expect(text).toContain("not looked at: invoice 1: no answer");
    expect(printed({ done: false, why: "down" })).toBe("◆ books was not observed: down\n");
  });
});

describe("the verdict of audit verify", () => {
  const result = (over: object) => ({ name: "Chain", state: "not checked", ...over });
  const code = (violated: number, ...results: object[]): number =>
    verdictOf({ violated, results } as unknown as VerifyResult);

  test("given a check that broke off, then it is no success; given no means for it, then it is", () => {
    const broken = result({ why: `${CHECK_FAILED}: invalid page in block 7` });
    expect(code(0, result({ why: "nothing is sealed yet" }))).toBe(0);
    expect(code(0, result({ state: "held", why: undefined }), broken)).toBe(1);
    expect(code(1, broken)).toBe(3);
  });
});

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
