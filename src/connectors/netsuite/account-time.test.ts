import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { epochMs } from "../../kernel/clock.ts";
import { localSince, localText, readLocal } from "./account-time.ts";

const zones = fc.constantFrom(
  "America/Los_Angeles",
  "Europe/Berlin",
  "Asia/Tokyo",
  "Australia/Lord_Howe",
  "UTC",
);
/** Whole seconds of 2024 to 2027: eight changes of the clock in each zone that has them. */
const moments = fc
  .integer({ min: Date.UTC(2024, 0) / 1000, max: Date.UTC(2028, 0) / 1000 })
  .map((seconds) => seconds * 1000);
/** The hours around the end of summer time in Los Angeles, 2026-11-01 09:00 UTC. */
const aroundTheEnd = fc
  .integer({ min: -3 * 3600, max: 3 * 3600 })
  .map((seconds) => Date.UTC(2026, 10, 1, 9) + seconds * 1000);
const anyMoment = fc.oneof(moments, aroundTheEnd);

describe("times of an account", () => {
  test("given a local text, then it is read as the instant, or as the first of the two that have it", () => {
    fc.assert(
      fc.property(anyMoment, zones, (ms, zone) => {
        const text = localText(ms, zone);
        const read = epochMs(readLocal(text, zone) ?? "");
        expect(localText(read, zone)).toBe(text);
        expect(read).toBeLessThanOrEqual(ms);
        expect(ms - read).toBeLessThanOrEqual(3_600_000);
      }),
    );
  });

  test("given the hour that comes twice, then its text is the earlier instant", () => {
    const read = readLocal("2026-11-01 01:30:00", "America/Los_Angeles");
    expect(read).toBe("2026-11-01T08:30:00.000Z");
    expect(localText(Date.UTC(2026, 10, 1, 9, 30), "America/Los_Angeles")).toBe(
      "2026-11-01 01:30:00",
    );
  });

  test("given a search from a moment, then no later change has a smaller text", () => {
    fc.assert(
      fc.property(anyMoment, fc.integer({ min: 0, max: 30 * 3600 }), zones, (ms, later, zone) => {
        const since = localSince(ms, zone);
        expect(localText(ms + later * 1000, zone) >= since).toBe(true);
        expect(ms - epochMs(readLocal(since, zone) ?? "")).toBeLessThanOrEqual(2 * 3_600_000);
      }),
      { numRuns: 500 },
    );
  });

  test.each(["", "11/1/2026", "2026-02-30 10:00:00", "2026-11-01", "2026-11-01 25:00:00"])(
    'given "%s", then it is no time, and none is guessed',
    (text) => expect(readLocal(text, "UTC")).toBeUndefined(),
  );
});
