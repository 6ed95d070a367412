/**
 * What needs two people. The first proposes; what the second is shown and agrees to is the
 * *content*, whose hash is compared when they do, so that an approval never lands on something that
 * has changed since. Persons are compared, not accounts or spellings of names.
 */
import { canonicalJson } from "../kernel/canonical-json.ts";
import { uuidV7 } from "../kernel/ids.ts";
import type { Session } from "../store/database.ts";
import { proposeAct } from "../store/propose-act.ts";
import { auditActs } from "./audit-act.ts";
import { operationsErrors } from "./errors.ts";
import type { OperationContext } from "./operation.ts";
import { idOf } from "./values.ts";

/** A decision that nobody took in a week is made anew, on what is then. */
const PROPOSAL_DAYS = 7;

/** The person whom a session or a token proved. Throws E_OPERATIONS_APPROVAL_NEEDED. */
export function provedPerson(context: OperationContext, operation: string): string {
  const { proof } = context.actor;
  if (proof !== undefined) return proof.person;
  const lacks = "sign in or use a token (--server, --token); this command line proves nobody";
  throw operationsErrors.E_OPERATIONS_APPROVAL_NEEDED({ operation, lacks });
}

export function hashOfContent(context: OperationContext, content: unknown): Uint8Array {
  return context.hasher.sha256(canonicalJson(content));
}

/** What every proposed content has: of which case, why, and whose rows it is among. */
export interface ProposedContent {
  readonly exception: string;
  readonly reasonCode: string;
  readonly note?: string | undefined;
  readonly legalEntity?: string | undefined;
}

interface Proposed<Content extends ProposedContent> {
  readonly operation: string;
  /** Under which name the audit log has it. */
  readonly audited: string;
  readonly authorId: string;
  readonly content: Content;
  readonly input: unknown;
  readonly before: unknown;
}

/** Writes the proposal down, and that it was made. Returns its prefixed id. */
export async function propose<Content extends ProposedContent>(
  context: OperationContext,
  session: Session,
  { operation, audited, authorId, content, input, before }: Proposed<Content>,
): Promise<string> {
  const id = uuidV7(context.clock, context.random);
  await proposeAct(session, {
    id,
    operation,
    subject: content.exception,
    input,
    content,
    contentHash: hashOfContent(context, content),
    legalEntity: content.legalEntity ?? null,
    authorId,
    days: PROPOSAL_DAYS,
  });
  const proposal = idOf("proposal", id);
  const subject = content.exception;
  await auditActs(context, session, [
    { operation: audited, subject, before, after: { proposal }, reason: reasonOf(content) },
  ]);
  return proposal;
}

/** As the audit log has it. */
export function reasonOf({ reasonCode, note }: ProposedContent): string {
  return note === undefined ? reasonCode : `${reasonCode}: ${note}`;
}
