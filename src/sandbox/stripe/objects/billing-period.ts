/** Calendar arithmetic of billing periods, in UTC as Stripe does it. */
import type { Recurring } from "../records.ts";

/**
 * `times` intervals after the anchor, epoch seconds. Months keep the anchor's day where the month
 * has it, else take its last day: from 31 January come 28 February and 31 March.
 */
export function addInterval(anchor: number, recurring: Recurring, times: number): number {
  const count = recurring.interval_count * times;
  if (recurring.interval === "day") return anchor + count * 86_400;
  if (recurring.interval === "week") return anchor + count * 7 * 86_400;
  const months = recurring.interval === "year" ? count * 12 : count;
  const from = new Date(anchor * 1000);
  const month = from.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(from.getUTCDate(), lastDay);
  const midnight = Date.UTC(from.getUTCFullYear(), month, day) / 1000;
  return midnight + (anchor % 86_400);
}

/** The first period end after `end`, counted from the anchor so that month ends do not drift. */
export function nextPeriodEnd(anchor: number, recurring: Recurring, end: number): number {
  for (let times = 1; ; times += 1) {
    const candidate = addInterval(anchor, recurring, times);
    if (candidate > end) return candidate;
  }
}
