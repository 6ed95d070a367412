/**
 * The second person's part of what needs two. Persons are compared, not accounts; what is approved
 * is what was shown, by its hash, and what is there now must still be that.
 */
import { z } from "zod";
import type { Permission } from "../access/roles.ts";
import { hex } from "../kernel/hex.ts";
import { chooseLink, findWaitingFor } from "../store/choose-link.ts";
import type { Pool, Session } from "../store/database.ts";
import { inRepeatedTransaction, inTransaction } from "../store/database.ts";
import { acceptDrift } from "../store/drift-cases.ts";
import type { ProposalRow } from "../store/propose-act.ts";
import { decideProposal, findProposedOperation, lockProposal } from "../store/propose-act.ts";
import type { HeadKey } from "../store/release-handoffs.ts";
import { repairHandoffs } from "../store/repair-handoffs.ts";
import type { AcceptanceContent } from "./acceptance.ts";
import { ACCEPT, acceptanceOf, findAcceptable } from "./acceptance.ts";
import { auditActs } from "./audit-act.ts";
import { operationsErrors } from "./errors.ts";
import type { ExclusionContent } from "./exclusion.ts";
import { contentOf, EXCLUDE, exclude, findExcludable } from "./exclusion.ts";
import type { OperationContext, RunContext } from "./operation.ts";
import { defineOperation } from "./operation.ts";
import type { ProposedAct } from "./proposal-shape.ts";
import { actOf, proposedAct } from "./proposal-shape.ts";
import type { RepairContent } from "./reference-repair.ts";
import { contentOfPlan, planReference, REPAIR } from "./reference-repair.ts";
import type { ProposedContent } from "./two-people.ts";
import { hashOfContent, provedPerson, reasonOf } from "./two-people.ts";
import { idOf, uuidOf } from "./values.ts";

const APPROVE = "approve-proposal";
const REJECT = "reject-proposal";

const errors = [
  "E_OPERATIONS_NOT_FOUND",
  "E_OPERATIONS_APPROVAL_NEEDED",
  "E_OPERATIONS_PROPOSAL_CHANGED",
  "E_OPERATIONS_STATE",
] as const;

export const approveProposalOperation = defineOperation({
  name: APPROVE,
  summary: "Approves what somebody else proposed, as its second person; it is done at once.",
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
    act: proposedAct,
    people: z.array(z.string()),
    /** Handoffs that needed what is excluded and became exceptions of their own. */
    dependantsExcepted: z.number(),
  }),
  errors: [...errors, "E_OPERATIONS_NOTHING_TO_REPAIR"],
  run: async (context, asked) => {
    const person = provedPerson(context, APPROVE);
    const pool = await ledgerFor(context, asked.id);
    const done = await inRepeatedTransaction(pool, async (session) => {
      const proposal = await openProposal(session, asked.id, APPROVE);
      if (proposal.author_id === person) {
        const lacks = `${proposal.author} proposed it; another person must approve`;
        const { operation } = proposal;
        throw operationsErrors.E_OPERATIONS_APPROVAL_NEEDED({ operation, lacks });
      }
      const unchanged = (content: unknown): void => {
        const now = hex(hashOfContent(context, content));
        if (now === asked.contentHash && now === hex(proposal.content_hash)) return;
        throw operationsErrors.E_OPERATIONS_PROPOSAL_CHANGED({ proposal: asked.id });
      };
      const act = actOf(proposal);
      const result = await doIt({ context, session, proposal, unchanged }, act);
      await decideProposal(session, proposal.id, "approved", person);
      return { proposal, act, ...result };
    });
    await context.release(done.heads);
    return {
      proposal: idOf("proposal", done.proposal.id),
      act: done.act,
      people: [done.proposal.author, context.actor.name],
      dependantsExcepted: done.excepted ?? 0,
    };
  },
});

const overTheWhole: Readonly<Record<string, Permission>> = {
  [ACCEPT]: "exception.accept",
  [REPAIR]: "reference.repair",
};

/** What is of a target's account as a whole is settled by who may for all legal entities. */
async function ledgerFor(context: RunContext, id: string): Promise<Pool> {
  const operation = await findProposedOperation(context.pool, uuidOf("proposal", id));
  if (operation === undefined) throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: id });
  const permission = overTheWhole[operation];
  return permission === undefined ? context.pool : context.whole(permission);
}

interface Decided {
  readonly context: OperationContext;
  readonly session: Session;
  readonly proposal: ProposalRow;
  /** Throws E_OPERATIONS_PROPOSAL_CHANGED unless this is what was proposed and shown. */
  readonly unchanged: (content: unknown) => void;
}

interface Done {
  /** What may go now. */
  readonly heads: readonly HeadKey[];
  readonly excepted?: number;
}

