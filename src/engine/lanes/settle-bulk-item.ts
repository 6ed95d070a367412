/**
 * What follows for one item of a bulk call. An item in doubt was sent again, which merges by
 * version and so asks and tells at once: what the target says of it is told as a probe's findings
 * would be.
 *
 * later, unknown   it was not there to be asked: the doubt stays, and is asked again
 * refused          it takes the item no more, and whether the first sending took effect nobody can
 *                  ask: a person decides
 */
import { settleWindowMs } from "../../connectors/kit/guards.ts";
import type { OperationSpec, Outcome, ProbeResult } from "../../connectors/kit/target.ts";
import type { Random } from "../../kernel/random.ts";
import type { Settlement, Subject } from "./settle.ts";
import { MOST_PROBES, settle } from "./settle.ts";

export interface BulkItem {
  readonly handoff: Subject;
  readonly doubt: boolean;
  /** Not `done`: those are recorded together. */
  readonly outcome: Outcome;
}

export function settleBulkItem(
  { handoff, doubt, outcome }: BulkItem,
  own: OperationSpec,
  random: Random,
): { readonly from: "sent" | "unknown"; readonly settlement: Settlement } {
  // A bulk target ends its own calls; what it may still do is in its durations.
  const spec = { ...own, settlesMs: settleWindowMs(own, 0) };
  if (!doubt) {
    const result = { kind: "outcome" as const, outcome };
    return { from: "sent", settlement: settle("sent", handoff, spec, result, random) };
  }
  const fact = { ...spec, effect: "fact" as const };
  const result = { kind: "probe" as const, probe: findingOf(outcome) };
  // The same would be refused again, however often it is asked.
  const asked = outcome.class === "refused" ? { ...handoff, probes: MOST_PROBES } : handoff;
  return { from: "unknown", settlement: settle("unknown", asked, fact, result, random) };
}

function findingOf(outcome: Outcome): ProbeResult {
  const code = "code" in outcome ? outcome.code : outcome.class;
  const said = "message" in outcome ? outcome.message : "";
  if (outcome.class !== "refused") return { kind: "failed", code, message: said };
  const message = `Sent again because an earlier request had no answer, and refused: ${said}. Whether the earlier one took effect is not known.`;
  return { kind: "failed", code, message };
}
