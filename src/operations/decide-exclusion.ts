/**
 * The second person's part of an exclusion. Persons are compared, not accounts; what is approved is
 * what was shown, by its hash, and what is there now must still be that.
 */
import { z } from "zod";
import { hex } from "../kernel/hex.ts";
import type { Session } from "../store/database.ts";
import { inTransaction } from "../store/database.ts";
import type { ProposalRow } from "../store/propose-act.ts";
import { decideProposal, lockProposal } from "../store/propose-act.ts";
import { auditActs } from "./audit-act.ts";
import { operationsErrors } from "./errors.ts";
import type { ExclusionContent } from "./exclusion.ts";
import {
  contentOf,
  EXCLUDE,
  exclude,
  exclusionContent,
  findExcludable,
  hashOfContent,
  provedPerson,
} from "./exclusion.ts";
import type { OperationContext } from "./operation.ts";
import { defineOperation } from "./operation.ts";
import { idOf, uuidOf } from "./values.ts";

const errors = [
  "E_OPERATIONS_NOT_FOUND",
  "E_OPERATIONS_APPROVAL_NEEDED",
  "E_OPERATIONS_PROPOSAL_CHANGED",
] as const;

export const approveExclusionOperation = defineOperation({
  name: "approve-exclusion",
  summary: "Approves a proposed exclusion as its second person; it is done at once.",
  permission: "exception.approve",
  input: z.strictObject({
    id: z.string().describe("a proposal"),
    contentHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe("of what you were shown, as the list of proposals has it"),
  }),
  output: z.strictObject({
    proposal: z.string(),
    content: exclusionContent,
    people: z.array(z.string()),
    /** Handoffs that needed its object and became exceptions of their own. */
    dependantsExcepted: z.number(),
  }),
  errors: [...errors, "E_OPERATIONS_NOTHING_TO_REPAIR", "E_OPERATIONS_STATE"],
  run: async (context, asked) => {
    const person = provedPerson(context, "approve-exclusion");
    const done = await inTransaction(context.pool, async (session) => {
      const proposal = await openProposal(session, asked.id);
      if (proposal.author_id === person) {
        const lacks = `${proposal.author} proposed it; another person must approve`;
        throw operationsErrors.E_OPERATIONS_APPROVAL_NEEDED({ operation: EXCLUDE, lacks });
      }
      const shown = exclusionContent.parse(proposal.content);
      const candidate = await findExcludable(session, shown.exception);
      const content = contentOf(candidate, shown);
      const now = hex(hashOfContent(context, content));
      if (now !== asked.contentHash || now !== hex(proposal.content_hash)) {
        throw operationsErrors.E_OPERATIONS_PROPOSAL_CHANGED({ proposal: asked.id });
      }
      const excepted = await exclude(context, session, candidate, content.reasonCode);
      await decideProposal(session, proposal.id, "approved", person);
      await audit(context, session, proposal, content, excepted);
      return { proposal, content, excepted };
    });
    const { target, object } = done.content;
    await context.release([{ target, object }]);
    return {
      proposal: idOf("proposal", done.proposal.id),
      content: done.content,
      people: [done.proposal.author, context.actor.name],
      dependantsExcepted: done.excepted,
    };
  },
});

async function audit(
  context: OperationContext,
  session: Session,
  proposal: ProposalRow,
  content: ExclusionContent,
  dependantsExcepted: number,
): Promise<void> {
  const { handoff, note, reasonCode, expiresAt } = content;
  const after = { state: "excluded", handoff, dependantsExcepted };
  await auditActs(context, session, [
    {
      operation: EXCLUDE,
      subject: content.exception,
      before: { state: content.state, proposal: idOf("proposal", proposal.id) },
      after,
      secondActor: proposal.author,
      reason: note === undefined ? reasonCode : `${reasonCode}: ${note}`,
      expiresAt,
    },
  ]);
}

export const rejectExclusionOperation = defineOperation({
  name: "reject-exclusion",
  summary: "Rejects a proposed exclusion; the exception stays open.",
  permission: "exception.approve",
  input: z.strictObject({
    id: z.string().describe("a proposal"),
    reason: z.string().min(1).max(500).describe("why, for its author and the audit log"),
  }),
  output: z.strictObject({ proposal: z.string() }),
  errors: [...errors],
  run: async (context, { id, reason }) => {
    const person = provedPerson(context, "reject-exclusion");
    await inTransaction(context.pool, async (session) => {
      const proposal = await openProposal(session, id);
      await decideProposal(session, proposal.id, "rejected", person);
      const { subject } = proposal;
      const before = { proposal: id, state: "open" };
      const after = { state: "rejected" };
      await auditActs(context, session, [
        { operation: "reject-exclusion", subject, before, after, reason },
      ]);
    });
    return { proposal: id };
  },
});

async function openProposal(session: Session, id: string): Promise<ProposalRow> {
  const proposal = await lockProposal(session, uuidOf("proposal", id));
  if (proposal === undefined) throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: id });
  if (proposal.state !== "open") {
    const { state } = proposal;
    throw operationsErrors.E_OPERATIONS_STATE({ subject: id, state, operation: EXCLUDE });
  }
  return proposal;
}
