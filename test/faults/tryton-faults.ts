/** What the wire in front of Tryton does to calls during the load. Pure. */
import type { Random } from "../../src/kernel/random.ts";
import { integerBetween, seededRandom } from "../../src/kernel/random.ts";
import type { FaultAction, FaultPlanInput } from "../../src/sandbox/kit/faults.ts";
import type { Schedule } from "./schedule.ts";

/** It books some documents a second, however many ask: more seats only make each wait longer. */
export const TRYTON_SEATS = 3;

/**
 * Our own time-out of a whole request, and what Tryton may take; the faults lie around them. A call
 * that is passed on late ends well within the longest run, or "absent" would be believed too early.
 * `pace`: how much slower than idle the machine is; a request takes about a second on an idle one.
 */
export function trytonTimes(pace: number): { timeoutMs: number; longestRunMs: number } {
  return { timeoutMs: Math.round(4000 * pace), longestRunMs: Math.round(5000 * pace) };
}

interface CallFault {
  readonly name: string;
  readonly action: (timeoutMs: number) => FaultAction;
  /** Of a hundred faults. */
  readonly share: number;
}

const broken = { status: 503, body: "<html>Service Unavailable</html>" } as const;

/** By the id of their rule. Late means after our time-out, with the caller gone. */
const CALL_FAULTS: Readonly<Record<string, CallFault>> = {
  "cut-after": {
    name: "answer cut after it was carried out",
    action: () => ({ type: "reset-after" }),
    share: 24,
  },
  "cut-before": {
    name: "call cut before it reached",
    action: () => ({ type: "reset-before" }),
    share: 24,
  },
  late: {
    name: "answered after our time-out",
    action: (timeoutMs) => ({ type: "late", delayMs: timeoutMs + 400 }),
    share: 8,
  },
  "late-apply": {
    name: "passed on after our time-out",
    action: (timeoutMs) => ({ type: "late-apply", delayMs: timeoutMs + 900 }),
    share: 8,
  },
  "broken-after": {
    name: "503 after it was carried out",
    action: () => ({ type: "status-after", ...broken }),
    share: 12,
  },
  "broken-before": {
    name: "503 before it reached",
    action: () => ({ type: "status", ...broken }),
    share: 12,
  },
  half: {
    name: "answer cut in the middle",
    action: () => ({ type: "half", share: 0.5 }),
    share: 12,
  },
};

export const TRYTON_FAULTS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(CALL_FAULTS).map(([id, { name }]) => [id, name]),
);

/** A document is about ten calls: with these, two documents in ten meet a fault. */
const FAULTS_IN_A_HUNDRED_CALLS = 2;

/**
 * Which call, counted from the beginning of the load, meets which fault. One fault in each equal
 * part of the calls, and each kind in its share but once at least: none can be missed by bad luck.
 */
export function trytonFaultPlan(
  { seed, faultyCalls }: Schedule,
  timeoutMs: number,
): FaultPlanInput {
  const random = seededRandom(seed * 1009 + 8);
  const count = Math.max(
    Object.keys(CALL_FAULTS).length,
    Math.floor((faultyCalls * FAULTS_IN_A_HUNDRED_CALLS) / 100),
  );
  const kinds = shuffled(random, bagOf(count));
  const part = faultyCalls / kinds.length;
  const nth = new Map<string, number[]>();
  for (const [index, id] of kinds.entries()) {
    const at = Math.floor(index * part + random.unit() * part) + 1;
    nth.set(id, [...(nth.get(id) ?? []), at]);
  }
  const rules = [...nth].map(([id, calls]) => {
    return { id, nth: calls, action: (CALL_FAULTS[id] as CallFault).action(timeoutMs) };
  });
  return { seed, rules };
}

function bagOf(count: number): string[] {
  return Object.entries(CALL_FAULTS).flatMap(([id, { share }]) =>
    Array.from({ length: Math.max(1, Math.round((count * share) / 100)) }, () => id),
  );
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const out = [...list];
  for (let last = out.length - 1; last > 0; last -= 1) {
    const other = integerBetween(random, 0, last);
    [out[last], out[other]] = [out[other] as T, out[last] as T];
  }
  return out;
}
