/**
 * Retention: which months of what arrived and of what was said to targets may go, and letting them
 * go. Nothing is retired unless the configuration says how long a class is kept, and nobody retires
 * what the plan did not show: the act names the plan it follows.
 */
import { z } from "zod";
import { sealCommitted } from "../engine/sealer.ts";
import { canonicalJson } from "../kernel/canonical-json.ts";
import { isTieoutError } from "../kernel/errors.ts";
import { hex } from "../kernel/hex.ts";
import { uuidV7 } from "../kernel/ids.ts";
import { monthAt } from "../store/month-partitions.ts";
import type { RetentionClass } from "../store/retention-classes.ts";
import { FEWEST_MONTHS, retentionClasses, tablesOfClass } from "../store/retention-classes.ts";
import type { MonthOfClass, MonthState } from "../store/retire-months.ts";
import { listMonthsOfClass, readMonth, retireMonth } from "../store/retire-months.ts";
import { auditActs } from "./audit-act.ts";
import { operationsErrors } from "./errors.ts";
import type { OperationContext } from "./operation.ts";
import { defineOperation } from "./operation.ts";

/** Tables that are in use are asked for again; each try costs intake half a second at most. */
const TRIES = 5;

const monthShape = z.strictObject({
  class: z.enum(retentionClasses),
  /** `2024-11` */
  month: z.string(),
  rows: z.record(z.string(), z.number()),
  bytes: z.number(),
  /** What keeps it; empty when it may be retired. */
  keptBy: z.array(z.string()),
});

export type PlannedMonth = z.infer<typeof monthShape>;

const planShape = z.strictObject({
  /** Months that each class is kept for; a class that is not named is kept for good. */
  keepMonths: z.partialRecord(z.enum(retentionClasses), z.number()),
  due: z.array(monthShape),
  /** Names exactly these months and row counts; the act must state it. */
  planHash: z.string(),
});

export type RetentionPlan = z.infer<typeof planShape>;

export const planRetentionOperation = defineOperation({
  name: "plan-retention",
  summary: "Shows which months are older than they are kept, and what still keeps them.",
  permission: "retention.plan",
  input: z.strictObject({}),
  output: planShape,
  errors: ["E_OPERATIONS_RETENTION"],
  run: async (context) => (await planOf(context)).plan,
});

const doneShape = z.strictObject({
  class: z.enum(retentionClasses),
  month: z.string(),
  retired: z.boolean(),
  rows: z.record(z.string(), z.number()),
  why: z.string().optional(),
});

export const runRetentionOperation = defineOperation({
  name: "run-retention",
  summary: "Retires the months that a plan showed: their rows go, their hashes stay sealed.",
  permission: "retention.run",
  input: z.strictObject({
    planHash: z.string().describe("as `retention plan` printed it"),
  }),
  output: z.strictObject({ months: z.array(doneShape) }),
  errors: ["E_OPERATIONS_RETENTION", "E_OPERATIONS_PLAN_CHANGED"],
  run: async (context, { planHash }) => {
    const { plan, months } = await planOf(context);
    if (plan.planHash !== planHash) {
      throw operationsErrors.E_OPERATIONS_PLAN_CHANGED({ operation: "retention plan" });
    }
    const done: z.infer<typeof doneShape>[] = [];
    for (const { month, state } of months) {
      done.push(await retireOne(context, month, state, plan.keepMonths[month.retentionClass] ?? 0));
    }
    // Until its record is sealed a missing row looks like tampering.
    await sealCommitted(context.pool);
    return { months: done };
  },
});

interface Planned {
  readonly plan: RetentionPlan;
  readonly months: readonly { readonly month: MonthOfClass; readonly state: MonthState }[];
}

async function planOf(context: OperationContext): Promise<Planned> {
  const keepMonths = context.retention ?? {};
  const months: { month: MonthOfClass; state: MonthState }[] = [];
  for (const retentionClass of retentionClasses) {
    const keep = keepMonths[retentionClass];
    if (keep === undefined) continue;
    if (!Number.isSafeInteger(keep) || keep < FEWEST_MONTHS) {
      const why = `${retentionClass} is to be kept ${keep} months`;
      throw operationsErrors.E_OPERATIONS_RETENTION({ why, fewest: FEWEST_MONTHS });
    }
    const { from: upto } = monthAt(context.clock.now(), -keep);
    for (const month of await listMonthsOfClass(context.pool, retentionClass, upto)) {
      months.push({ month, state: await readMonth(context.pool, month) });
    }
  }
  const due = months.map(({ month, state }) => ({
    class: month.retentionClass,
    month: month.month.replace("_", "-"),
    rows: { ...state.rows },
    bytes: month.bytes,
    keptBy: state.blockers.map(({ what, count }) => `${count} ${what}`),
  }));
  const named = due.map(({ bytes: _bytes, ...one }) => one);
  const planHash = hex(context.hasher.sha256(canonicalJson({ keepMonths, named }))).slice(0, 16);
  return { plan: { keepMonths: { ...keepMonths }, due, planHash }, months };
}

async function retireOne(
  context: OperationContext,
  month: MonthOfClass,
  planned: MonthState,
  keep: number,
): Promise<z.infer<typeof doneShape>> {
  const name = month.month.replace("_", "-");
  const said = { class: month.retentionClass, month: name };
  if (planned.blockers.length > 0) {
    const why = planned.blockers.map(({ what, count }) => `${count} ${what}`).join(", ");
    return { ...said, retired: false, rows: {}, why };
  }
  for (let tries = 1; ; tries += 1) {
    try {
      const state = await retireMonth(context.pool, {
        month,
        newId: () => uuidV7(context.clock, context.random),
        reason: `retention class ${month.retentionClass}, kept ${keep} months: ${name}`,
        audit: (session, found) => auditMonth(context, session, month, found, keep),
        ...(context.crash === undefined ? {} : { crash: context.crash }),
      });
      return { ...said, retired: true, rows: { ...state.rows } };
    } catch (thrown) {
      const busy = isTieoutError(thrown, "E_STORE_MONTH_BUSY");
      if (busy && tries < TRIES) continue;
      if (!busy && !isTieoutError(thrown, "E_STORE_MONTH_IN_USE")) throw thrown;
      return { ...said, retired: false, rows: {}, why: thrown.message };
    }
  }
}

function auditMonth(
  context: OperationContext,
  session: Parameters<typeof auditActs>[1],
  month: MonthOfClass,
  { rows }: MonthState,
  keep: number,
): Promise<void> {
  const tables = tablesOfClass[month.retentionClass as RetentionClass];
  const subject = `${month.retentionClass} ${month.month.replace("_", "-")}`;
  const before = { rows, tables: [...tables] };
  const after = { retired: true, keepMonths: keep };
  const reason = `older than the ${keep} months that the configuration keeps`;
  return auditActs(context, session, [
    { operation: "run-retention", subject, before, after, reason },
  ]);
}
