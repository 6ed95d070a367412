/** The result of a run, as a table and as an exit code. */
import type { Drained } from "./drain.ts";
import type { Difference } from "./oracle.ts";
import type { InvariantLine } from "./verify.ts";

export interface RunResult {
  readonly seed: number;
  /** The system that the books are in. */
  readonly books: string;
  readonly repeat: string;
  readonly dataDir: string;
  readonly seconds: number;
  readonly sold: number;
  readonly events: number;
  readonly calls: number;
  /** How often each fault happened. */
  readonly faults: Readonly<Record<string, number>>;
  /** Planned faults that did not happen, or not often enough. */
  readonly missed: readonly string[];
  readonly crashes: readonly string[];
  readonly drained: Drained;
  readonly cases: readonly string[];
  readonly invariants: readonly InvariantLine[];
  readonly looked: Readonly<Record<string, number>>;
  readonly differences: readonly (Difference & { readonly story: readonly string[] })[];
}

export function passed(result: RunResult): boolean {
  const clean = result.missed.length + result.crashes.length + result.differences.length === 0;
  return clean && result.drained.ok && result.invariants.every((one) => one.ok);
}

export function describe(result: RunResult): string[] {
  const { drained } = result;
  const drainedText = drained.ok ? `drained in ${seconds(drained.ms)}` : "did not drain";
  return [
    "",
    `Fault run, seed ${result.seed}: ${passed(result) ? "everything held" : "FAILED"}`,
    "",
    `${result.sold} invoices sold, ${result.events} events, ${result.calls} calls to ${result.books}; ${result.seconds} s in all, ${drainedText}`,
    "",
    "Faults that happened",
    ...Object.entries(result.faults).map(([name, count]) => `  ${name.padEnd(34)} ${count}`),
    ...section("Planned and never seen", result.missed),
    ...section("Ended by itself", result.crashes),
    ...section("Still open when waiting ended", drained.left),
    ...section("Open exceptions", result.cases),
    "",
    "Invariants",
    ...result.invariants.flatMap(invariantText),
    "",
    `Stripe's world against ${result.books} and the warehouse`,
    ...Object.entries(result.looked).map(([name, count]) => `  ${name.padEnd(34)} ${count}`),
    `  differences${" ".repeat(24)}${result.differences.length}`,
    ...result.differences.slice(0, 40).flatMap(differenceText),
    "",
    `Seed ${result.seed}. Again: ${result.repeat}`,
    ...(passed(result) ? [] : [`The data and logs are in ${result.dataDir}`]),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((one) => `  ${one}`)];
}

function invariantText(line: InvariantLine): string[] {
  const violations = line.violations.slice(0, 10).map((one) => `      ${one}`);
  return [`  ${line.name.padEnd(18)} ${line.state.padEnd(10)} ${line.detail}`, ...violations];
}

function differenceText(one: RunResult["differences"][number]): string[] {
  return [
    `  ${one.what} ${one.object}: ${one.detail}`,
    ...one.story.map((line) => `      ${line}`),
  ];
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
