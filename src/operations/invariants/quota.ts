import { epochMs } from "../../kernel/clock.ts";
import { listBudgets } from "../../store/list-connections.ts";
import type { AccessEntry } from "../operation.ts";
import type { Invariant, Violation } from "./invariant.ts";

export const quota: Invariant = {
  name: "Quota",
  holdsWhen: "the target's own log shows no more than the budget",
  check: async ({ pool, evidence }) => {
    const looked: Record<string, number> = {};
    const violations: Violation[] = [];
    const notChecked: string[] = [];
    for (const budget of await listBudgets(pool)) {
      const log = evidence?.accessLogs?.get(budget.name);
      if (log === undefined) {
        notChecked.push(`${budget.name}: no access log of the target to read`);
        continue;
      }
      const entries: AccessEntry[] = [];
      for await (const entry of log()) entries.push(entry);
      looked[`calls of ${budget.name}`] = entries.length;
      const most = mostAtOnce(entries);
      if (most.count > budget.concurrency) {
        violations.push({
          what: "more calls at once than the budget",
          ids: [budget.name],
          detail: `${most.count} at ${most.at}, ${budget.concurrency} allowed`,
        });
      }
    }
    return { looked, violations, notChecked };
  },
};

/** A call that ends in the millisecond in which another begins does not overlap with it. */
export function mostAtOnce(entries: readonly AccessEntry[]): { count: number; at: string } {
  const edges = entries.flatMap(({ arrivedAt, answeredAt }) => [
    { at: arrivedAt, ms: epochMs(arrivedAt), step: 1 },
    { at: answeredAt, ms: epochMs(answeredAt), step: -1 },
  ]);
  edges.sort((a, b) => a.ms - b.ms || a.step - b.step);
  let open = 0;
  let most = { count: 0, at: "" };
  for (const { at, step } of edges) {
    open += step;
    if (open > most.count) most = { count: open, at };
  }
  return most;
}
