/**
 * Retry: the same handoffs again, after their cause was mended. Plans by default; the plan is made
 * by the code that acts, from rows read the same way.
 */
import { z } from "zod";
import type { AskRow } from "../store/ask-again.ts";
import { askAgain } from "../store/ask-again.ts";
import type { Session } from "../store/database.ts";
import { inRepeatedTransaction } from "../store/database.ts";
import { listCauses } from "../store/list-exceptions.ts";
import type { HeadKey } from "../store/release-handoffs.ts";
import type { RepairCandidate } from "../store/repair-handoffs.ts";
import { findRepairCandidates, repairHandoffs } from "../store/repair-handoffs.ts";
import { auditActs } from "./audit-act.ts";
import { operationsErrors } from "./errors.ts";
import type { OperationContext } from "./operation.ts";
import { defineOperation } from "./operation.ts";
import type { RepairStep } from "./plan-repair.ts";
import { namesOf, planRepair, sumOf } from "./plan-repair.ts";
import { idOf, moneyList, moneyWire, uuidOf, wireOf } from "./values.ts";

/** So many cases are locked and moved in one transaction at most. */
const CHUNK = 500;
/** So many lines of a plan are shown; the counts cover all of it. */
const SHOWN = 100;

const input = z
  .strictObject({
    id: z.string().optional(),
    cause: z.string().optional().describe("all open exceptions of this cause, instead of one id"),
    yes: z.boolean().default(false).describe("do it; without this only the plan is shown"),
    reason: z.string().max(500).optional().describe("what was mended, kept in the audit log"),
  })
  .refine((value) => (value.id === undefined) !== (value.cause === undefined), {
    message: "give either the id of one exception or a cause",
  });

const output = z.strictObject({
  done: z.boolean(),
  retried: z.number(),
  left: z.number(),
  money: moneyList,
  dependantsWaiting: z.number(),
  steps: z.array(
    z.strictObject({
      id: z.string(),
      handoff: z.string().optional(),
      act: z.enum(["retry", "retry as a new send", "ask the target", "leave"]),
      why: z.string().optional(),
      amount: moneyWire.optional(),
    }),
  ),
});

export type RetryResult = z.infer<typeof output>;

export const retryExceptionOperation = defineOperation({
  name: "retry-exception",
  summary:
    "Takes excepted handoffs up again, one or all of a cause; shows the plan unless told yes.",
  permission: "exception.retry",
  input,
  output,
  errors: ["E_OPERATIONS_NOT_FOUND", "E_OPERATIONS_NOTHING_TO_REPAIR"],
  run: async (context, asked) => {
    const what =
      asked.id === undefined ? { cause: asked.cause } : { ids: [uuidOf("exception", asked.id)] };
    const candidates = await findRepairCandidates(context.pool, what, false);
    const first = candidates[0];
    if (first === undefined) {
      const name = asked.id ?? `cause "${asked.cause}"`;
      throw operationsErrors.E_OPERATIONS_NOTHING_TO_REPAIR({ what: name });
    }
    const steps = candidates.map(planRepair);
    const causes = await listCauses(context.pool, { cause: first.cause }, 1);
    const dependantsWaiting = causes[0]?.dependants ?? 0;
    const done = asked.yes ? await act(context, candidates, asked.reason) : steps;
    const retried = done.filter((step) => step.kind !== "leave");
    return {
      done: asked.yes,
      retried: retried.length,
      left: done.length - retried.length,
      money: sumOf(retried),
      dependantsWaiting,
      steps: done.slice(0, SHOWN).map(showStep),
    };
  },
});

async function act(
  context: OperationContext,
  candidates: readonly RepairCandidate[],
  reason: string | undefined,
): Promise<RepairStep[]> {
  const done: RepairStep[] = [];
  for (let from = 0; from < candidates.length; from += CHUNK) {
    const ids = candidates.slice(from, from + CHUNK).map((one) => one.case_id);
    const moved = await inRepeatedTransaction(context.pool, (session) =>
      repairChunk(context, session, ids, reason),
    );
    done.push(...moved);
    await context.release(headsOf(moved));
  }
  return done;
}

/** Reads again under the lock: somebody else may have settled what was planned. */
async function repairChunk(
  context: OperationContext,
  session: Session,
  ids: readonly string[],
  reason: string | undefined,
): Promise<RepairStep[]> {
  const steps = (await findRepairCandidates(session, { ids }, true)).map(planRepair);
  const retries = steps.flatMap((step) => (step.kind === "retry" ? [step] : []));
  const asks = steps.flatMap((step) => (step.kind === "ask" ? [step] : []));
  const rows = retries.map(({ candidate, from, to, raiseGeneration }) => ({
    handoffId: candidate.handoff_id ?? "",
    from,
    to,
    raiseGeneration,
  }));
  const by = context.actor.name;
  const moved = new Map([
    ...(await repairHandoffs(session, rows, `retried by ${by}`)),
    ...(await askAgain(session, asks.map(askRow), `asked again by ${by}`)),
  ]);
  await auditActs(
    context,
    session,
    [...retries, ...asks]
      .filter(({ candidate }) => moved.has(candidate.handoff_id ?? ""))
      .map(({ candidate, from, to }) => ({
        operation: "retry-exception",
        subject: idOf("exception", candidate.case_id),
        reason,
        before: { state: from, generation: candidate.generation },
        after: { state: to, generation: moved.get(candidate.handoff_id ?? "") },
      })),
  );
  return steps.map((step) =>
    step.kind === "leave" || moved.has(step.candidate.handoff_id ?? "")
      ? step
      : { kind: "leave", candidate: step.candidate, why: overtaken(step) },
  );
}

function overtaken({ kind }: RepairStep): string {
  return kind === "ask"
    ? "another handoff of its object is under way; retry when that one is settled"
    : "somebody else settled it meanwhile";
}

function askRow({ candidate, from, to }: Extract<RepairStep, { kind: "ask" }>): AskRow {
  const { target, object, ordered } = candidate;
  const head = ordered === true && target !== null && object !== null;
  return {
    handoffId: candidate.handoff_id ?? "",
    from,
    to,
    head: head ? { target, object } : undefined,
  };
}

function headsOf(steps: readonly RepairStep[]): HeadKey[] {
  return steps.flatMap(({ kind, candidate: { target, object } }) =>
    kind === "retry" && target !== null && object !== null ? [{ target, object }] : [],
  );
}

function actOf(step: RepairStep): RetryResult["steps"][number]["act"] {
  if (step.kind === "leave") return "leave";
  if (step.kind === "ask") return "ask the target";
  return step.raiseGeneration ? "retry as a new send" : "retry";
}

function showStep(step: RepairStep): RetryResult["steps"][number] {
  const { candidate } = step;
  return {
    ...namesOf(candidate),
    act: actOf(step),
    why: step.kind === "leave" ? step.why : undefined,
    amount: wireOf(candidate.amount_minor, candidate.currency),
  };
}
