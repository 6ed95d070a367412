/** Why a handoff is where it is, in words a controller understands, and what would help. */
import { parseObjectKey } from "../contracts/envelope.ts";
import type { LackingNeed, ListedHandoff } from "../store/list-handoffs.ts";
import { idOf } from "./values.ts";

export interface WaitExplanation {
  readonly kind: string;
  readonly text: string;
  /** The handoff in front, where there is one. */
  readonly behind: string | undefined;
  readonly until: string | undefined;
  readonly needs: readonly { readonly object: string; readonly why: string }[];
}

/** Undefined for a settled handoff: nothing waits. */
export function explainWait(row: ListedHandoff): WaitExplanation | undefined {
  if (row.wait === null) return undefined;
  const needs = (row.needs ?? []).map((need) => ({ object: need.object, why: whyLacking(need) }));
  const text = textOf(row, needs);
  return {
    kind: row.wait,
    text,
    behind: row.behind === null ? undefined : idOf("handoff", row.behind),
    until: untilOf(row),
    needs,
  };
}

function untilOf(row: ListedHandoff): string | undefined {
  if (row.wait === "budget-paused") return row.paused_until ?? undefined;
  if (row.wait === "not-before" || row.wait === "in-doubt") return row.not_before ?? undefined;
  return undefined;
}

function textOf(row: ListedHandoff, needs: readonly { object: string; why: string }[]): string {
  switch (row.wait) {
    case "parked":
      return `parked behind ${idOf("handoff", row.behind ?? row.id)} of the same object, ${inWords(row.behind_state)}`;
    case "need": {
      const list = needs.map((need) => `${nameOf(need.object)}, ${need.why}`);
      return `waits for ${list.join("; ") || "an object that is not there yet"}`;
    }
    case "not-before":
      return `will be tried again, not before ${row.not_before}${because(row.reason)}`;
    case "due":
      return "its turn has come; it is released within half a minute";
    case "sending-off":
      return "ready, but sending is switched off for this ledger";
    case "budget-paused":
      return `ready, but ${row.budget} asked for a pause until ${row.paused_until}${because(row.pause_code)}`;
    case "queued":
      return `ready, in the queue of ${row.budget}`;
    case "in-flight":
      return "sent, the answer is not in yet";
    case "in-doubt":
      return `no clear answer: ${row.target} will be asked whether it has it${because(row.reason)}`;
    case "awaiting-target":
      return `${row.target} took it and will confirm later`;
    default:
      return `needs a person${because(row.reason)}`;
  }
}

function because(reason: string | null): string {
  return reason === null || reason === "" ? "" : ` (${reason})`;
}

function whyLacking(need: LackingNeed): string {
  if (need.state === "excepted") {
    const handoff = need.handoff === null ? "" : ` (${idOf("handoff", need.handoff)})`;
    return `which has an exception${handoff}`;
  }
  if (need.state !== null) return `which is ${inWords(need.state)}`;
  if (need.fetch === "gone") return "which its source does not know";
  if (!need.seen) {
    return need.fetch === "wanted"
      ? "which no event has told us of; it is being fetched"
      : "which no event has told us of";
  }
  return "which was seen, but nothing is on its way there";
}

function inWords(state: string | null): string {
  switch (state) {
    case "excepted":
      return "which has an exception";
    case "sent":
      return "on its way";
    case "unknown":
      return "in doubt";
    case "awaiting":
      return "awaiting the target's word";
    case "ready":
      return "in the queue";
    default:
      return "waiting itself";
  }
}

/** `customer cus_1` for the object key `stripe-us/customer/cus_1`. */
export function nameOf(object: string): string {
  const { entity, id } = parseObjectKey(object);
  return id === "" ? object : `${entity.replaceAll("-", " ")} ${id}`;
}
