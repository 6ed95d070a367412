/** What a look at the targets found. */
import type { ObserveResult, ShownLook } from "../operations/observe-target.ts";
import { clean, wrap } from "./paint.ts";
import type { ListStyle } from "./print-lists.ts";

export function printObservation(result: ObserveResult, style: ListStyle): string {
  const lines = result.looks.flatMap((one) => [...lookLines(one, style), ""]);
  if (result.looks.length === 0) lines.push("No target here can be observed.");
  else if (result.notWatched.length > 0) {
    lines.push(`Not observed, for they offer nothing to watch: ${result.notWatched.join(", ")}`);
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function lookLines(look: ShownLook, { paint, width }: ListStyle): string[] {
  const { target, openCount } = look;
  if (!look.done) return [paint.bad(`◆ ${target} was not observed: ${clean(look.why ?? "")}`)];
  const agrees = openCount === 0 && look.incomplete.length === 0 && look.daysLeft === 0;
  const head = agrees
    ? paint.good(`✓ ${target} agrees with what was confirmed`)
    : paint.bad(`◆ ${target}: ${openCount} differ`);
  const days = `${look.daysCompared} days compared by totals, ${look.daysRead.length} read`;
  const lines = [
    head,
    `  ${look.listed} changed, ${look.comparedWhole} read whole; ${days}`,
    ...look.mended.map((one) => `  agrees again: ${clean(one.document)} (${one.exception})`),
  ];
  const fresh = new Set(look.found.map((one) => one.exception));
  for (const one of look.open) {
    const mark = fresh.has(one.exception) ? paint.bad("new  ") : "since";
    lines.push(`  ${mark} ${one.code} ${one.exception}`);
    lines.push(...wrap(clean(one.message), width - 8).map((line) => `        ${line}`));
  }
  if (look.judgedByHead > 0) {
    lines.push(`  ${look.judgedByHead} more were judged by amount, date and customer only`);
  }
  if (look.daysLeft > 0)
    lines.push(`  ${look.daysLeft} days differ and are left for the next look`);
  lines.push(...look.incomplete.map((one) => paint.bad(`  not looked at: ${clean(one)}`)));
  return lines;
}
