import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { claimSize, nextMedian } from "./claim-size.ts";
import { referenceOf, sendKeyOf } from "./reference.ts";
import { isReservedSeat } from "./service-class.ts";
import type { HandoffEvent, HandoffState } from "./states.ts";
import {
  allows,
  handoffEvents,
  handoffStates,
  inDoubtStates,
  settledStates,
  transition,
} from "./states.ts";

const hasher = {
  sha256: (data: Uint8Array | string) => new Uint8Array(createHash("sha256").update(data).digest()),
};

describe("the state table", () => {
  test("given every pair of state and event, then it moves or raises, and never invents", () => {
    let moves = 0;
    for (const from of handoffStates) {
      for (const event of handoffEvents) {
        if (allows(from, event)) {
          expect(handoffStates).toContain(transition(from, event));
          moves += 1;
        } else {
          expect(() => transition(from, event)).toThrow(/no such pair/);
        }
      }
    }
    expect(moves).toBe(36);
  });

  test("given any walk, then requests leave only from ready and are believed only on evidence", () => {
    const evidence: HandoffEvent[] = ["done", "found-equal", "confirmation-arrived"];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...handoffEvents), { maxLength: 60 }), (walk) => {
        let state: HandoffState = "waiting";
        for (const event of walk) {
          if (!allows(state, event)) continue;
          const next = transition(state, event);
          if (next === "sent") expect(state).toBe("ready");
          if (next === "confirmed") expect(evidence).toContain(event);
          // In doubt, only an answer, a probe, a confirmation or a person's case leads on.
          if (inDoubtStates.includes(state)) {
            expect(["superseded", "excluded"]).not.toContain(next);
          }
          if (state === "confirmed") expect(next).toBe("confirmed");
          state = next;
        }
      }),
    );
  });

  test("given any state that is not settled, then a settled one can be reached", () => {
    const reach = (from: HandoffState): Set<HandoffState> => {
      const seen = new Set<HandoffState>([from]);
      for (const state of seen) {
        for (const event of handoffEvents)
          if (allows(state, event)) seen.add(transition(state, event));
      }
      return seen;
    };
    for (const state of handoffStates) {
      expect(settledStates.some((settled) => reach(state).has(settled))).toBe(true);
    }
  });
});

describe("names of an effect", () => {
  const name = {
    targetAccount: "TSTDRV1",
    sourceConnection: "stripe-us",
    object: "stripe-us/invoice/in_1",
    operation: "invoice.post",
    subId: "",
  };
  test("given one effect, then its reference is 16 lower-case characters and pinned for good", () => {
    expect(referenceOf(name, hasher)).toMatch(/^[a-z2-7]{16}$/);
    // A change of this value would post every document of every customer twice.
    expect(referenceOf(name, hasher)).toBe("opo33nfue3onzzbj");
  });
  test("given names that differ in any part, or in where parts end, then references differ", () => {
    const part = fc.string({ maxLength: 6 });
    const arbitrary = fc.tuple(part, part, part, part, part);
    fc.assert(
      fc.property(arbitrary, arbitrary, (a, b) => {
        const make = ([targetAccount, sourceConnection, object, operation, subId]: typeof a) =>
          referenceOf({ targetAccount, sourceConnection, object, operation, subId }, hasher);
        expect(make(a) === make(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
  test("given a state, then its content is part of the send key; given a fact, then not", () => {
    const [one, two] = [hasher.sha256("1"), hasher.sha256("2")];
    const fact = { reference: "r", generation: 0, effect: "fact" as const };
    const state = { reference: "r", generation: 0, effect: "state" as const };
    expect(sendKeyOf({ ...fact, contentHash: () => one })).toBe(
      sendKeyOf({ ...fact, contentHash: () => two }),
    );
    expect(sendKeyOf({ ...state, contentHash: () => one })).not.toBe(
      sendKeyOf({ ...state, contentHash: () => two }),
    );
  });
});

describe("claims and seats", () => {
  test("given fast answers, then claims are large; given slow or probed ones, then single", () => {
    expect(claimSize(0.5, "external-id")).toBe(50);
    expect(claimSize(20, "external-id")).toBe(10);
    expect(claimSize(3000, "external-id")).toBe(1);
    expect(claimSize(0.5, "probe")).toBe(1);
  });
  test("given samples around a value, then the estimate settles near their median", () => {
    let estimate: number | undefined;
    for (let i = 0; i < 500; i += 1) estimate = nextMedian(estimate, i % 10 === 0 ? 900 : 40);
    expect(estimate).toBeGreaterThan(25);
    expect(estimate).toBeLessThan(80);
  });
  test("given fifteen seats, then one is kept for the lowest class", () => {
    const reserved = Array.from({ length: 15 }, (_, seat) => isReservedSeat(seat, 15));
    expect(reserved.filter(Boolean)).toHaveLength(1);
    expect(
      Array.from({ length: 30 }, (_, s) => isReservedSeat(s, 30)).filter(Boolean),
    ).toHaveLength(3);
  });
});
