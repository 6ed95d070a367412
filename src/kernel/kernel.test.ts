import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";
import { base32 } from "./base32.ts";
import { canonicalJson } from "./canonical-json.ts";
import { dateInZone, epochMs, instant, isBusinessDate } from "./clock.ts";
import { divideDecimal, multiplyDecimal, parseDecimal } from "./decimal.ts";
import { formatId, parseId, tryParseId, uuidFromHash, uuidFromParts, uuidTime } from "./ids.ts";
import { seededRandom } from "./random.ts";

describe("instants and business dates", () => {
  test.each(["2025-02-29T00:00:00Z", "2026-01-31T23:59:60Z", "2026-01-31T10:00:00", "yesterday"])(
    "given %s, then it is refused rather than guessed",
    (text) => expect(() => epochMs(text)).toThrow(/not a time/),
  );
  test("given an instant, when read and written, then it is the same", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (ms) => {
        expect(epochMs(instant(ms))).toBe(ms);
      }),
    );
  });
  test("given one instant, then the day is the legal entity's own", () => {
    const ms = epochMs("2026-03-31T23:30:00Z");
    expect(dateInZone(ms, "UTC")).toBe("2026-03-31");
    expect(dateInZone(ms, "Europe/Berlin")).toBe("2026-04-01");
    expect(dateInZone(ms, "America/New_York")).toBe("2026-03-31");
    expect(() => dateInZone(ms, "Mars/Base")).toThrow(/not a time/);
  });
  test("given 29 February, then it exists in leap years only", () => {
    expect(isBusinessDate("2024-02-29")).toBe(true);
    expect(isBusinessDate("2026-02-29")).toBe(false);
  });
});

describe("canonical JSON", () => {
  test("given the same members in any order, then the text is the same", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
  test("given a value JSON cannot carry, then it is an error and not a null", () => {
    expect(() => canonicalJson({ a: 1n })).toThrow(/bigint/);
    expect(() => canonicalJson([Number.NaN])).toThrow(/canonical/);
  });
});

describe("ids", () => {
  const hash = createHash("sha256").update("fact").digest();
  test("given a fact's hash and time, then the id is always the same and carries the time", () => {
    const id = uuidFromHash(1_790_000_000_123, hash);
    expect(uuidFromHash(1_790_000_000_123, hash)).toBe(id);
    expect(uuidTime(id)).toBe(1_790_000_000_123);
    expect(id[14]).toBe("8");
  });
  test("given later times, then ids sort later", () => {
    const random = seededRandom(1);
    fc.assert(
      fc.property(fc.nat(2 ** 45), fc.nat(10_000), (ms, gap) => {
        const early = uuidFromParts(ms, 7, random.bytes(10));
        expect(early < uuidFromParts(ms + gap + 1, 7, random.bytes(10))).toBe(true);
      }),
    );
  });
  test("given a formatted id, then it reads back; given another text, then not", () => {
    const id = uuidFromHash(5, hash);
    expect(parseId(formatId("event", id))).toEqual({ kind: "event", uuid: id });
    expect(tryParseId("in_1Abc")).toBeUndefined();
    expect(() => parseId("evt_zz")).toThrow(/not an identifier/);
  });
});

describe("decimals, base32, seeded randomness, back-off", () => {
  test("given 0.1 and 0.2, then products and quotients are exact", () => {
    expect(multiplyDecimal(parseDecimal("0.1"), parseDecimal("0.20"))).toBe("0.02");
    expect(divideDecimal(parseDecimal("1"), parseDecimal("3"), 6)).toBe("0.333333");
    for (const bad of ["1e21", "1,5", "NaN", "", " 1", "+1"]) {
      expect(() => parseDecimal(bad)).toThrow(/exact decimal/);
    }
  });
  test("given known bytes, then base32 is RFC 4648's in lower case", () => {
    expect(base32(new TextEncoder().encode("foobar"))).toBe("mzxw6ytboi");
  });
  test("given a seed, then the sequence repeats and is spread over [0, 1)", () => {
    const [a, b] = [seededRandom(42), seededRandom(42)];
    const draws = Array.from({ length: 5000 }, () => a.unit());
    expect(draws).toEqual(Array.from({ length: 5000 }, () => b.unit()));
    const mean = draws.reduce((x, y) => x + y, 0) / draws.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  });
  test("given rising attempts, then waits grow to the cap and never exceed it", () => {
    const random = seededRandom(7);
    for (let attempt = 1; attempt < 40; attempt += 1) {
      const wait = backoffMs({ baseMs: 100, capMs: 5000 }, attempt, random);
      expect(wait).toBeGreaterThanOrEqual(50);
      expect(wait).toBeLessThanOrEqual(5000);
    }
  });
});
