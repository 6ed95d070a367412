/**
 * Lets a ledger send that was restored, or whose sending was stopped. After a restore this is the
 * moment in which one of two copies becomes the one: its mark is put into every target that can
 * keep one, and from then on whatever happened before is asked for before it is sent.
 */
import { z } from "zod";
import type { LedgerMark, TargetConnection } from "../connectors/kit/target.ts";
import { epochAbove } from "../handoffs/epoch.ts";
import { messageOf } from "../kernel/errors.ts";
import { inTransaction } from "../store/database.ts";
import type { SendingState } from "../store/sending-permission.ts";
import {
  countUnsent,
  findSweptSince,
  readSending,
  resumeSending,
  setEpoch,
} from "../store/sending-permission.ts";
import { auditActs } from "./audit-act.ts";
import { operationsErrors } from "./errors.ts";
import type { OperationContext } from "./operation.ts";
import { defineOperation } from "./operation.ts";

const output = z.strictObject({
  done: z.boolean(),
  epoch: z.number(),
  /** Why sending was off. */
  reason: z.string().optional(),
  /** True when a restore has to be confirmed; false when sending was only stopped. */
  restored: z.boolean(),
  /** Open handoffs by target; after a restore each is asked for before it is sent. */
  unsent: z.array(z.strictObject({ target: z.string(), handoffs: z.number() })),
  /** Streams that were not read to their end since the restore. */
  notSwept: z.array(z.string()),
  /** Where another copy of this ledger finds out that it must not send. */
  fenced: z.array(z.string()),
  /** Targets that can keep no mark: there nothing but you keeps the original from sending. */
  notFenced: z.array(z.string()),
});

export type ResumeResult = z.infer<typeof output>;

export const resumeSendingOperation = defineOperation({
  name: "resume-sending",
  summary: "Lets a restored or stopped ledger send; without --yes it says what would follow.",
  permission: "sending.resume",
  input: z.strictObject({
    confirmOriginalIsDead: z
      .boolean()
      .default(false)
      .describe("after a restore: the ledger that this is a copy of does not run, and will not"),
    withoutSweep: z
      .boolean()
      .default(false)
      .describe("although not all sources were read to their end since the restore"),
    reason: z.string().min(1).max(500).optional().describe("for the audit log"),
    yes: z.boolean().default(false).describe("do it"),
  }),
  output,
  errors: [
    "E_OPERATIONS_STATE",
    "E_OPERATIONS_ORIGINAL_UNCONFIRMED",
    "E_OPERATIONS_NOT_SWEPT",
    "E_OPERATIONS_NOT_MARKED",
  ],
  run: async (context, asked) => {
    const sending = await readSending(context.pool);
    if (sending === undefined || sending.allowed) {
      const subject = "Sending";
      const state = sending === undefined ? "without its row in the ledger" : "on already";
      throw operationsErrors.E_OPERATIONS_STATE({ subject, state, operation: "resume" });
    }
    const restored = sending.raised_at !== null && sending.confirmed_at === null;
    const notSwept = restored ? await unswept(context, sending.raised_at ?? "") : [];
    const targets = [...context.targets.values()];
    const plan = {
      epoch: sending.epoch,
      reason: sending.reason ?? undefined,
      restored,
      unsent: [...(await countUnsent(context.pool))],
      notSwept,
      fenced: namesOf(targets, true),
      notFenced: namesOf(targets, false),
    };
    if (!asked.yes) return { done: false, ...plan };
    if (restored && !asked.confirmOriginalIsDead) {
      throw operationsErrors.E_OPERATIONS_ORIGINAL_UNCONFIRMED();
    }
    if (notSwept.length > 0 && !asked.withoutSweep) {
      throw operationsErrors.E_OPERATIONS_NOT_SWEPT({ streams: notSwept.join(", ") });
    }
    const epoch = await takeOver(context, sending, targets);
    await act(context, { ...sending, epoch }, plan, asked.reason);
    return { done: true, ...plan, epoch };
  },
});

function namesOf(targets: readonly TargetConnection[], marked: boolean): string[] {
  return targets
    .filter((target) => (target.marker !== undefined) === marked)
    .map((target) => target.connection)
    .sort();
}

async function unswept(context: OperationContext, since: string): Promise<string[]> {
  const swept = await findSweptSince(context.pool, since);
  return [...context.sources.values()]
    .flatMap(({ connection, sweep }) =>
      (sweep?.streams ?? []).map((stream) => `${connection} ${stream}`),
    )
    .filter((name) => !swept.has(name))
    .sort();
}

/**
 * Puts our mark into every target, above all that are there. While this runs sending is off here,
 * so a mark that cannot be written leaves two copies of which neither sends to that target.
 */
async function takeOver(
  context: OperationContext,
  sending: SendingState,
  targets: readonly TargetConnection[],
): Promise<number> {
  const { ledger, instance } = sending;
  const found: LedgerMark[] = [];
  for (const target of targets) {
    const mark = await marking(target, () => target.marker?.read(ledger));
    if (mark !== undefined) found.push(mark);
  }
  const epoch = epochAbove(sending, found);
  if (epoch > sending.epoch) {
    await inTransaction(context.pool, (session) =>
      setEpoch(session, epoch, "above the marks in the targets"),
    );
  }
  for (const target of targets) {
    await marking(target, () => target.marker?.write(ledger, { epoch, instance }));
  }
  return epoch;
}

async function marking<T>(target: TargetConnection, act: () => Promise<T> | undefined) {
  try {
    return await act();
  } catch (thrown) {
    const details = { target: target.connection, reason: messageOf(thrown) };
    throw operationsErrors.E_OPERATIONS_NOT_MARKED(details, thrown);
  }
}

async function act(
  context: OperationContext,
  meant: SendingState,
  plan: Omit<ResumeResult, "done">,
  reason: string | undefined,
): Promise<void> {
  await inTransaction(context.pool, async (session) => {
    const now = await readSending(session, "for update");
    const same = now?.allowed === false && now.instance === meant.instance;
    if (!same || now.epoch !== meant.epoch) {
      const state = "not what it was a moment ago";
      const subject = "Sending";
      throw operationsErrors.E_OPERATIONS_STATE({ subject, state, operation: "resume" });
    }
    await resumeSending(session);
    await auditActs(context, session, [
      {
        operation: "resume-sending",
        subject: `epoch ${meant.epoch}`,
        reason,
        before: { allowed: false, reason: meant.reason },
        after: { allowed: true, instance: meant.instance, plan },
      },
    ]);
  });
}
