/** Which series a soak judges, how each is made of samples, and how much it may grow. */

import type { LedgerFigures } from "./ledger-figures.ts";
import type { LoadStats } from "./load-process.ts";
import type { ProcessFigures } from "./process-figures.ts";
import type { Sample, Tolerance, Verdict } from "./verdict.ts";
import { judge } from "./verdict.ts";

export interface SoakSample {
  /** Seconds since the run began. */
  readonly at: number;
  readonly ledger: LedgerFigures;
  readonly load: LoadStats;
  readonly processes: Readonly<Record<string, ProcessFigures>> | undefined;
}

export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly tolerance: Tolerance;
  /** Undefined where a sample says nothing; `before` is the sample before it. */
  readonly value: (sample: SoakSample, before: SoakSample | undefined) => number | undefined;
}

const KIB = 1024;

/** The load and the target remember what they did; they are no part of the product. */
const JUDGED = ["hub", "PostgreSQL", "Restate"];

const ofProcesses: readonly Series[] = JUDGED.flatMap((name): Series[] => [
  {
    name: `memory of ${name}`,
    unit: "MiB",
    tolerance: { share: 0.1, atLeast: 16 },
    value: ({ processes }) => processes?.[name]?.ownMiB,
  },
  {
    name: `processes of ${name}`,
    unit: "",
    tolerance: { share: 0.1, atLeast: 3 },
    value: ({ processes }) => processes?.[name]?.processes,
  },
  {
    // A pool of connections breathes, and each server process keeps a hundred files open.
    name: `open files of a process of ${name}`,
    unit: "",
    tolerance: { share: 0.05, atLeast: 12 },
    value: ({ processes }) => filesEach(processes?.[name]),
  },
]);

function filesEach(figures: ProcessFigures | undefined): number | undefined {
  return figures === undefined ? undefined : figures.openFiles / figures.processes;
}

/** What happened between two samples, for each of something else. */
function between(
  what: (sample: SoakSample) => number,
  each: (sample: SoakSample) => number,
): Series["value"] {
  return (sample, before) => {
    if (before === undefined) return undefined;
    const count = each(sample) - each(before);
    return count > 0 ? (what(sample) - what(before)) / count : undefined;
  };
}

export const allSeries: readonly Series[] = [
  ...ofProcesses,
  {
    name: "a claim",
    unit: "ms",
    tolerance: { share: 0.2, atLeast: 0.1 },
    value: between(
      ({ ledger }) => ledger.claimMs,
      ({ ledger }) => ledger.claims,
    ),
  },
  {
    name: "p99 of intake",
    unit: "ms",
    tolerance: { share: 0.25, atLeast: 15 },
    value: ({ load }) => load.p99,
  },
  {
    name: "handoffs that are open",
    unit: "",
    tolerance: { share: 0.25, atLeast: 100 },
    value: ({ ledger }) => ledger.open,
  },
  {
    name: "ledger, each event",
    unit: "KiB",
    tolerance: { share: 0.05, atLeast: 0.2 },
    value: ({ ledger }) => (ledger.events === 0 ? undefined : ledger.history / KIB / ledger.events),
  },
  {
    name: "tables that follow work",
    unit: "KiB",
    tolerance: { share: 0.1, atLeast: 512 },
    value: ({ ledger }) => ledger.standing / KIB,
  },
  {
    name: "dead rows, of all",
    unit: "%",
    tolerance: { share: 0.2, atLeast: 0.5 },
    value: ({ ledger }) =>
      ledger.live === 0 ? undefined : (100 * ledger.dead) / (ledger.live + ledger.dead),
  },
  {
    name: "WAL, each event",
    unit: "KiB",
    tolerance: { share: 0.25, atLeast: 2 },
    value: between(
      ({ ledger }) => ledger.walBytes / KIB,
      ({ ledger }) => ledger.events,
    ),
  },
  {
    name: "oldest unsealed row",
    unit: "s",
    tolerance: { share: 0.25, atLeast: 2 },
    value: ({ ledger }) => ledger.unsealedSeconds,
  },
];

export interface JudgedSeries {
  readonly name: string;
  readonly unit: string;
  readonly verdict: Verdict | undefined;
}

export function judgeAll(samples: readonly SoakSample[]): JudgedSeries[] {
  return allSeries.map(({ name, unit, tolerance, value }) => {
    const points = samples.flatMap((sample, index): Sample[] => {
      const found = value(sample, samples[index - 1]);
      return found === undefined ? [] : [{ at: sample.at, value: found }];
    });
    return { name, unit, verdict: judge(points, tolerance) };
  });
}
