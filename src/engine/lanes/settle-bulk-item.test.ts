import { describe, expect, test } from "vitest";
import type { OperationSpec, Outcome } from "../../connectors/kit/target.ts";
import { seededRandom } from "../../kernel/random.ts";
import type { Subject } from "./settle.ts";
import { settleBulkItem } from "./settle-bulk-item.ts";

const spec: OperationSpec = {
  name: "event.load",
  entity: "event",
  effect: "state",
  guard: "external-id",
  longestRunMs: 60_000,
  indexLagMs: 0,
};

const handoff: Subject = {
  object: "stripe-us/invoice/in_1",
  target: "warehouse",
  operation: "event.load",
  reference: "abcdefghijklmnop",
  attempts: 1,
  probes: 1,
};

const unavailable: Outcome = {
  ...{ class: "later", code: "E_X_UNAVAILABLE", message: "no connection" },
  ...{ afterMs: 5000, pauses: "budget" },
};
const unknown: Outcome = { class: "unknown", code: "E_X_BROKEN", message: "no answer" };
const refused: Outcome = {
  ...{ class: "refused", code: "E_X_VALUE", cause: "22003", message: "too large" },
};

const told = (outcome: Outcome, doubt: boolean) =>
  settleBulkItem({ handoff, doubt, outcome }, spec, seededRandom(1));

describe("an item in doubt that was sent again", () => {
  test.each([
    ["a target that is not there", unavailable],
    ["no answer again", unknown],
  ])("given %s, then the doubt stays and is asked again, and nobody is troubled", (_, outcome) => {
    const { from, settlement } = told(outcome, true);
    expect([from, settlement.to]).toEqual(["unknown", "unknown"]);
    expect(settlement.notBeforeMs).toBeGreaterThan(0);
    expect(settlement.exception).toBeUndefined();
  });

  test("given a refusal, then a person decides, and is told what is known and what is not", () => {
    const { settlement } = told(refused, true);
    expect(settlement.to).toBe("excepted");
    expect(settlement.exception).toMatchObject({
      code: "E_LANE_STILL_UNKNOWN",
      cause: "warehouse E_LANE_STILL_UNKNOWN E_X_VALUE",
      message:
        "Sent again because an earlier request had no answer, and refused: too large. Whether the earlier one took effect is not known.",
    });
  });
});

test("given a first send to a target that is not there, then it waits for its turn", () => {
  const { from, settlement } = told(unavailable, false);
  expect([from, settlement.to]).toEqual(["sent", "waiting"]);
  expect(settlement.exception).toBeUndefined();
});
