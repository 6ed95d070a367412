/**
 * Accept: two people decide that a document may stand in a target as it stands, for a stated
 * reason. It covers the drift that the case tells, and no later one of the same document.
 */
import { z } from "zod";
import { inTransaction } from "../store/database.ts";
import type { AcceptableCase } from "../store/drift-cases.ts";
import { acceptDrift, lockDriftCase } from "../store/drift-cases.ts";
import { auditActs } from "./audit-act.ts";
import { operationsErrors } from "./errors.ts";
import { defineOperation } from "./operation.ts";
import { twoPeople } from "./two-people.ts";
import { idOf, moneyWire, uuidOf, wireOf } from "./values.ts";

export const acceptanceReasons = [
  "corrected-in-target",
  "booked-by-hand",
  "not-ours",
  "immaterial",
  "other",
] as const;

const NAME = "accept-difference";

export const acceptDifferenceOperation = defineOperation({
  name: NAME,
  summary: "Accepts what was done in a target by hand: two people, a reason.",
  permission: "exception.accept",
  input: z.strictObject({
    id: z.string(),
    reasonCode: z.enum(acceptanceReasons),
    note: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe("in your own words, kept in the audit log"),
    secondPerson: z.string().optional().describe("name of the other person who agrees"),
    yes: z.boolean().default(false).describe("do it; without this only the plan is shown"),
  }),
  output: z.strictObject({
    done: z.boolean(),
    exception: z.string(),
    target: z.string(),
    document: z.string(),
    message: z.string(),
    amount: moneyWire.optional(),
    reason: z.string(),
    people: z.array(z.string()),
  }),
  errors: [
    "E_OPERATIONS_NOTHING_TO_REPAIR",
    "E_OPERATIONS_APPROVAL_NEEDED",
    "E_OPERATIONS_NOT_FOUND",
  ],
  run: async (context, asked) => {
    const people = await twoPeople(context, NAME, asked.secondPerson);
    const found = await inTransaction(context.pool, async (session) => {
      const one = await lockDriftCase(session, uuidOf("exception", asked.id));
      if (one === undefined || one.state !== "open") {
        throw operationsErrors.E_OPERATIONS_NOTHING_TO_REPAIR({ what: `${asked.id} of a drift` });
      }
      if (!asked.yes) return one;
      await acceptDrift(session, one.id, `accepted: ${asked.reasonCode}`);
      const reason =
        asked.note === undefined ? asked.reasonCode : `${asked.reasonCode}: ${asked.note}`;
      await auditActs(context, session, [
        {
          secondActor: people[1],
          operation: NAME,
          subject: idOf("exception", one.id),
          reason,
          before: { state: "open", drift: one.drift, message: one.message },
          after: { state: "resolved", target: one.target, document: one.document },
        },
      ]);
      return one;
    });
    return { done: asked.yes, ...told(found), reason: asked.reasonCode, people: [...people] };
  },
});

function told(found: AcceptableCase) {
  const { id, target, document, message, amount_minor: minor, currency } = found;
  const amount = wireOf(minor, currency);
  return { exception: idOf("exception", id), target, document, message, amount };
}
