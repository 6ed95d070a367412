import { describe, expect, test } from "vitest";
import { costsOf } from "./guarantee-cost.ts";

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url },
  children,
});

describe("the cost of guarantees", () => {
  test("given samples, then each belongs to the nearest guarantee above it, and idle time to none", () => {
    const profile = {
      nodes: [
        node(1, "(root)", "", [2, 7, 8]),
        node(2, "receive", "file:///x/dist/src/app/hub-intake.js", [3]),
        node(3, "sealFacts", "file:///x/src/store/seal-facts.js", [4, 5]),
        node(4, "toString", "node:buffer"),
        node(5, "hashed", "file:///x/src/store/seal-facts.js", [6]),
        node(6, "hash", "node:internal/crypto/hash"),
        node(7, "(idle)", ""),
        node(8, "(garbage collector)", ""),
      ],
      samples: [2, 3, 4, 5, 6, 7, 8],
      timeDeltas: [1, 10, 20, 100, 200, 5000, 7],
    };
    expect(Object.fromEntries(costsOf(profile))).toEqual({
      "HTTP and everything else": 1,
      "personal fields and bodies ciphered": 30,
      "each row hashed": 300,
      "collection of garbage": 7,
    });
  });
});
