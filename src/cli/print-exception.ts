/** One exception, and single cases in a list. */
import type { z } from "zod";
import { epochMs } from "../kernel/clock.ts";
import type { ShownCase } from "../operations/case-shape.ts";
import type { showExceptionOperation } from "../operations/show-exception.ts";
import { clean, wrap } from "./paint.ts";
import type { ListStyle } from "./print-lists.ts";
import { printTable } from "./print-table.ts";
import { durationText, moneyText, timeText } from "./print-values.ts";

type Shown = z.output<typeof showExceptionOperation.output>;

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
  if (exception.snoozedUntil !== undefined) {
    const until = timeText(exception.snoozedUntil, zone);
    lines.push(`Put off  until ${until}: ${clean(exception.snoozeReason ?? "")}`);
  }
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
    : `\nAfter the cause is mended: tieout exceptions retry ${id}\nIf it names what the target has under another id: tieout exceptions references ${id}\n`;
}

export function printCases(cases: readonly ShownCase[], { zone, paint }: ListStyle): string {
  if (cases.length === 0) return "No such exceptions.\n";
  return printTable(cases, [
    { title: "opened", value: (one) => timeText(one.openedAt, zone) },
    { title: "id", value: (one) => one.id },
    { title: "code", value: (one) => one.code, paint: (cell) => paint.bad(cell) },
    { title: "object", value: (one) => one.object ?? "" },
    { title: "target", value: (one) => one.target ?? "" },
    { title: "amount", right: true, value: (one) => moneyText(one.amount) },
    { title: "works on it", value: (one) => one.assignee ?? "" },
    { title: "put off until", value: (one) => timeText(one.snoozedUntil, zone) },
  ]);
}
