/** Retention for people: what is due, what keeps it, and what went. */
import type { PlannedMonth, RetentionPlan } from "../operations/retention.ts";
import { clean } from "./paint.ts";
import type { ListStyle } from "./print-lists.ts";
import { printTable } from "./print-table.ts";

export function printRetentionPlan(plan: RetentionPlan, _style: ListStyle): string {
  const kept = Object.entries(plan.keepMonths);
  if (kept.length === 0) return "The configuration sets no retention: everything is kept.\n";
  const rules = kept.map(([name, months]) => `${name} ${months} months`).join(", ");
  if (plan.due.length === 0) return `Kept: ${rules}. No month is older.\n`;
  const table = printTable(plan.due, [
    { title: "class", value: (one) => one.class },
    { title: "month", value: (one) => one.month },
    { title: "rows", value: (one) => rowsText(one.rows) },
    { title: "MiB", right: true, value: (one) => String(Math.ceil(one.bytes / 1024 ** 2)) },
    { title: "", value: stateText },
  ]);
  return `Kept: ${rules}.\n${table}Retire them: tieout retention run --plan-hash ${plan.planHash}\n`;
}

function stateText({ keptBy }: PlannedMonth): string {
  return keptBy.length === 0 ? "can be retired" : `stays: ${keptBy.map(clean).join(", ")}`;
}

function rowsText(rows: Readonly<Record<string, number>>): string {
  return Object.entries(rows)
    .map(([table, count]) => `${count} ${table}`)
    .join(", ");
}

export function printRetirement(
  result: {
    readonly months: readonly {
      readonly class: string;
      readonly month: string;
      readonly retired: boolean;
      readonly rows: Readonly<Record<string, number>>;
      readonly why?: string | undefined;
    }[];
  },
  { paint }: ListStyle,
): string {
  if (result.months.length === 0) return "Nothing was due.\n";
  const lines = result.months.map((one) =>
    one.retired
      ? paint.good(`✓ ${one.class} ${one.month} retired: ${rowsText(one.rows)}`)
      : paint.bad(`◆ ${one.class} ${one.month} stays: ${clean(one.why ?? "")}`),
  );
  return `${lines.join("\n")}\n`;
}
