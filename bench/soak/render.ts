/** A soak as Markdown, for RESULTS.md. */
import type { Machine } from "../machine.ts";
import { machineTable } from "../machine.ts";
import type { JudgedSeries, SoakSample } from "./series.ts";

export interface SoakResult {
  readonly startedAt: string;
  readonly command: string;
  readonly version: string;
  readonly commit: string;
  readonly minutes: number;
  readonly perSecond: number;
  readonly everySeconds: number;
  readonly machine: Machine;
  /** Counts that were compared with what they had to be at the end. */
  readonly verified: Readonly<Record<string, number>>;
  readonly series: readonly JudgedSeries[];
  readonly samples: readonly SoakSample[];
}

export function renderSoak(result: SoakResult): string {
  const { startedAt, version, commit, minutes, perSecond, everySeconds, command } = result;
  const wrong = result.series.filter((one) => one.verdict?.flat !== true);
  const word =
    wrong.length === 0 ? "flat" : `not flat: ${wrong.map(({ name }) => name).join(", ")}`;
  const verified = Object.entries(result.verified).map(([name, count]) => `${name} ${count}`);
  const last = result.samples.at(-1);
  return [
    `## Soak: ${minutes} minutes at ${perSecond} events a second`,
    `${startedAt}, version ${version} (${commit}): \`${command}\`. **${word}.**`,
    seriesTable(result.series),
    `Growth is the slope of the second half (Theil–Sen) over that half, ${everySeconds} s between samples; flat is what grows no more than allowed. Verified at the end: ${verified.join(", ")}; refused and sent again ${last?.load.refused ?? 0}, told twice ${last?.load.repeated ?? 0}.`,
    machineTable(result.machine).trimEnd(),
  ].join("\n\n");
}

function seriesTable(series: readonly JudgedSeries[]): string {
  const rows = series.map(({ name, unit, verdict }) => {
    if (verdict === undefined) return `| ${name} | | | | | too few samples |`;
    const { early, late, growth, allowed, flat } = verdict;
    const text = (value: number): string => `${rounded(value)} ${unit}`.trim();
    const cells = [name, text(early), text(late), text(growth), text(allowed)];
    return `| ${cells.join(" | ")} | ${flat ? "flat" : "**grows**"} |`;
  });
  const head = "| series | third quarter | last quarter | growth | allowed | |";
  return [head, "|---|---|---|---|---|---|", ...rows].join("\n");
}

function rounded(value: number): string {
  const digits = Math.abs(value) < 1 ? 3 : Math.abs(value) < 100 ? 2 : 0;
  return String(Number(value.toFixed(digits)));
}
