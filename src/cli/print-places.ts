/** What a search found, the day at a glance, and one handoff with all that was said about it. */
import type { z } from "zod";
import type { Operations } from "../operations/all-operations.ts";
import { clean } from "./paint.ts";
import type { ListStyle } from "./print-lists.ts";
import { printHandoffs } from "./print-lists.ts";
import { printTable } from "./print-table.ts";
import { moneyListText, moneyText, timeText } from "./print-values.ts";

type Result<Name extends keyof Operations> = z.output<Operations[Name]["output"]>;

export function printFinds({ finds, more }: Result<"search">, { zone, paint }: ListStyle): string {
  if (finds.length === 0) return "Nothing is known by that.\n";
  const table = printTable(finds, [
    { title: "what", value: (one) => one.name },
    { title: "customer", value: (one) => one.customer ?? "" },
    { title: "amount", right: true, value: (one) => moneyText(one.amount) },
    { title: "occurred", value: (one) => timeText(one.occurredAt, zone) },
    { title: "found by", value: (one) => one.how },
    {
      title: "open cases",
      right: true,
      value: (one) => (one.exceptions === 0 ? "" : String(one.exceptions)),
      paint: (cell) => paint.bad(cell),
    },
    { title: "object", value: (one) => one.object },
  ]);
  return `${table}${more ? "There is more: name it more exactly, or raise --limit.\n" : ""}`;
}

export function printOverview(result: Result<"showOverview">, { zone, paint }: ListStyle): string {
  const flows = printTable(result.flows, [
    { title: "from", value: (one) => one.source },
    { title: "what", value: (one) => one.entity },
    { title: "to", value: (one) => one.target },
    {
      title: "state",
      value: (one) => one.state,
      paint: (cell, one) => (one.state === "excepted" ? paint.bad(cell) : cell),
    },
    { title: "objects", right: true, value: (one) => String(one.objects) },
    { title: "money", right: true, value: (one) => moneyListText(one.money) },
    { title: "oldest", value: (one) => timeText(one.oldestAt, zone) },
  ]);
  const ages = printTable(result.ages, [
    { title: "open cases", value: (one) => one.age },
    { title: "count", right: true, value: (one) => String(one.cases) },
    { title: "money", right: true, value: (one) => moneyListText(one.money) },
  ]);
  const letters = result.deadLetters === undefined ? "" : `\nDead letters: ${result.deadLetters}\n`;
  const since = `Made since ${timeText(result.since, zone)}, and all that is open.\n`;
  const none = "Nothing was made and nothing is open.\n";
  return `${since}${result.flows.length === 0 ? none : flows}\n${ages}${letters}`;
}

export function printHandoff(
  { handoff, attempts }: Result<"showHandoff">,
  style: ListStyle,
): string {
  const { paint, zone } = style;
  const lines = [printHandoffs([handoff], style)];
  for (const one of attempts) {
    const outcome = one.outcome ?? "no answer";
    const head = `${timeText(one.at, zone)}  ${one.kind} ${one.number}: ${outcome} ${one.code ?? ""}`;
    lines.push(paint.strong(head.trimEnd()));
    if (one.message !== undefined) lines.push(clean(one.message));
    if (one.request !== undefined) lines.push(`sent      ${clean(one.request)}`);
    if (one.answer !== undefined) lines.push(`answered  ${clean(one.answer)}`);
    lines.push("");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}
