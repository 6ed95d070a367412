/**
 * Where systems hold other values than the source. A target's values are those of the version it
 * confirmed, so a newer state that is stuck shows here even while the older one sits there well.
 *
 * unknown  the target confirmed nothing yet, so there is nothing to compare
 */
import type { Money, Story, StorySystem } from "../api/types.ts";

export const comparedFields = ["net", "tax", "amount", "date"] as const;
export type ComparedField = (typeof comparedFields)[number];

export interface SystemDifference {
  readonly system: StorySystem;
  readonly verdict: "source" | "agrees" | "differs" | "missing" | "not sent";
  readonly fields: ReadonlySet<ComparedField | "version">;
}

export interface Differences {
  readonly systems: readonly SystemDifference[];
  readonly agreeing: number;
  readonly differing: number;
  /** Targets that hold or should hold it. */
  readonly expected: number;
}

export function differencesOf(story: Story): Differences {
  const source = story.systems.find((one) => one.role === "source");
  const systems = story.systems.map((system) => compare(system, source));
  const count = (verdict: string): number =>
    systems.filter((one) => one.verdict === verdict).length;
  const [agreeing, differing] = [count("agrees"), count("differs")];
  return { systems, agreeing, differing, expected: agreeing + differing + count("missing") };
}

function compare(system: StorySystem, source: StorySystem | undefined): SystemDifference {
  const none = new Set<ComparedField>();
  if (system.role === "source" || source === undefined) {
    return { system, verdict: "source", fields: none };
  }
  if (system.knownAt === undefined) {
    const idle = system.state === "nothing to send" || system.state.startsWith("skipped");
    return { system, verdict: idle ? "not sent" : "missing", fields: none };
  }
  const fields = new Set<ComparedField | "version">();
  for (const name of comparedFields) {
    const [theirs, told] = [system.fields[name], source.fields[name]];
    if (theirs !== undefined && told !== undefined && textOf(theirs) !== textOf(told)) {
      fields.add(name);
    }
  }
  // Of a state that changes nothing of these values, an older version is no difference of values.
  if (system.fields.version !== source.fields.version && system.state !== "confirmed") {
    fields.add("version");
  }
  return { system, verdict: fields.size > 0 ? "differs" : "agrees", fields };
}

function textOf(value: Money | string): string {
  return typeof value === "string" ? value : `${value.amount} ${value.currency}`;
}

/** `−2280.00`: what the target lacks or has too much; undefined where they cannot be compared. */
export function lackOf(theirs: Money, told: Money): string | undefined {
  const [a, b] = [theirs, told].map(({ amount }) => /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount));
  if (theirs.currency !== told.currency || !a || !b) return undefined;
  const digits = (a[3] ?? "").length;
  if (digits !== (b[3] ?? "").length) return undefined;
  const minor = (match: RegExpExecArray): bigint =>
    BigInt(`${match[1] ?? ""}${match[2] ?? ""}${match[3] ?? ""}`);
  const difference = minor(a) - minor(b);
  const size = String(difference < 0n ? -difference : difference).padStart(digits + 1, "0");
  const at = size.length - digits;
  const text = digits === 0 ? size : `${size.slice(0, at)}.${size.slice(at)}`;
  return `${difference < 0n ? "-" : ""}${text}`;
}
