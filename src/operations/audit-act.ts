/** One row of the audit log for one act: who, by which account and proof, what before and after. */
import type { Actor } from "../access/roles.ts";
import { uuidV7 } from "../kernel/ids.ts";
import type { Session } from "../store/database.ts";
import type { AuditRow } from "../store/insert-audit.ts";
import { insertAudit } from "../store/insert-audit.ts";
import type { OperationContext } from "./operation.ts";

export interface Act {
  readonly operation: string;
  /** The prefixed id of what was acted upon. */
  readonly subject: string;
  readonly before: unknown;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly secondActor?: string | undefined;
  readonly reason?: string | undefined;
  readonly expiresAt?: string | undefined;
}

/** `after` becomes an object that says by whom, beside what is there now: it is sealed with it. */
export async function auditActs(
  context: Pick<OperationContext, "clock" | "random" | "actor">,
  session: Session,
  acts: readonly Act[],
): Promise<void> {
  if (acts.length === 0) return;
  const { clock, random, actor } = context;
  await insertAudit(
    session,
    acts.map((act): AuditRow => {
      const { secondActor, reason, expiresAt, after, ...rest } = act;
      const id = uuidV7(clock, random);
      const whole = { ...after, by: whoOf(actor) };
      return { ...rest, id, actor: actor.name, after: whole, secondActor, reason, expiresAt };
    }),
  );
}

/** How the actor was known; `local` is this machine's command line, which proves nobody. */
function whoOf({ proof, roles }: Actor): Readonly<Record<string, string | null>> {
  const means = proof?.means ?? (roles.includes("system") ? "clock" : "local");
  return { means, person: proof?.person ?? null, account: proof?.account ?? null };
}
