/** Snooze: a case is put off until a day, for a reason. It stays open, counted, in every total. */
import { z } from "zod";
import { epochMs, instant } from "../kernel/clock.ts";
import { snoozeCases } from "../store/assign-cases.ts";
import { operationsErrors } from "./errors.ts";
import { defineOperation } from "./operation.ts";
import { actOnQueue, whichInput, whichOne } from "./queue-act.ts";

const NAME = "snooze-exception";
/** Who cannot look at it for longer should have it excluded, by two people. */
const LONGEST_DAYS = 92;

const before = (one: { snoozed_until: string | null; snooze_reason: string | null }) => ({
  snoozedUntil: one.snoozed_until,
  snoozeReason: one.snooze_reason,
});

export const snoozeExceptionOperation = defineOperation({
  name: NAME,
  summary: "Puts a case, or all of a cause, off until a day; it stays open.",
  permission: "exception.assign",
  input: z
    .strictObject({
      ...whichInput,
      until: z.iso.datetime().describe("UTC: 2027-01-01T00:00:00Z; at most 92 days away"),
      reason: z.string().trim().min(3).max(500).describe("what is waited for"),
    })
    .refine(whichOne.check, { message: whichOne.message }),
  output: z.strictObject({ until: z.string(), changed: z.number() }),
  errors: ["E_OPERATIONS_NOT_FOUND", "E_OPERATIONS_NOTHING_TO_REPAIR"],
  run: async (context, { id, cause, until, reason }) => {
    const away = epochMs(until) - context.clock.now();
    if (away <= 0 || away > LONGEST_DAYS * 86_400_000) {
      const problems = `until: must be ahead, by at most ${LONGEST_DAYS} days`;
      throw operationsErrors.E_OPERATIONS_INPUT({ operation: NAME, problems });
    }
    const at = instant(epochMs(until));
    const changed = await actOnQueue(context, {
      operation: NAME,
      which: { id, cause },
      reason,
      before,
      after: { snoozedUntil: at, snoozeReason: reason },
      apply: (session, ids) => snoozeCases(session, ids, at, reason),
    });
    return { until: at, changed };
  },
});

export const wakeExceptionOperation = defineOperation({
  name: "wake-exception",
  summary: "Brings what was put off back into sight.",
  permission: "exception.assign",
  input: z.strictObject(whichInput).refine(whichOne.check, { message: whichOne.message }),
  output: z.strictObject({ changed: z.number() }),
  errors: ["E_OPERATIONS_NOT_FOUND", "E_OPERATIONS_NOTHING_TO_REPAIR"],
  run: async (context, { id, cause }) => ({
    changed: await actOnQueue(context, {
      operation: "wake-exception",
      which: { id, cause },
      before,
      after: { snoozedUntil: null, snoozeReason: null },
      apply: (session, ids) => snoozeCases(session, ids, undefined, undefined),
    }),
  }),
});
