import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { askAfterMs, epochAbove, judgeMarker, mustAskFirst } from "./epoch.ts";

const life = fc.record({
  epoch: fc.integer({ min: 1, max: 5 }),
  instance: fc.constantFrom("a", "b", "c"),
});

describe("the marker", () => {
  test("given none, or an earlier life's, then ours is written", () => {
    const ours = { epoch: 2, instance: "b" };
    expect(judgeMarker(ours, undefined)).toBe("to-be-written");
    expect(judgeMarker(ours, { epoch: 1, instance: "a" })).toBe("to-be-written");
    expect(judgeMarker(ours, ours)).toBe("ours");
  });

  test("given two different lives, then at most one of them may ever send under a marker", () => {
    fc.assert(
      fc.property(life, life, life, (one, other, found) => {
        fc.pre(one.epoch !== other.epoch || one.instance !== other.instance);
        const both = [judgeMarker(one, found), judgeMarker(other, found)];
        expect(both.filter((verdict) => verdict === "ours").length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("given the epoch above all that were found, then every one of those is fenced", () => {
    fc.assert(
      fc.property(life, fc.array(life), (ours, found) => {
        const taken = { ...ours, epoch: epochAbove(ours, found) };
        for (const one of found) {
          if (one.epoch === taken.epoch && one.instance === taken.instance) continue;
          expect(judgeMarker(taken, one)).toBe("to-be-written");
          expect(judgeMarker(one, taken)).toBe("fenced");
        }
      }),
    );
  });
});

describe("asking first", () => {
  const restored = { epoch: 3, askBeforeMs: 1_000, confirmedForMs: 500 };

  test("given what happened before the confirmation, then it is asked once an epoch", () => {
    expect(mustAskFirst(restored, { askedEpoch: null, occurredMs: 1_000 })).toBe(true);
    expect(mustAskFirst(restored, { askedEpoch: 2, occurredMs: 900 })).toBe(true);
    expect(mustAskFirst(restored, { askedEpoch: 3, occurredMs: 900 })).toBe(false);
    expect(mustAskFirst(restored, { askedEpoch: null, occurredMs: 1_001 })).toBe(false);
  });

  test("given a fact under our reference, then at once; anything else after it has settled", () => {
    const settling = { markerAgeMs: 100, sendByMs: 200, settlesMs: 400 };
    const wait = (effect: "fact" | "state", guard: "external-id" | "probe") =>
      askAfterMs(restored, { effect, guard }, settling);
    expect(wait("fact", "external-id")).toBe(0);
    expect(wait("fact", "probe")).toBe(200);
    expect(wait("state", "external-id")).toBe(200);
    expect(
      askAfterMs(
        { ...restored, confirmedForMs: 900 },
        { effect: "state", guard: "probe" },
        settling,
      ),
    ).toBe(0);
  });
});
