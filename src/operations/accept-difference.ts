/**
 * Accept: two people decide that a document may stand in a target as it stands, for a stated
 * reason. This is the first one's part: the plan, and with `yes` the proposal; nothing changes
 * before the second person approves it (approve-proposal).
 */
import { z } from "zod";
import { inTransaction } from "../store/database.ts";
import {
  ACCEPT,
  acceptanceContent,
  acceptanceOf,
  acceptanceReasons,
  findAcceptable,
} from "./acceptance.ts";
import { defineOperation } from "./operation.ts";
import { propose, provedPerson } from "./two-people.ts";

export const acceptDifferenceOperation = defineOperation({
  name: ACCEPT,
  summary: "Proposes to accept what was done in a target by hand; a second person approves it.",
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
    yes: z.boolean().default(false).describe("propose it; without this only the plan is shown"),
  }),
  output: z.strictObject({
    content: acceptanceContent,
    /** Set with `yes`: what the second person approves. */
    proposal: z.string().optional(),
  }),
  errors: [
    "E_OPERATIONS_NOTHING_TO_REPAIR",
    "E_OPERATIONS_APPROVAL_NEEDED",
    "E_OPERATIONS_NOT_FOUND",
  ],
  run: async (context, { id, reasonCode, note, yes }) => {
    const authorId = yes ? provedPerson(context, ACCEPT) : undefined;
    return inTransaction(context.pool, async (session) => {
      const found = await findAcceptable(session, id);
      const content = acceptanceOf(found, { reasonCode, note });
      if (authorId === undefined) return { content, proposal: undefined };
      const proposal = await propose(context, session, {
        operation: ACCEPT,
        audited: "propose-acceptance",
        authorId,
        content,
        input: { reasonCode, note },
        before: { state: found.state, drift: found.drift },
      });
      return { content, proposal };
    });
  },
});
