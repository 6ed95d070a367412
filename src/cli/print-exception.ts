/** One exception, and what an exclusion did. */
import type { z } from "zod";
import { epochMs } from "../kernel/clock.ts";
import type { acceptDifferenceOperation } from "../operations/accept-difference.ts";
import type { excludeExceptionOperation } from "../operations/exclude-exception.ts";
import type { showExceptionOperation } from "../operations/show-exception.ts";
import { clean, wrap } from "./paint.ts";
import type { ListStyle } from "./print-lists.ts";
import { printTable } from "./print-table.ts";
import { durationText, moneyText, timeText } from "./print-values.ts";

type Shown = z.output<typeof showExceptionOperation.output>;
type Accepted = z.output<typeof acceptDifferenceOperation.output>;
type Excluded = z.output<typeof excludeExceptionOperation.output>;

export function printException(shown: Shown, style: ListStyle): string {
  const { paint, zone, width } = style;
  const { exception, handoff, attempts, sameCause } = shown;
  const open = exception.state === "open";
  const state = open ? paint.bad("◆ OPEN") : paint.good(`✓ ${exception.state.toUpperCase()}`);
  const about = [exception.target, exception.object, moneyText(exception.amount)];
  const waited = durationText(style.nowMs - epochMs(exception.openedAt));
  const lines = [
    `${state} ${exception.id}  ${exception.code}`,
    paint.strong(clean(exception.title)),
    ...wrap(clean(exception.message), width),
    "",
    clean(`About    ${about.filter((one) => one !== undefined && one !== "").join("  ")}`),
    `Since    ${timeText(exception.openedAt, zone)}${open ? ` (${waited})` : ""}`,
    `Owner    ${exception.assignee ?? exception.ownerRole}`,
    `Cause    ${clean(exception.cause)}: ${sameCause.cases} open, ${sameCause.dependantsWaiting} waiting behind`,
  ];
  if (exception.resolution !== undefined) lines.push(`Settled  ${clean(exception.resolution)}`);
  if (handoff !== undefined) {
    lines.push(`Handoff  ${handoff.id} ${handoff.operation}, reference ${handoff.reference}`);
  }
  const tries = printTable(attempts, [
    { title: "at", value: (one) => timeText(one.at, zone) },
    { title: "kind", value: (one) => one.kind },
    { title: "outcome", value: (one) => one.outcome ?? "no answer" },
    { title: "code", value: (one) => one.code ?? "" },
    { title: "message", value: (one) => one.message ?? "" },
  ]);
  return `${lines.join("\n")}\n${attempts.length === 0 ? "" : `\n${tries}`}${wayOut(exception)}`;
}

function wayOut({ id, kind, state, handoff }: Shown["exception"]): string {
  if (state !== "open") return "";
  if (kind === "drift") {
    return `\nMend the document in the target and the next observation closes this by itself (tieout observe),\nor two people accept it: tieout exceptions accept ${id} --reason-code …\n`;
  }
  return handoff === undefined
    ? ""
    : `\nAfter the cause is mended: tieout exceptions retry ${id}\n`;
}

export function printAcceptance(result: Accepted, { paint, width }: ListStyle): string {
  const money = result.amount === undefined ? "" : ` (${moneyText(result.amount)})`;
  const head = result.done ? "Accepted" : "Plan: accept";
  const lines = [
    paint.strong(`${head} ${result.target} ${clean(result.document)}${money}: ${result.reason}`),
    ...wrap(clean(result.message), width),
    `Agreed by ${clean(result.people.join(" and "))}. A later change of it opens a new case.`,
  ];
  if (!result.done) lines.push("Nothing was changed. Add --yes to do it.");
  return `${lines.join("\n")}\n`;
}

export function printExclusion(result: Excluded, { paint, zone }: ListStyle): string {
  const money = result.amount === undefined ? "" : ` (${moneyText(result.amount)})`;
  const head = result.done ? "Excluded" : "Plan: exclude";
  const lines = [
    paint.strong(`${head} ${result.handoff}${money}: ${result.reason}`),
    `Agreed by ${clean(result.people.join(" and "))}, until ${timeText(result.expiresAt, zone)}.`,
  ];
  if (result.dependantsExcepted > 0) {
    const become = result.done ? "became" : "would become";
    lines.push(`${result.dependantsExcepted} that needed it ${become} exceptions of their own.`);
  }
  if (!result.done) lines.push("Nothing was changed. Add --yes to do it.");
  return `${lines.join("\n")}\n`;
}
