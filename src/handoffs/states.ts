/**
 * The life of a handoff, as one total table.
 *
 * handoff     one event to one target through one flow
 * waiting     not yet its turn; `reason` says for what
 * ready       first of its object, needs linked, may be claimed
 * sent        an attempt is committed; the request may have left
 * awaiting    the target took it and will confirm later
 * unknown     we cannot tell whether it happened; a probe decides
 * confirmed   the target has it, as we meant it
 * excepted    a person or rule must settle it; later handoffs of the object are parked behind it
 * excluded    two people decided that it shall not be sent, with reason and expiry
 * superseded  a newer state of the same object took its place before this one left us
 *
 * Anything not in the table is a bug and raises: a state nobody thought of must not be stored.
 */
import { handoffErrors } from "./errors.ts";

export const handoffStates = [
  "waiting",
  "ready",
  "sent",
  "awaiting",
  "unknown",
  "confirmed",
  "excepted",
  "excluded",
  "superseded",
] as const;

export type HandoffState = (typeof handoffStates)[number];

export const handoffEvents = [
  /** Head of its object, needs linked, not before its time. */
  "released",
  /** An attempt is committed with fence, send key, request hash and send-by. */
  "claimed",
  /** The living lane did not begin the call before its send-by. */
  "not-started",
  "done",
  "accepted",
  /** Definite refusal that may pass later; or done but for a step that the same bytes complete. */
  "refused-for-now",
  "refused",
  /** No answer, or one that does not say; or the fence was lost while it was out. */
  "lost",
  /** Probe: one document of ours, equal to what we meant. */
  "found-equal",
  /** Probe: one document of ours that says something else, or several. */
  "found-different",
  /** Probe after the settle window: nothing, or an older version of a state. */
  "found-absent",
  "probe-failed",
  "confirmation-arrived",
  /** Attempt limit, deadline, a need excluded, or a request that cannot be made. */
  "gave-up",
  "superseded",
  "excluded",
  "repaired",
  /** A person has looked at the target, which cannot recognise a repeat: it is probed anew. */
  "asked-again",
  "exclusion-expired",
] as const;

export type HandoffEvent = (typeof handoffEvents)[number];

type Row = Readonly<Partial<Record<HandoffEvent, HandoffState>>>;

const table: Readonly<Record<HandoffState, Row>> = {
  waiting: {
    released: "ready",
    "gave-up": "excepted",
    superseded: "superseded",
    excluded: "excluded",
  },
  ready: {
    claimed: "sent",
    "gave-up": "excepted",
    superseded: "superseded",
    excluded: "excluded",
  },
  sent: {
    "not-started": "ready",
    done: "confirmed",
    accepted: "awaiting",
    "refused-for-now": "waiting",
    refused: "excepted",
    lost: "unknown",
    "confirmation-arrived": "confirmed",
  },
  awaiting: {
    refused: "excepted",
    "gave-up": "excepted",
    "confirmation-arrived": "confirmed",
  },
  unknown: {
    done: "confirmed",
    accepted: "awaiting",
    "found-equal": "confirmed",
    "found-different": "excepted",
    "found-absent": "ready",
    "probe-failed": "unknown",
    "gave-up": "excepted",
    "confirmation-arrived": "confirmed",
  },
  confirmed: { "confirmation-arrived": "confirmed" },
  excepted: {
    repaired: "waiting",
    "asked-again": "unknown",
    superseded: "superseded",
    excluded: "excluded",
    "confirmation-arrived": "confirmed",
  },
  excluded: {
    "exclusion-expired": "excepted",
    repaired: "waiting",
    "confirmation-arrived": "confirmed",
  },
  superseded: { "confirmation-arrived": "confirmed" },
};

/** The state that follows. Throws E_HANDOFF_TRANSITION for a pair that the table does not hold. */
export function transition(from: HandoffState, event: HandoffEvent): HandoffState {
  const to = table[from][event];
  if (to === undefined) throw handoffErrors.E_HANDOFF_TRANSITION({ from, event });
  return to;
}

export function allows(from: HandoffState, event: HandoffEvent): boolean {
  return table[from][event] !== undefined;
}

/** Nothing follows of itself; the object's next handoff may go. */
export const settledStates: readonly HandoffState[] = ["confirmed", "excluded", "superseded"];

/** A request may be under way or its effect in doubt: never superseded, never excluded. */
export const inDoubtStates: readonly HandoffState[] = ["sent", "awaiting", "unknown"];
