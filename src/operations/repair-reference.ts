/**
 * Repair of a reference: an object that a document names gets another id in the target, and what
 * was stuck for it is sent again. This is the first person's part: the dry run, with the requests
 * as they would leave, and with `yes` the proposal.
 */
import { z } from "zod";
import type { Json } from "../kernel/strict-json.ts";
import { findWaitingFor } from "../store/choose-link.ts";
import { inTransaction } from "../store/database.ts";
import { defineOperation } from "./operation.ts";
import type { PlannedSend } from "./reference-repair.ts";
import { contentOfPlan, planReference, REPAIR, repairContent } from "./reference-repair.ts";
import { propose, provedPerson } from "./two-people.ts";
import { idOf, moneyWire, wireOf } from "./values.ts";

/** So many requests are shown; the counts, and what is agreed on, cover all of them. */
const SHOWN = 20;

const shownRequest = z.strictObject({ method: z.string(), path: z.string(), body: z.json() });

const sendShape = z.strictObject({
  exception: z.string(),
  handoff: z.string(),
  object: z.string(),
  operation: z.string(),
  amount: moneyWire.optional(),
  /** What left last; absent where nothing ever did. */
  before: shownRequest.optional(),
  /** What would leave; absent where it is not sent. */
  request: shownRequest.optional(),
  why: z.string().optional(),
});

export const repairReferenceOperation = defineOperation({
  name: REPAIR,
  summary: "Proposes another id in the target for what a document names; shows what would be sent.",
  permission: "reference.repair",
  input: z.strictObject({
    id: z.string().describe("an exception"),
    object: z.string().describe("what the document names, <connection>/<entity>/<id>"),
    to: z
      .string()
      .trim()
      .regex(/^[\x21-\x7e]{1,100}$/, "an id as the target has it, without spaces")
      .describe("the id that it shall have in the target"),
    note: z.string().trim().min(1).max(500).optional().describe("why, kept in the audit log"),
    yes: z.boolean().default(false).describe("propose it; without this only the plan is shown"),
  }),
  output: z.strictObject({
    content: repairContent,
    sends: z.array(sendShape),
    /** Of all, also of those that are not shown. */
    sent: z.number(),
    left: z.number(),
    /** Handoffs that wait for this reference and nothing else that lacks an id. */
    waiting: z.number(),
    /** Set with `yes`: what the second person approves. */
    proposal: z.string().optional(),
  }),
  errors: [
    "E_OPERATIONS_NOT_FOUND",
    "E_OPERATIONS_NOTHING_TO_REPAIR",
    "E_OPERATIONS_REFERENCE",
    "E_OPERATIONS_STATE",
    "E_OPERATIONS_APPROVAL_NEEDED",
  ],
  run: async (context, { id, object, to, note, yes }) => {
    const authorId = yes ? provedPerson(context, REPAIR) : undefined;
    const choice = { exception: id, object, to };
    return inTransaction(context.pool, async (session) => {
      const plan = await planReference(context, session, choice, yes);
      const content = contentOfPlan(context, plan, { ...choice, note });
      const { from, target } = content;
      const waiting = from === undefined ? await findWaitingFor(session, target, object) : [];
      const shown = {
        content,
        sends: plan.sends.slice(0, SHOWN).map(showSend),
        sent: content.handoffs.length,
        left: plan.sends.length - content.handoffs.length + plan.more,
        waiting: waiting.length,
      };
      if (authorId === undefined) return { ...shown, proposal: undefined };
      const proposal = await propose(context, session, {
        operation: REPAIR,
        audited: "propose-repair",
        authorId,
        content,
        input: { object, to, note },
        before: { link: from ?? null },
      });
      return { ...shown, proposal };
    });
  },
});

function showSend({ step, handoff, call, before, why }: PlannedSend): z.infer<typeof sendShape> {
  const { candidate } = step;
  return {
    exception: idOf("exception", candidate.case_id),
    handoff: idOf("handoff", handoff.id),
    object: handoff.object,
    operation: handoff.operation,
    amount: wireOf(candidate.amount_minor, candidate.currency),
    before: before === undefined ? undefined : showRequest(before),
    request: call === undefined ? undefined : showRequest(call),
    why,
  };
}

/** Without its headers, which say nothing about what is booked. */
function showRequest(call: Json): z.infer<typeof shownRequest> {
  const { method, path, body } = call as { method: string; path: string; body?: Json };
  return { method, path, body: (body ?? null) as z.infer<typeof shownRequest>["body"] };
}
