/**
 * Exclude: two people decide that a handoff shall not be sent, for a stated reason and time. This
 * is the first one's part: the plan, and with `yes` the proposal. Nothing changes before the
 * second person approves it (approve-proposal).
 */
import { z } from "zod";
import { epochMs, instant } from "../kernel/clock.ts";
import { inTransaction } from "../store/database.ts";
import { operationsErrors } from "./errors.ts";
import {
  contentOf,
  countStranded,
  EXCLUDE,
  exclusionContent,
  exclusionReasons,
  findExcludable,
} from "./exclusion.ts";
import { defineOperation } from "./operation.ts";
import { propose, provedPerson } from "./two-people.ts";

const input = z.strictObject({
  id: z.string(),
  reasonCode: z.enum(exclusionReasons),
  note: z.string().min(1).max(500).optional().describe("in your own words, kept in the audit log"),
  expiresAt: z.iso
    .datetime()
    .describe("when the exclusion ends, UTC: 2027-01-01T00:00:00Z; then it is an exception again"),
  yes: z.boolean().default(false).describe("propose it; without this only the plan is shown"),
});

export const excludeExceptionOperation = defineOperation({
  name: EXCLUDE,
  summary: "Proposes to exclude a handoff from being sent; a second person approves it.",
  permission: "exception.exclude",
  input,
  output: z.strictObject({
    content: exclusionContent,
    /** Handoffs that need its object and would become exceptions of their own. */
    dependants: z.number(),
    /** Set with `yes`: what the second person approves. */
    proposal: z.string().optional(),
  }),
  errors: [
    "E_OPERATIONS_NOT_FOUND",
    "E_OPERATIONS_NOTHING_TO_REPAIR",
    "E_OPERATIONS_APPROVAL_NEEDED",
    "E_OPERATIONS_STATE",
    "E_OPERATIONS_IN_DOUBT",
  ],
  run: async (context, asked) => {
    if (epochMs(asked.expiresAt) <= context.clock.now()) {
      const problems = "expiresAt: is in the past";
      throw operationsErrors.E_OPERATIONS_INPUT({ operation: EXCLUDE, problems });
    }
    const author = asked.yes ? provedPerson(context, EXCLUDE) : undefined;
    return inTransaction(context.pool, async (session) => {
      const candidate = await findExcludable(session, asked.id);
      const content = contentOf(candidate, {
        reasonCode: asked.reasonCode,
        note: asked.note,
        // As the database will give it back, or the audit row's hash could not be made again.
        expiresAt: instant(epochMs(asked.expiresAt)),
      });
      const dependants = await countStranded(session, candidate);
      if (author === undefined) return { content, dependants, proposal: undefined };
      const { reasonCode, note, expiresAt } = content;
      const proposal = await propose(context, session, {
        operation: EXCLUDE,
        audited: "propose-exclusion",
        authorId: author,
        content,
        input: { reasonCode, note, expiresAt },
        before: { state: content.state },
      });
      return { content, dependants, proposal };
    });
  },
});
