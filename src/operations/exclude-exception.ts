/**
 * Exclude: two people decide that a handoff shall not be sent, for a stated reason and time. This
 * is the first one's part: the plan, and with `yes` the proposal. Nothing changes before the
 * second person approves it (approve-exclusion).
 */
import { z } from "zod";
import { epochMs, instant } from "../kernel/clock.ts";
import { uuidV7 } from "../kernel/ids.ts";
import type { Session } from "../store/database.ts";
import { inTransaction } from "../store/database.ts";
import { proposeAct } from "../store/propose-act.ts";
import { auditActs } from "./audit-act.ts";
import { operationsErrors } from "./errors.ts";
import type { ExclusionContent } from "./exclusion.ts";
import {
  contentOf,
  countStranded,
  EXCLUDE,
  exclusionContent,
  exclusionReasons,
  findExcludable,
  hashOfContent,
  provedPerson,
} from "./exclusion.ts";
import type { OperationContext } from "./operation.ts";
import { defineOperation } from "./operation.ts";
import { idOf } from "./values.ts";

/** A decision that nobody took in a week is made anew, on what is then. */
const PROPOSAL_DAYS = 7;

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
      const proposal = await propose(context, session, author, content);
      return { content, dependants, proposal };
    });
  },
});

async function propose(
  context: OperationContext,
  session: Session,
  authorId: string,
  content: ExclusionContent,
): Promise<string> {
  const id = uuidV7(context.clock, context.random);
  const { reasonCode, note, expiresAt } = content;
  await proposeAct(session, {
    id,
    operation: EXCLUDE,
    subject: content.exception,
    input: { reasonCode, note, expiresAt },
    content,
    contentHash: hashOfContent(context, content),
    legalEntity: content.legalEntity ?? null,
    authorId,
    days: PROPOSAL_DAYS,
  });
  const proposal = idOf("proposal", id);
  const reason = note === undefined ? reasonCode : `${reasonCode}: ${note}`;
  const before = { state: content.state };
  await auditActs(context, session, [
    {
      operation: "propose-exclusion",
      subject: content.exception,
      before,
      after: { proposal },
      reason,
    },
  ]);
  return proposal;
}
