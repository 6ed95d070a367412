import { describe, expect, it } from "vitest";
import type { Story, StorySystem } from "../api/types.ts";
import { differencesOf, lackOf } from "./differences.ts";

const eur = (amount: string) => ({ amount, currency: "EUR" });

function system(given: Partial<StorySystem> & Pick<StorySystem, "role">): StorySystem {
  const fields = {
    net: eur("12000.00"),
    tax: eur("2280.00"),
    amount: eur("14280.00"),
    version: "2",
  };
  const known = { knownAt: "2026-11-21T14:20:00Z", state: "confirmed", system: "netsuite" };
  return { connection: given.role, fields, ...known, ...given };
}

function storyOf(...systems: StorySystem[]): Story {
  return { systems } as unknown as Story;
}

describe("what each system has", () => {
  it("given equal values, then the target agrees", () => {
    const { agreeing, expected } = differencesOf(
      storyOf(system({ role: "source" }), system({ role: "target" })),
    );
    expect([agreeing, expected]).toEqual([1, 1]);
  });

  it("given that tax is missing there, then net agrees and tax and gross are lit", () => {
    const fields = {
      net: eur("12000.00"),
      tax: eur("0.00"),
      amount: eur("12000.00"),
      version: "2",
    };
    const { systems, differing } = differencesOf(
      storyOf(system({ role: "source" }), system({ role: "target", fields })),
    );
    expect(differing).toBe(1);
    expect([...(systems[1]?.fields ?? [])]).toEqual(["tax", "amount"]);
  });

  it("given a newer state that is stuck, then the older one that sits there is no agreement", () => {
    const fields = { ...system({ role: "target" }).fields, version: "1" };
    const target = system({ role: "target", fields, state: "excepted" });
    expect(differencesOf(storyOf(system({ role: "source" }), target)).agreeing).toBe(0);
  });

  it("given that nothing was confirmed, then it is missing and not equal", () => {
    const { knownAt: _, ...target } = system({ role: "target", fields: {}, state: "excepted" });
    const found = differencesOf(storyOf(system({ role: "source" }), target));
    expect([found.agreeing, found.expected]).toEqual([0, 1]);
  });

  it("names what is lacking to the last digit, in the currency's own digits", () => {
    expect(lackOf(eur("12000.00"), eur("14280.00"))).toBe("-2280.00");
    expect(
      lackOf({ amount: "60.001", currency: "KWD" }, { amount: "60.000", currency: "KWD" }),
    ).toBe("0.001");
    expect(lackOf({ amount: "5", currency: "JPY" }, { amount: "7", currency: "JPY" })).toBe("-2");
    expect(lackOf(eur("1.00"), { amount: "1.00", currency: "USD" })).toBeUndefined();
  });
});
