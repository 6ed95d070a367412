/** An act on one open case or on all of a cause: locked, done and audited case by case. */
import { z } from "zod";
import type { QueuedCase } from "../store/assign-cases.ts";
import { lockQueuedCases } from "../store/assign-cases.ts";
import type { Session } from "../store/database.ts";
import { inTransaction } from "../store/database.ts";
import { auditActs } from "./audit-act.ts";
import { operationsErrors } from "./errors.ts";
import type { OperationContext } from "./operation.ts";
import { idOf, uuidOf } from "./values.ts";

export const whichInput = {
  id: z.string().optional(),
  cause: z.string().optional().describe("all open exceptions of this cause, instead of one id"),
};

export const whichOne = {
  check: (value: { id?: string | undefined; cause?: string | undefined }): boolean =>
    (value.id === undefined) !== (value.cause === undefined),
  message: "give either the id of one exception or a cause",
};

interface QueueAct {
  readonly operation: string;
  readonly which: { readonly id?: string | undefined; readonly cause?: string | undefined };
  readonly reason?: string | undefined;
  /** What of a case changes; equal before and after: the case is left alone. */
  readonly before: (one: QueuedCase) => Readonly<Record<string, string | null>>;
  readonly after: Readonly<Record<string, string | null>>;
  readonly allowed?: (one: QueuedCase) => void;
  readonly apply: (session: Session, ids: readonly string[]) => Promise<void>;
}

/** How many changed. Throws E_OPERATIONS_NOTHING_TO_REPAIR when no open case is meant. */
export function actOnQueue(context: OperationContext, act: QueueAct): Promise<number> {
  const { operation, which, reason, after } = act;
  const what = which.id === undefined ? which : { id: uuidOf("exception", which.id) };
  return inTransaction(context.pool, async (session) => {
    const cases = await lockQueuedCases(session, what);
    if (cases.length === 0) {
      const name = which.id ?? `cause "${which.cause}"`;
      throw operationsErrors.E_OPERATIONS_NOTHING_TO_REPAIR({ what: name });
    }
    for (const one of cases) act.allowed?.(one);
    const changing = cases.filter((one) => !isSame(act.before(one), after));
    await act.apply(
      session,
      changing.map(({ id }) => id),
    );
    await auditActs(
      context,
      session,
      changing.map((one) => ({
        operation,
        subject: idOf("exception", one.id),
        before: act.before(one),
        after,
        reason,
      })),
    );
    return changing.length;
  });
}

function isSame(
  before: Readonly<Record<string, string | null>>,
  after: Readonly<Record<string, string | null>>,
): boolean {
  return Object.entries(after).every(([name, value]) => before[name] === value);
}
