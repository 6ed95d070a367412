import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeDrift } from "./describe-drift.ts";
import type { Confirmed, Expectation, Standing, Verdict } from "./drift.ts";
import { driftKey, isDrift, judge } from "./drift.ts";

const REFERENCE = "abcdefgh23456723";
const usd = (minor: number) => ({ minor: BigInt(minor), currency: "USD" });

const confirmed: Confirmed = {
  reference: REFERENCE,
  externalId: "4711",
  amount: usd(15_000),
  date: "2026-11-01",
  counterparty: "700",
};
const asConfirmed: Standing = {
  externalId: "4711",
  reference: REFERENCE,
  state: "live",
  amount: usd(15_000),
  date: "2026-11-01",
  counterparty: "700",
};
const ourShape = (text: string): boolean => /^[a-z2-7]{16}$/.test(text);
const watched: Expectation = { owned: true, isNew: true, ourShape };

const ofOurs = (change: Partial<Standing>): Verdict =>
  judge({ ...asConfirmed, ...change }, { kind: "confirmed", confirmed }, watched);

describe("a document of ours", () => {
  test("given it stands as confirmed, then nothing drifted", () => {
    expect(ofOurs({})).toEqual({ kind: "equal" });
  });

  test("given a target that books credits below zero, then the sign is no difference", () => {
    expect(ofOurs({ amount: usd(-15_000) })).toEqual({ kind: "equal" });
  });

  test.each([
    ["another amount", { amount: usd(16_000) }, "amount", "150.00 USD", "160.00 USD"],
    ["another day", { date: "2026-10-31" }, "date", "2026-11-01", "2026-10-31"],
    ["another customer", { counterparty: "701" }, "customer", "700", "701"],
    ["our reference removed", { reference: undefined }, "reference", REFERENCE, "(nothing)"],
    ["put back to draft", { state: "draft" as const }, "state", "live", "draft"],
  ])("given %s, then that field is named with both values", (_, change, field, ours, theirs) => {
    expect(ofOurs(change)).toEqual({ kind: "edited", fields: [{ field, ours, theirs }] });
  });

  test("given several edits, then all of them are named", () => {
    const verdict = ofOurs({ amount: usd(1), date: "2026-01-01", counterparty: "9" });
    const fields = verdict.kind === "edited" ? verdict.fields.map((one) => one.field) : [];
    expect(fields).toEqual(["amount", "date", "customer"]);
  });

  test("given an amount in another currency, then it is edited though the figures are the same", () => {
    expect(ofOurs({ amount: { minor: 15_000n, currency: "EUR" } }).kind).toBe("edited");
  });

  test("given it is cancelled or gone, then that is said, and not that its total is zero", () => {
    expect(ofOurs({ state: "cancelled", amount: usd(0) })).toEqual({ kind: "cancelled" });
    expect(ofOurs({ state: "deleted", amount: undefined })).toEqual({ kind: "deleted" });
  });

  test("given a copy under our reference, then it is named a double of ours, unless it is no more than a draft", () => {
    const double = { kind: "double", reference: REFERENCE, ours: "4711" };
    expect(ofOurs({ externalId: "4800" })).toEqual(double);
    expect(ofOurs({ externalId: "4800", state: "draft" })).toEqual({ kind: "not-ours" });
  });

  test("given the effect is not settled, then no state of the document is called drift", () => {
    fc.assert(
      fc.property(standings(), (standing) => {
        expect(judge(standing, { kind: "in-flight" }, watched)).toEqual({ kind: "pending" });
      }),
    );
  });
});

describe("a document nobody here knows", () => {
  const stranger: Standing = { externalId: "1", state: "live", amount: usd(100) };
  const judged = (standing: Standing, expectation: Partial<Expectation> = {}): string =>
    judge(standing, { kind: "nothing" }, { ...watched, ...expectation }).kind;

  test("given its type is ours alone and it is new, then it was added by hand", () => {
    expect(judged(stranger)).toBe("foreign");
    expect(judged({ ...stranger, reference: "PO-77" })).toBe("foreign");
  });

  test("given policy does not own its type, or it is older than our watch, then it is left alone", () => {
    expect(judged(stranger, { owned: false })).toBe("not-ours");
    expect(judged(stranger, { isNew: false })).toBe("not-ours");
  });

  test("given a draft or something cancelled, then it does not count and is left alone", () => {
    for (const state of ["draft", "cancelled", "deleted"] as const) {
      expect(judged({ ...stranger, state })).toBe("not-ours");
    }
  });

  test("given a text that can only be a reference of ours, then it is reported whoever owns the type", () => {
    const verdict = judged({ ...stranger, reference: REFERENCE }, { owned: false, isNew: false });
    expect(verdict).toBe("unknown-reference");
  });
});

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

