import { describe, expect, test } from "vitest";
import { absentBelievedFromMs, mayResend, settleWindowMs, unconfirmed } from "./guards.ts";

const spec = { longestRunMs: 900_000, indexLagMs: unconfirmed(60_000) };

describe("settle window", () => {
  test("is our time-out, the longest run and the doubled unconfirmed lag", () => {
    expect(settleWindowMs(spec, 30_000)).toBe(30_000 + 900_000 + 120_000);
    expect(absentBelievedFromMs(spec, 30_000, 5)).toBe(1_050_005);
  });
});

describe("sending a reference again", () => {
  const table = [
    ["after a definite refusal", { guard: "probe", sameBytes: false, between: "refusal" }, true],
    [
      "absent, settled",
      { guard: "probe", sameBytes: false, between: "absent-after-settling" },
      true,
    ],
    ["absent, too early", { guard: "probe", sameBytes: true, between: "absent-too-early" }, false],
    ["probe guard, nothing known", { guard: "probe", sameBytes: true, between: "nothing" }, false],
    [
      "external id, same bytes",
      { guard: "external-id", sameBytes: true, between: "nothing" },
      true,
    ],
    [
      "external id, other bytes",
      { guard: "external-id", sameBytes: false, between: "nothing" },
      false,
    ],
    ["key without an age", { guard: "key", sameBytes: true, between: "nothing" }, false],
    [
      "key inside its retention",
      { guard: "key", sameBytes: true, between: "nothing", key: { ageMs: 1, retentionMs: 2 } },
      true,
    ],
    [
      "key at the end of its retention",
      { guard: "key", sameBytes: true, between: "nothing", key: { ageMs: 2, retentionMs: 2 } },
      false,
    ],
  ] as const;
  test.each(table)("%s", (_name, resend, allowed) => {
    expect(mayResend(resend)).toBe(allowed);
  });
});
