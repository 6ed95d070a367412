import { describe, expect, test } from "vitest";
import { decimalAt, jsonOf, listAt, objectAt, retryAfterMs, textAt } from "./answers.ts";

function answer(body: string, headers: Record<string, string> = {}) {
  return { kind: "answer", status: 200, headers, body } as const;
}

describe("strict reading", () => {
  test("what is not JSON, or says a key twice, is not read at all", () => {
    expect(jsonOf(answer("<html>"))).toBeUndefined();
    expect(jsonOf(answer('{"id":"1","id":"2"}'))).toBeUndefined();
    expect(jsonOf(answer(""))).toBeUndefined();
  });

  test("a step that is missing or of another kind is undefined", () => {
    const body = jsonOf(answer('{"a":{"b":"c","n":1,"l":[1]}}'));
    expect(textAt(body, "a", "b")).toBe("c");
    expect(textAt(body, "a", "n")).toBeUndefined();
    expect(textAt(body, "a", "toString")).toBeUndefined();
    expect(objectAt(body, "a", "l")).toBeUndefined();
    expect(listAt(body, "a", "l")).toEqual([1]);
  });

  test.each([
    ["10.1", "10.1"],
    ["-0.0", "0"],
    ["1234567890123.45", "1234567890123.45"],
    ["12345678901234567.25", undefined],
    ["1e21", undefined],
    ['"1,5"', undefined],
    ['"1.50"', "1.50"],
    ["true", undefined],
  ])("the amount %s reads as %s", (text, expected) => {
    expect(decimalAt(jsonOf(answer(`{"x":${text}}`)), "x")).toBe(expected);
  });
});

describe("Retry-After", () => {
  const now = Date.UTC(2026, 0, 31, 10, 0, 0);
  test.each([
    ["3", 3000],
    ["0", 0],
    ["31536000", 60_000],
    ["Sat, 31 Jan 2026 10:00:05 GMT", 5000],
    ["Sat, 31 Jan 2020 10:00:05 GMT", 0],
    ["soon", undefined],
  ])("%s is %s ms under a cap of a minute", (text, expected) => {
    expect(retryAfterMs(answer("", { "retry-after": text }), now, 60_000)).toBe(expected);
  });
  test("absent is undefined", () => {
    expect(retryAfterMs(answer(""), now, 60_000)).toBeUndefined();
  });
});