function standings(): fc.Arbitrary<Standing> {
  return fc.record({
    externalId: fc.constantFrom("4711", "4800"),
    reference: maybe(fc.constantFrom(REFERENCE, "PO-77", "zzzzzzzzzzzzzzzz")),
    state: fc.constantFrom("live", "draft", "cancelled", "deleted"),
    amount: maybe(fc.bigInt({ min: -20n, max: 20n }).map((minor) => ({ minor, currency: "USD" }))),
    date: maybe(fc.constantFrom("2026-11-01", "2026-11-02")),
    counterparty: maybe(fc.constantFrom("700", "701")),
  });
}

function confirmations(): fc.Arbitrary<Confirmed> {
  return standings().map(({ amount, date, counterparty }) => {
    return { reference: REFERENCE, externalId: "4711", amount, date, counterparty };
  });
}

describe("whatever stands and whatever was confirmed", () => {
  const judged = (standing: Standing, ours: Confirmed): Verdict =>
    judge(standing, { kind: "confirmed", confirmed: ours }, watched);

  test("then a document that says what was confirmed is never drift", () => {
    fc.assert(
      fc.property(confirmations(), (ours) => {
        expect(judged({ ...ours, state: "live" }, ours)).toEqual({ kind: "equal" });
      }),
    );
  });

  test("then an edit is reported exactly when a field that both sides tell differs", () => {
    fc.assert(
      fc.property(standings(), confirmations(), (standing, ours) => {
        fc.pre(standing.externalId === "4711");
        fc.pre(standing.state === "live" || standing.state === "draft");
        const size = (minor: bigint | undefined) =>
          minor === undefined ? undefined : minor < 0n ? -minor : minor;
        const differs = <T>(a: T | undefined, b: T | undefined): boolean =>
          a !== undefined && b !== undefined && a !== b;
        const expected =
          standing.state === "draft" ||
          standing.reference !== REFERENCE ||
          differs(size(standing.amount?.minor), size(ours.amount?.minor)) ||
          differs(standing.date, ours.date) ||
          differs(standing.counterparty, ours.counterparty);
        expect(judged(standing, ours).kind).toBe(expected ? "edited" : "equal");
      }),
    );
  });

  test("then the same drift has the same key, and another edit another one", () => {
    fc.assert(
      fc.property(standings(), standings(), confirmations(), (one, other, ours) => {
        const [first, second] = [judged(one, ours), judged(other, ours)];
        fc.pre(isDrift(first) && isDrift(second));
        if (!isDrift(first) || !isDrift(second)) return;
        const same = driftKey(first, one) === driftKey(second, other);
        if (JSON.stringify(first) === JSON.stringify(second) && first.kind !== "double") {
          expect(same).toBe(true);
        }
        if (first.kind !== second.kind) expect(same).toBe(false);
        if (first.kind === "edited" && second.kind === "edited") {
          const told = (verdict: typeof first) =>
            verdict.fields.map((field) => `${field.field} ${field.theirs}`).join("|");
          expect(same).toBe(told(first) === told(second));
        }
      }),
    );
  });
});

describe("the words of a drift", () => {
  const sighting = {
    ...asConfirmed,
    target: "books",
    type: "invoice",
    number: "N-17",
    amount: usd(16_000),
    changedAt: "2026-11-23T10:00:00.000Z",
  };
  const edited = ofOurs({ amount: usd(16_000) });
  const told = (change: object) => {
    if (!isDrift(edited)) throw new Error("the edit is drift");
    return describeDrift(edited, { ...sighting, ...change }).message;
  };

  test("given the target tells who, then document, field, old, new, who and when are named", () => {
    expect(told({ changedBy: "Ada Book", changeKind: "UIF" })).toBe(
      "books invoice 4711 (N-17, 160.00 USD, 2026-11-01) is not what was confirmed: " +
        "amount was 150.00 USD, is 160.00 USD. " +
        "Last changed 2026-11-23T10:00:00.000Z, by Ada Book (UIF).",
    );
  });

  test("given the target does not tell who, then that is said", () => {
    expect(told({})).toContain("2026-11-23T10:00:00.000Z, books does not tell by whom.");
  });

  test("given a document that is gone, then it says when it was last seen and invents nobody", () => {
    const gone = describeDrift(
      { kind: "deleted" },
      { ...sighting, changedAt: undefined, lastSeenAt: "2026-11-23T09:00:00.000Z" },
    );
    expect(gone).toMatchObject({
      code: "E_DRIFT_DELETED",
      cause: "books drift deleted invoice",
      title: "books: invoice deleted by hand",
    });
    expect(gone.message).toContain("books does not tell by whom or when. It was last seen there");
  });

  test("given a document typed anew, then a dozen differences are told and the rest counted", () => {
    const fields = Array.from({ length: 20 }, (_, at) => {
      return { field: `line ${at}`, ours: "1", theirs: "2" };
    });
    const { message } = describeDrift({ kind: "edited", fields }, sighting);
    expect(message).toContain("line 11 was 1, is 2; and 8 more.");
    expect(message).not.toContain("line 12 ");
  });
});
