import { z } from "zod";
import { hex } from "../kernel/hex.ts";
import { listProposals } from "../store/propose-act.ts";
import { exclusionContent } from "./exclusion.ts";
import { defineOperation } from "./operation.ts";
import { idOf, pageInput, uuidOf } from "./values.ts";

export const listProposalsOperation = defineOperation({
  name: "list-proposals",
  summary: "Lists what people proposed and others must decide, the newest first.",
  permission: "exception.read",
  input: z.strictObject({
    ...pageInput,
    exception: z.string().optional(),
    decided: z.boolean().default(false).describe("also what was decided or is over"),
  }),
  output: z.strictObject({
    proposals: z.array(
      z.strictObject({
        id: z.string(),
        operation: z.string(),
        subject: z.string(),
        content: exclusionContent,
        contentHash: z.string(),
        author: z.string(),
        /** The author may not approve it, by whichever account. */
        own: z.boolean(),
        proposedAt: z.string(),
        expiresAt: z.string(),
        state: z.enum(["open", "approved", "rejected", "expired"]),
        decidedBy: z.string().optional(),
        decidedAt: z.string().optional(),
      }),
    ),
    next: z.string().optional(),
  }),
  errors: ["E_OPERATIONS_NOT_FOUND"],
  run: async ({ pool, actor }, { limit, after, exception, decided }) => {
    const before = after === undefined ? undefined : uuidOf("proposal", after);
    const rows = await listProposals(pool, { subject: exception, before, decided }, limit);
    const last = rows.length === limit ? rows.at(-1) : undefined;
    return {
      proposals: rows.map((row) => ({
        id: idOf("proposal", row.id),
        operation: row.operation,
        subject: row.subject,
        content: exclusionContent.parse(row.content),
        contentHash: hex(row.content_hash),
        author: row.author,
        own: row.author_id === actor.proof?.person,
        proposedAt: row.proposed_at,
        expiresAt: row.expires_at,
        state: row.state,
        decidedBy: row.decided_by ?? undefined,
        decidedAt: row.decided_at ?? undefined,
      })),
      next: last === undefined ? undefined : idOf("proposal", last.id),
    };
  },
});
