/**
 * What a retry would do with each case, decided from the rows alone, so that the plan that is shown
 * and the act that is done are one piece of code.
 */
import type { HandoffState } from "../handoffs/states.ts";
import { allows, transition } from "../handoffs/states.ts";
import type { Money, MoneyWire } from "../kernel/money.ts";
import { addMoney, moneyToWire } from "../kernel/money.ts";
import type { RepairCandidate } from "../store/repair-handoffs.ts";
import { idOf } from "./values.ts";

export type RepairStep =
  | {
      readonly kind: "retry";
      readonly candidate: RepairCandidate;
      readonly from: HandoffState;
      readonly to: HandoffState;
      readonly raiseGeneration: boolean;
    }
  /** The target is asked what it holds; what it answers decides between adopting and sending. */
  | {
      readonly kind: "ask";
      readonly candidate: RepairCandidate;
      readonly from: HandoffState;
      readonly to: HandoffState;
    }
  | { readonly kind: "leave"; readonly candidate: RepairCandidate; readonly why: string };

/** The target said no, in words that mean that nothing was done. */
const DEFINITE = new Set(["refused", "later"]);

/** What a look at the target found: not there, or there as it was before. */
const UNDONE = new Set(["probe-absent", "probe-older"]);

/** True when a request may have left and nothing since proves that it had no effect. */
export function isInDoubt(candidate: RepairCandidate): boolean {
  return candidate.guard !== null && !isProvenUndone(candidate);
}

function isProvenUndone({ last_outcome, settled }: RepairCandidate): boolean {
  if (last_outcome === null) return false;
  return DEFINITE.has(last_outcome) || (UNDONE.has(last_outcome) && settled === true);
}

export function planRepair(candidate: RepairCandidate): RepairStep {
  const leave = (why: string): RepairStep => ({ kind: "leave", candidate, why });
  if (candidate.kind === "drift") {
    return leave("it is about what was done in the target by hand; mend that, or accept it");
  }
  if (candidate.kind !== "handoff" || candidate.state === null) {
    return leave("it is about what arrived, not about what is sent; translate it again instead");
  }
  const from = candidate.state as HandoffState;
  if (!allows(from, "repaired")) return leave(`its handoff is ${from}`);
  if (isInDoubt(candidate) && candidate.guard === "probe") {
    return { kind: "ask", candidate, from, to: transition(from, "asked-again") };
  }
  const to = transition(from, "repaired");
  const raiseGeneration = candidate.guard !== null && isProvenUndone(candidate);
  return { kind: "retry", candidate, from, to, raiseGeneration };
}

/** For people: which case and which handoff. */
export function namesOf(candidate: RepairCandidate): { id: string; handoff: string | undefined } {
  const { case_id, handoff_id } = candidate;
  return {
    id: idOf("exception", case_id),
    handoff: handoff_id === null ? undefined : idOf("handoff", handoff_id),
  };
}

/** One amount per currency, never added up. */
export function sumOf(steps: readonly RepairStep[]): MoneyWire[] {
  const sums = new Map<string, Money>();
  for (const { candidate } of steps) {
    const { amount_minor: minor, currency } = candidate;
    if (minor === null || currency === null) continue;
    const one = { minor: BigInt(minor), currency };
    const sum = sums.get(currency);
    sums.set(currency, sum === undefined ? one : addMoney(sum, one));
  }
  return [...sums.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1)).map(moneyToWire);
}