function doIt(decided: Decided, { operation, content }: ProposedAct): Promise<Done> {
  switch (operation) {
    case ACCEPT:
      return doAccept(decided, content);
    case EXCLUDE:
      return doExclude(decided, content);
    case REPAIR:
      return doRepair(decided, content);
  }
}

async function doExclude(decided: Decided, shown: ExclusionContent): Promise<Done> {
  const { context, session, proposal, unchanged } = decided;
  const candidate = await findExcludable(session, shown.exception);
  const content = contentOf(candidate, shown);
  unchanged(content);
  const dependantsExcepted = await exclude(context, session, candidate, content.reasonCode);
  const { handoff, expiresAt } = content;
  await audit(decided, {
    content,
    before: { state: content.state, proposal: idOf("proposal", proposal.id) },
    after: { state: "excluded", handoff, dependantsExcepted },
    expiresAt,
  });
  const { target, object } = content;
  return { heads: [{ target, object }], excepted: dependantsExcepted };
}

async function doAccept(decided: Decided, shown: AcceptanceContent): Promise<Done> {
  const { session, proposal, unchanged } = decided;
  const found = await findAcceptable(session, shown.exception);
  const content = acceptanceOf(found, shown);
  unchanged(content);
  await acceptDrift(session, found.id, `accepted: ${content.reasonCode}`);
  const { target, document, drift, message } = content;
  await audit(decided, {
    content,
    before: { state: found.state, drift, message, proposal: idOf("proposal", proposal.id) },
    after: { state: "resolved", target, document },
  });
  return { heads: [] };
}

/** Sends again what was shown, and nothing that came to the cause since. */
async function doRepair(decided: Decided, shown: RepairContent): Promise<Done> {
  const { context, session, proposal, unchanged } = decided;
  const { exception, target, object, to, note } = shown;
  const choice = { exception, object, to, only: new Set(shown.handoffs) };
  const plan = await planReference(context, session, choice, true);
  unchanged(contentOfPlan(context, plan, { ...choice, note }));
  const reference = idOf("proposal", proposal.id);
  await chooseLink(session, { target, object, externalId: to, reference });
  const rows = plan.sends.flatMap(({ call, step }) =>
    call === undefined || step.kind !== "retry" ? [] : [step],
  );
  const moved = await repairHandoffs(
    session,
    rows.map(({ candidate, from, to: state, raiseGeneration }) => ({
      handoffId: candidate.handoff_id ?? "",
      from,
      to: state,
      raiseGeneration,
    })),
    `reference repaired: ${object} is ${to}`,
  );
  await audit(decided, {
    content: shown,
    before: { link: shown.from ?? null, proposal: reference },
    after: {
      link: to,
      target,
      object,
      handoffs: [...moved.keys()].map((id) => idOf("handoff", id)),
    },
  });
  const waiting = await findWaitingFor(session, target, object);
  const heads = rows.map(({ candidate }) => ({ target, object: candidate.object ?? "" }));
  return { heads: [...heads, ...waiting.map((one) => ({ target, object: one.object }))] };
}

interface Audited {
  readonly content: ProposedContent;
  readonly before: unknown;
  readonly after: Readonly<Record<string, unknown>>;
  readonly expiresAt?: string;
}

function audit(
  { context, session, proposal }: Decided,
  { content, ...rest }: Audited,
): Promise<void> {
  const { operation, author: secondActor } = proposal;
  const subject = content.exception;
  return auditActs(context, session, [
    { operation, subject, secondActor, reason: reasonOf(content), ...rest },
  ]);
}

export const rejectProposalOperation = defineOperation({
  name: REJECT,
  summary: "Rejects what was proposed; the exception stays open.",
  permission: "exception.approve",
  input: z.strictObject({
    id: z.string().describe("a proposal"),
    reason: z.string().min(1).max(500).describe("why, for its author and the audit log"),
  }),
  output: z.strictObject({ proposal: z.string() }),
  errors: [...errors],
  run: async (context, { id, reason }) => {
    const person = provedPerson(context, REJECT);
    await inTransaction(context.pool, async (session) => {
      const proposal = await openProposal(session, id, REJECT);
      await decideProposal(session, proposal.id, "rejected", person);
      const { subject } = proposal;
      const before = { proposal: id, state: "open" };
      const after = { state: "rejected" };
      await auditActs(context, session, [{ operation: REJECT, subject, before, after, reason }]);
    });
    return { proposal: id };
  },
});

async function openProposal(session: Session, id: string, operation: string): Promise<ProposalRow> {
  const proposal = await lockProposal(session, uuidOf("proposal", id));
  if (proposal === undefined) throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: id });
  if (proposal.state === "open") return proposal;
  const { state } = proposal;
  throw operationsErrors.E_OPERATIONS_STATE({ subject: id, state, operation });
}
