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
          detail: `${most.count} at ${most.at}, ${budget.concurrency} allowed${told(most.calls)}`,
        });
      }
    }
    return { looked, violations, notChecked };
  },
};

/** The calls that were under way, oldest first: whoever looks for the one too many begins there. */
function told(calls: readonly AccessEntry[]): string {
  const named = calls.filter(({ what }) => what !== undefined);
  if (named.length === 0) return "";
  const lines = named.map(
    ({ what, arrivedAt, answeredAt }) => `${arrivedAt}–${answeredAt} ${what}`,
  );
  return `: ${lines.sort().join("; ")}`;
}

interface Most {
  readonly count: number;
  readonly at: string;
  /** Those under way at that moment. */
  readonly calls: readonly AccessEntry[];
}

/** A call that ends in the millisecond in which another begins does not overlap with it. */
export function mostAtOnce(entries: readonly AccessEntry[]): Most {
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
  const calls = entries.filter((one) => one.arrivedAt <= most.at && one.answeredAt > most.at);
  return { ...most, calls };
}
