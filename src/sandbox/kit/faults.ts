/**
 * The fault plan: what goes wrong, when, and how often; the same plan and seed fail the same way.
 *
 * rule     which calls it may strike, how often, and what it does
 * call     one request to the sandbox proper; the control plane is never struck
 * switch   a named number or text that a system reads itself, for example `stale-search: 60`
 */
import { z } from "zod";
import type { Random } from "../../kernel/random.ts";
import { seededRandom } from "../../kernel/random.ts";

const answerPart = {
  status: z.int().min(100).max(599),
  headers: z.record(z.string(), z.string()).optional(),
  /** A string is sent as it is, anything else as JSON. Absent: empty. */
  body: z.unknown().optional(),
};

export const faultActionSchema = z.discriminatedUnion("type", [
  /** The connection is destroyed before anything was applied. */
  z.strictObject({ type: z.literal("reset-before") }),
  /** Applied, and the connection destroyed instead of answered. */
  z.strictObject({ type: z.literal("reset-after") }),
  /** Applied at once, answered after the delay. */
  z.strictObject({ type: z.literal("late"), delayMs: z.int().min(0) }),
  /** Applied only after the delay, also when the caller has gone: maybe after its own retry. */
  z.strictObject({ type: z.literal("late-apply"), delayMs: z.int().min(0) }),
  /** Answered like this and not applied. */
  z.strictObject({ type: z.literal("status"), ...answerPart }),
  /** Applied, then answered like this: the 5xx after the commit. */
  z.strictObject({ type: z.literal("status-after"), ...answerPart }),
  /** The true answer, `chunkBytes` at a time with `delayMs` between. */
  z.strictObject({
    type: z.literal("drip"),
    delayMs: z.int().min(0),
    chunkBytes: z.int().min(1).default(16),
  }),
  /** The true headers, this share of the body, then the connection is destroyed. */
  z.strictObject({ type: z.literal("half"), share: z.number().min(0).max(1).default(0.5) }),
]);
export type FaultAction = z.infer<typeof faultActionSchema>;

export const faultRuleSchema = z.strictObject({
  id: z.string().min(1),
  match: z
    .strictObject({
      method: z.string().optional(),
      /** Tested against path and query. */
      pathRegex: z.string().optional(),
      /** The operation's name in the sandbox's routes, for example `invoice.pay`. */
      operation: z.string().optional(),
    })
    .default({}),
  action: faultActionSchema,
  /** Probability for each matching call; absent: every one. */
  rate: z.number().min(0).max(1).optional(),
  /** Only these matching calls, counted from 1 by this rule. */
  nth: z.array(z.int().min(1)).optional(),
  /** Strikes at most this often. */
  times: z.int().min(0).optional(),
  /** First and last call number of the sandbox at which the rule acts, both included. */
  from: z.int().optional(),
  until: z.int().optional(),
});
export type FaultRule = z.infer<typeof faultRuleSchema>;

export const faultPlanSchema = z.strictObject({
  seed: z.int().default(1),
  rules: z.array(faultRuleSchema).default([]),
  switches: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
});
export type FaultPlan = z.infer<typeof faultPlanSchema>;
/** A plan as written by hand: everything with a default may be left out. */
export type FaultPlanInput = z.input<typeof faultPlanSchema>;

export interface FaultCall {
  readonly seq: number;
  readonly method: string;
  /** Path with query. */
  readonly target: string;
  readonly operation: string;
}

export interface FaultStrike {
  readonly rule: string;
  readonly action: FaultAction;
}

export interface FaultReport {
  readonly plan: FaultPlan;
  readonly rules: readonly { id: string; matched: number; struck: number }[];
}

export interface Faults {
  /** Asks every rule in order; the first that strikes wins, the others still count the call. */
  decide(call: FaultCall): FaultStrike | undefined;
  /** Replaces the plan and starts all counters again. Throws a ZodError for a malformed plan. */
  replace(plan: FaultPlanInput): void;
  clear(): void;
  report(): FaultReport;
  /** A named switch as a number, or the fallback. */
  amount(name: string, fallback: number): number;
  /** A named switch as text, or undefined. */
  text(name: string): string | undefined;
}

interface ArmedRule {
  readonly rule: FaultRule;
  readonly path: RegExp | undefined;
  readonly random: Random;
  matched: number;
  struck: number;
}

export function createFaults(initial: FaultPlanInput = {}): Faults {
  let plan = faultPlanSchema.parse(initial);
  let armed = arm(plan);
  return {
    decide(call) {
      let strike: FaultStrike | undefined;
      for (const rule of armed) {
        if (considers(rule, call) && strike === undefined) {
          rule.struck += 1;
          strike = { rule: rule.rule.id, action: rule.rule.action };
        }
      }
      return strike;
    },
    replace(next) {
      plan = faultPlanSchema.parse(next);
      armed = arm(plan);
    },
    clear() {
      plan = faultPlanSchema.parse({});
      armed = [];
    },
    report: () => ({
      plan,
      rules: armed.map(({ rule, matched, struck }) => ({ id: rule.id, matched, struck })),
    }),
    amount(name, fallback) {
      const value = plan.switches[name];
      return typeof value === "number" ? value : fallback;
    },
    text(name) {
      const value = plan.switches[name];
      return value === undefined ? undefined : String(value);
    },
  };
}

function arm(plan: FaultPlan): ArmedRule[] {
  return plan.rules.map((rule, index) => ({
    rule,
    path: rule.match.pathRegex === undefined ? undefined : new RegExp(rule.match.pathRegex),
    // Each rule draws from its own source, once per matching call: another rule, or calls that
    // do not match, never shift its luck.
    random: seededRandom((plan.seed * 7919 + index) >>> 0),
    matched: 0,
    struck: 0,
  }));
}

/** Counts the call when it matches and says whether the rule would strike it. */
function considers(armed: ArmedRule, call: FaultCall): boolean {
  const { rule } = armed;
  const { match } = rule;
  if (match.method !== undefined && match.method.toUpperCase() !== call.method) return false;
  if (match.operation !== undefined && match.operation !== call.operation) return false;
  if (armed.path !== undefined && !armed.path.test(call.target)) return false;
  if (rule.from !== undefined && call.seq < rule.from) return false;
  if (rule.until !== undefined && call.seq > rule.until) return false;
  armed.matched += 1;
  const lucky = rule.rate === undefined || armed.random.unit() < rule.rate;
  if (rule.nth !== undefined && !rule.nth.includes(armed.matched)) return false;
  if (rule.times !== undefined && armed.struck >= rule.times) return false;
  return lucky;
}
