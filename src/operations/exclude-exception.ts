/**
 * Exclude: two people decide that a handoff shall not be sent, for a stated reason and time. The
 * difference it leaves between the systems is theirs; it stays visible in every conservation.
 */
import { z } from "zod";
import type { HandoffState } from "../handoffs/states.ts";
import { allows, transition } from "../handoffs/states.ts";
import { epochMs, instant } from "../kernel/clock.ts";
import { uuidV7 } from "../kernel/ids.ts";
import type { Session } from "../store/database.ts";
import { inTransaction } from "../store/database.ts";
import {
  exceptDependants,
  excludeHandoff,
  findStrandedDependants,
} from "../store/exclude-handoff.ts";
import { insertAudit } from "../store/insert-audit.ts";
import type { RepairCandidate } from "../store/repair-handoffs.ts";
import { findRepairCandidates } from "../store/repair-handoffs.ts";
import { operationsErrors } from "./errors.ts";
import type { OperationContext } from "./operation.ts";
import { defineOperation } from "./operation.ts";
import { isInDoubt } from "./plan-repair.ts";
import { twoPeople } from "./two-people.ts";
import { idOf, moneyWire, uuidOf, wireOf } from "./values.ts";

export const exclusionReasons = [
  "booked-by-hand",
  "not-ours",
  "duplicate-in-source",
  "before-go-live",
  "immaterial",
  "other",
] as const;

const input = z.strictObject({
  id: z.string(),
  reasonCode: z.enum(exclusionReasons),
  note: z.string().min(1).max(500).optional().describe("in your own words, kept in the audit log"),
  expiresAt: z.iso
    .datetime()
    .describe("when the exclusion ends, UTC: 2027-01-01T00:00:00Z; then it is an exception again"),
  secondPerson: z.string().optional().describe("name of the other person who agrees"),
  yes: z.boolean().default(false).describe("do it; without this only the plan is shown"),
});

type Input = z.output<typeof input>;

const output = z.strictObject({
  done: z.boolean(),
  exception: z.string(),
  handoff: z.string(),
  amount: moneyWire.optional(),
  reason: z.string(),
  expiresAt: z.string(),
  people: z.array(z.string()),
  /** Handoffs that needed its object and became exceptions of their own. */
  dependantsExcepted: z.number(),
});

export const excludeExceptionOperation = defineOperation({
  name: "exclude-exception",
  summary: "Excludes a handoff from being sent: two people, a reason, an expiry.",
  permission: "exception.exclude",
  input,
  output,
  errors: [
    "E_OPERATIONS_NOT_FOUND",
    "E_OPERATIONS_NOTHING_TO_REPAIR",
    "E_OPERATIONS_APPROVAL_NEEDED",
    "E_OPERATIONS_STATE",
    "E_OPERATIONS_IN_DOUBT",
  ],
  run: async (context, asked) => {
    const people = await twoPeople(context, "exclude-exception", asked.secondPerson);
    if (epochMs(asked.expiresAt) <= context.clock.now()) {
      throw operationsErrors.E_OPERATIONS_INPUT({
        operation: "exclude-exception",
        problems: "expiresAt: is in the past",
      });
    }
    const result = await inTransaction(context.pool, async (session) => {
      const candidate = await findOne(session, asked.id);
      const dependants = await exclude(context, session, candidate, asked, people[1]);
      return { candidate, dependants };
    });
    const { candidate, dependants } = result;
    const { target, object } = candidate;
    if (asked.yes && target !== null && object !== null) {
      await context.release([{ target, object }]);
    }
    return {
      done: asked.yes,
      exception: idOf("exception", candidate.case_id),
      handoff: idOf("handoff", candidate.handoff_id ?? ""),
      amount: wireOf(candidate.amount_minor, candidate.currency),
      reason: asked.reasonCode,
      expiresAt: asked.expiresAt,
      people: [...people],
      dependantsExcepted: dependants,
    };
  },
});

async function findOne(session: Session, id: string): Promise<RepairCandidate> {
  const ids = [uuidOf("exception", id)];
  const candidate = (await findRepairCandidates(session, { ids }, true))[0];
  if (candidate === undefined) throw operationsErrors.E_OPERATIONS_NOTHING_TO_REPAIR({ what: id });
  const { kind, state, handoff_id, target, reference } = candidate;
  if (kind === "drift") {
    throw operationsErrors.E_OPERATIONS_STATE({
      subject: id,
      state: "about what was done in the target by hand",
      operation: "exclude-exception",
    });
  }
  if (handoff_id === null || state === null || !allows(state as HandoffState, "excluded")) {
    throw operationsErrors.E_OPERATIONS_STATE({
      subject: id,
      state: state ?? "about what arrived",
      operation: "exclude-exception",
    });
  }
  // Excluding what may be in the target would declare a document of ours away.
  if (isInDoubt(candidate)) {
    const handoff = idOf("handoff", handoff_id);
    throw operationsErrors.E_OPERATIONS_IN_DOUBT({ handoff, target, reference });
  }
  return candidate;
}

/** Returns how many dependants are, or without `yes` would be, left without what they need. */
async function exclude(
  context: OperationContext,
  session: Session,
  candidate: RepairCandidate,
  asked: Input,
  secondActor: string,
): Promise<number> {
  const from = candidate.state as HandoffState;
  const handoffId = candidate.handoff_id ?? "";
  const [target, object] = [candidate.target ?? "", candidate.object ?? ""];
  const stranded = await findStrandedDependants(session, target, object, handoffId);
  if (!asked.yes) return stranded.length;
  const to = transition(from, "excluded");
  const reason = `excluded: ${asked.reasonCode}`;
  await excludeHandoff(session, { id: handoffId, from, to, reason });
  const why = operationsErrors.E_OPERATIONS_NEED_EXCLUDED({ need: object, target });
  const excepted = await exceptDependants(
    session,
    stranded.map(({ id }) => ({
      id,
      caseId: uuidV7(context.clock, context.random),
      to: transition("waiting", "gave-up"),
    })),
    { need: object, code: why.code, message: why.message },
  );
  await insertAudit(session, [
    {
      id: uuidV7(context.clock, context.random),
      actor: context.actor.name,
      secondActor,
      operation: "exclude-exception",
      subject: idOf("exception", candidate.case_id),
      reason: asked.note === undefined ? asked.reasonCode : `${asked.reasonCode}: ${asked.note}`,
      before: { state: from },
      after: { state: to, handoff: idOf("handoff", handoffId), dependantsExcepted: excepted },
      // As the database will give it back, or the row's hash could not be made again.
      expiresAt: instant(epochMs(asked.expiresAt)),
    },
  ]);
  return excepted;
}
