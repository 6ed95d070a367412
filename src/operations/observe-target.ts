/**
 * Observe: looks at the targets now for what was edited, cancelled, added or deleted there by hand.
 * What it finds becomes exceptions; what agrees again closes its own.
 */
import { z } from "zod";
import type { Observer, TargetConnection } from "../connectors/kit/target.ts";
import type { Tally } from "../engine/observe/observation.ts";
import { observeTarget } from "../engine/observe/observe-target.ts";
import { messageOf } from "../kernel/errors.ts";
import { hex } from "../kernel/hex.ts";
import { listOpenDrift } from "../store/drift-cases.ts";
import { operationsErrors } from "./errors.ts";
import type { OperationContext } from "./operation.ts";
import { defineOperation } from "./operation.ts";
import { idOf } from "./values.ts";

/** So many findings of a target are listed; the count covers all of them. */
const SHOWN = 100;

const caseLine = z.strictObject({ exception: z.string(), code: z.string(), message: z.string() });

const lookShape = z.strictObject({
  target: z.string(),
  /** False: nothing was concluded; `why` says it. */
  done: z.boolean(),
  why: z.string().optional(),
  listed: z.number(),
  comparedWhole: z.number(),
  /** Changed documents that were judged by amount, date and customer only. */
  judgedByHead: z.number(),
  daysCompared: z.number(),
  daysRead: z.array(z.string()),
  /** Days whose totals differ and which the next observation will read. */
  daysLeft: z.number(),
  found: z.array(caseLine.extend({ isNew: z.boolean() })),
  mended: z.array(z.strictObject({ exception: z.string(), document: z.string() })),
  openCount: z.number(),
  open: z.array(caseLine),
  /** What could not be looked at; it is looked at again next time. */
  incomplete: z.array(z.string()),
});

export type ShownLook = z.infer<typeof lookShape>;

const output = z.strictObject({
  looks: z.array(lookShape),
  /** Targets whose connector or settings do not offer to be watched. */
  notWatched: z.array(z.string()),
});

export type ObserveResult = z.infer<typeof output>;

export const observeTargetOperation = defineOperation({
  name: "observe-target",
  summary: "Looks at targets for what was edited, cancelled, added or deleted there by hand.",
  permission: "target.observe",
  input: z.strictObject({
    target: z.string().optional().describe("one connection; all that can be watched if not given"),
    days: z.coerce
      .number()
      .int()
      .min(1)
      .max(4000)
      .default(100)
      .describe("totals of so many days back are compared"),
    notWithinSeconds: z.coerce
      .number()
      .int()
      .min(0)
      .default(0)
      .describe("leave a target alone that was observed less than this ago"),
  }),
  output,
  errors: ["E_OPERATIONS_NOT_FOUND", "E_OPERATIONS_NOT_WATCHED"],
  run: async (context, asked) => {
    const targets = chosen(context, asked.target);
    const looks: ShownLook[] = [];
    const notWatched: string[] = [];
    for (const target of targets) {
      const { observer } = target;
      if (observer === undefined) notWatched.push(target.connection);
      else looks.push(await look(context, target, observer, asked));
    }
    if (asked.target !== undefined && notWatched.length > 0) {
      throw operationsErrors.E_OPERATIONS_NOT_WATCHED({ target: asked.target });
    }
    return { looks, notWatched };
  },
});

function chosen(context: OperationContext, name: string | undefined): TargetConnection[] {
  const all = [...context.targets.values()];
  if (name === undefined) return all;
  const found = all.filter((one) => one.connection === name);
  if (found.length === 0) throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: name });
  return found;
}

/** One target that cannot be read does not keep us from the others. */
async function look(
  context: OperationContext,
  target: TargetConnection,
  observer: Observer,
  asked: { readonly days: number; readonly notWithinSeconds: number },
): Promise<ShownLook> {
  const { pool, keyring, clock, random, actor } = context;
  const holder = `${actor.name} ${hex(random.bytes(6))}`;
  const options = { days: asked.days, notWithinMs: asked.notWithinSeconds * 1000 };
  try {
    const shouldStop = context.shouldStop ?? (() => false);
    const watch = { pool, keyring, clock, random, target, observer, holder, shouldStop };
    const { done, tally } = await observeTarget(watch, options);
    const why = done ? undefined : "somebody else observes it now, or has just done so";
    return await shown(context, target, tally, done, why);
  } catch (thrown) {
    const why = `it could not be read: ${messageOf(thrown)}`;
    return await shown(context, target, undefined, false, why);
  }
}

async function shown(
  context: OperationContext,
  target: TargetConnection,
  tally: Tally | undefined,
  done: boolean,
  why: string | undefined,
): Promise<ShownLook> {
  const open = await listOpenDrift(context.pool, target.connection, SHOWN);
  return {
    target: target.connection,
    done,
    why,
    listed: tally?.listed ?? 0,
    comparedWhole: tally?.compared ?? 0,
    judgedByHead: tally?.byHead ?? 0,
    daysCompared: tally?.daysCompared ?? 0,
    daysRead: [...(tally?.daysRead ?? [])],
    daysLeft: tally?.daysLeft ?? 0,
    found: (tally?.findings ?? []).slice(0, SHOWN).map(({ caseId, ...one }) => {
      return { exception: idOf("exception", caseId), ...one };
    }),
    mended: (tally?.mended ?? []).slice(0, SHOWN).map(({ caseId, document }) => {
      return { exception: idOf("exception", caseId), document };
    }),
    openCount: open[0]?.total ?? 0,
    open: open.map(({ id, code, message }) => {
      return { exception: idOf("exception", id), code, message };
    }),
    incomplete: [...(tally?.incomplete ?? [])],
  };
}
