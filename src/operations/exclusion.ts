/** What an exclusion is about, for the two people who make it, and the doing of it. */
import { z } from "zod";
import type { HandoffState } from "../handoffs/states.ts";
import { allows, transition } from "../handoffs/states.ts";
import { uuidV7 } from "../kernel/ids.ts";
import type { Session } from "../store/database.ts";
import {
  exceptDependants,
  excludeHandoff,
  findStrandedDependants,
} from "../store/exclude-handoff.ts";
import type { RepairCandidate } from "../store/repair-handoffs.ts";
import { findRepairCandidates } from "../store/repair-handoffs.ts";
import { operationsErrors } from "./errors.ts";
import type { OperationContext } from "./operation.ts";
import { isInDoubt } from "./plan-repair.ts";
import { idOf, moneyWire, uuidOf, wireOf } from "./values.ts";

export const EXCLUDE = "exclude-exception";

export const exclusionReasons = [
  "booked-by-hand",
  "not-ours",
  "duplicate-in-source",
  "before-go-live",
  "immaterial",
  "other",
] as const;

export const exclusionContent = z.strictObject({
  exception: z.string(),
  title: z.string(),
  handoff: z.string(),
  state: z.string(),
  generation: z.number(),
  target: z.string(),
  object: z.string(),
  reference: z.string(),
  legalEntity: z.string().optional(),
  amount: moneyWire.optional(),
  reasonCode: z.enum(exclusionReasons),
  note: z.string().optional(),
  expiresAt: z.string(),
});

export type ExclusionContent = z.infer<typeof exclusionContent>;

/** The open case that may be excluded, locked. Throws E_OPERATIONS_*. */
export async function findExcludable(session: Session, id: string): Promise<RepairCandidate> {
  const ids = [uuidOf("exception", id)];
  const candidate = (await findRepairCandidates(session, { ids }, true))[0];
  if (candidate === undefined) throw operationsErrors.E_OPERATIONS_NOTHING_TO_REPAIR({ what: id });
  const { kind, state, handoff_id, target, reference } = candidate;
  if (kind === "drift") {
    throw operationsErrors.E_OPERATIONS_STATE({
      subject: id,
      state: "about what was done in the target by hand",
      operation: EXCLUDE,
    });
  }
  if (handoff_id === null || state === null || !allows(state as HandoffState, "excluded")) {
    throw operationsErrors.E_OPERATIONS_STATE({
      subject: id,
      state: state ?? "about what arrived",
      operation: EXCLUDE,
    });
  }
  // Excluding what may be in the target would declare a document of ours away.
  if (isInDoubt(candidate)) {
    const handoff = idOf("handoff", handoff_id);
    throw operationsErrors.E_OPERATIONS_IN_DOUBT({ handoff, target, reference });
  }
  return candidate;
}

export function contentOf(
  candidate: RepairCandidate,
  asked: Pick<ExclusionContent, "reasonCode" | "note" | "expiresAt">,
): ExclusionContent {
  return {
    exception: idOf("exception", candidate.case_id),
    title: candidate.title,
    handoff: idOf("handoff", candidate.handoff_id ?? ""),
    state: candidate.state ?? "",
    generation: candidate.generation ?? 0,
    target: candidate.target ?? "",
    object: candidate.object ?? "",
    reference: candidate.reference ?? "",
    legalEntity: candidate.legal_entity ?? undefined,
    amount: wireOf(candidate.amount_minor, candidate.currency),
    reasonCode: asked.reasonCode,
    note: asked.note,
    expiresAt: asked.expiresAt,
  };
}

/** How many handoffs would be left without what they need. */
export async function countStranded(session: Session, candidate: RepairCandidate): Promise<number> {
  const { target, object, handoff_id } = candidate;
  const args = [target ?? "", object ?? "", handoff_id ?? ""] as const;
  return (await findStrandedDependants(session, ...args)).length;
}

/** Does it. Returns how many dependants became exceptions of their own. */
export async function exclude(
  context: OperationContext,
  session: Session,
  candidate: RepairCandidate,
  reasonCode: string,
): Promise<number> {
  const from = candidate.state as HandoffState;
  const handoffId = candidate.handoff_id ?? "";
  const [target, object] = [candidate.target ?? "", candidate.object ?? ""];
  const stranded = await findStrandedDependants(session, target, object, handoffId);
  const to = transition(from, "excluded");
  const reason = `excluded: ${reasonCode}`;
  await excludeHandoff(session, { id: handoffId, from, to, reason });
  const why = operationsErrors.E_OPERATIONS_NEED_EXCLUDED({ need: object, target });
  return exceptDependants(
    session,
    stranded.map(({ id }) => ({
      id,
      caseId: uuidV7(context.clock, context.random),
      to: transition("waiting", "gave-up"),
    })),
    { need: object, code: why.code, message: why.message },
  );
}
