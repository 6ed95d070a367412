/**
 * What a run writes down.
 *
 * figure       one number with its unit
 * measurement  one setting, measured once: its figures, and the counts that had to agree
 * ratio        two figures of the same run, divided
 */
import type { Machine } from "./machine.ts";
import type { Said } from "./programs.ts";

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export interface Measurement {
  readonly what: string;
  readonly setting: Readonly<Record<string, string | number>>;
  readonly figures: readonly Figure[];
  /** Counts that were compared with what they had to be; a run in which one differs throws. */
  readonly verified: Readonly<Record<string, number>>;
  /** Anything else worth keeping: a plan, samples. Not in the table. */
  readonly details?: unknown;
}

export interface Ratio {
  readonly what: string;
  readonly value: number;
}

export interface Outcome {
  readonly measurements: readonly Measurement[];
  /** What the peers printed, as it is. */
  readonly peers: readonly Said[];
  readonly ratios: readonly Ratio[];
  /** The processes that shared the machine while a figure of ours was taken. */
  readonly processes: readonly string[];
  readonly notes: readonly string[];
}

export interface BenchResult extends Outcome {
  readonly id: string;
  readonly title: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly command: string;
  readonly version: string;
  readonly commit: string;
  readonly machine: Machine;
}

/** Throws unless each count is what it had to be: a fast run that lost work is not a result. */
export function mustAgree(
  where: string,
  counts: Readonly<Record<string, { readonly found: number; readonly expected: number }>>,
): Record<string, number> {
  const wrong = Object.entries(counts).filter(([, { found, expected }]) => found !== expected);
  if (wrong.length > 0) {
    const text = wrong.map(([name, c]) => `${name}: expected ${c.expected}, found ${c.found}`);
    throw new Error(`${where}: ${text.join("; ")}`);
  }
  return Object.fromEntries(Object.entries(counts).map(([name, { found }]) => [name, found]));
}

export function figure(name: string, value: number, unit: string): Figure {
  const digits = Math.abs(value) < 10 ? 3 : Math.abs(value) < 1000 ? 1 : 0;
  return { name, value: Number(value.toFixed(digits)), unit };
}

export function ratio(what: string, ours: number, theirs: number): Ratio {
  return { what, value: Number((ours / theirs).toFixed(2)) };
}

/** The item in the middle by its value; of an even number the upper one. Throws for no items. */
export function middleBy<T>(items: readonly T[], read: (item: T) => number): T {
  const sorted = [...items].sort((a, b) => read(a) - read(b));
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}

/** The figure of a measurement, by name. */
export function figureOf(measurement: Measurement, name: string): number {
  const found = measurement.figures.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${measurement.what} has no figure ${name}`);
  return found.value;
}
