/** One exception, and the exclusions that people propose and decide. */
import type { z } from "zod";
import { epochMs } from "../kernel/clock.ts";
import type { acceptDifferenceOperation } from "../operations/accept-difference.ts";
import type { approveExclusionOperation } from "../operations/decide-exclusion.ts";
import type { excludeExceptionOperation } from "../operations/exclude-exception.ts";
import type { listProposalsOperation } from "../operations/list-proposals.ts";
import type { showExceptionOperation } from "../operations/show-exception.ts";
import { clean, wrap } from "./paint.ts";
import type { ListStyle } from "./print-lists.ts";
import { printTable } from "./print-table.ts";
import { durationText, moneyText, timeText } from "./print-values.ts";

type Shown = z.output<typeof showExceptionOperation.output>;
type Accepted = z.output<typeof acceptDifferenceOperation.output>;
type Excluded = z.output<typeof excludeExceptionOperation.output>;
type Approved = z.output<typeof approveExclusionOperation.output>;
type Proposals = z.output<typeof listProposalsOperation.output>;

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

export function printExclusion(result: Excluded, style: ListStyle): string {
  const { content, dependants, proposal } = result;
  const lines = contentLines(proposal === undefined ? "Plan: exclude" : "Proposed", content, style);
  if (dependants > 0) {
    lines.push(`${dependants} that need it would become exceptions of their own.`);
  }
  lines.push(
    proposal === undefined
      ? "Nothing was changed. Add --yes to propose it to a second person."
      : `Nothing was changed yet. Another person decides: tieout proposals ls; it is ${proposal}.`,
  );
  return `${lines.join("\n")}\n`;
}

export function printApproval(result: Approved, style: ListStyle): string {
  const lines = contentLines("Excluded", result.content, style);
  lines.push(`Agreed by ${clean(result.people.join(" and "))}.`);
  if (result.dependantsExcepted > 0) {
    lines.push(`${result.dependantsExcepted} that needed it became exceptions of their own.`);
  }
  return `${lines.join("\n")}\n`;
}

export function printProposals({ proposals }: Proposals, style: ListStyle): string {
  if (proposals.length === 0) return "Nothing waits for a second person.\n";
  return proposals
    .map((one) => {
      const head = `${one.id} by ${clean(one.author)}, ${one.state}`;
      const lines = contentLines(head, one.content, style);
      if (one.state === "open" && !one.own) {
        lines.push(
          `  tieout proposals approve ${one.id} \\\n    --content-hash ${one.contentHash}`,
          `  tieout proposals reject ${one.id} --reason "…"`,
        );
      }
      return `${lines.join("\n")}\n`;
    })
    .join("\n");
}

function contentLines(head: string, content: Excluded["content"], style: ListStyle): string[] {
  const money = content.amount === undefined ? "" : ` (${moneyText(content.amount)})`;
  const why = content.note === undefined ? "" : `: ${clean(content.note)}`;
  return [
    style.paint.strong(`${head}: ${clean(content.object)}${money}`),
    `Not sent to ${clean(content.target)}: ${content.reasonCode}${why}, until ${timeText(content.expiresAt, style.zone)}.`,
    `Exception ${content.exception}: ${clean(content.title)}`,
  ];
}
