import { defineErrors } from "../../kernel/errors.ts";

export const laneErrors = defineErrors({
  E_LANE_REQUEST_GONE: {
    message: "What was sent under {reference} is kept no longer, so it cannot be looked for.",
    class: "reject",
  },
  E_LANE_SEVERAL_DOCUMENTS: {
    message: "The target holds several documents under one reference.",
    class: "pause",
  },
  E_LANE_DOCUMENT_DIFFERS: {
    message: "The target holds a document under our reference that says something else.",
    class: "pause",
  },
  E_LANE_STEP_LACKS: {
    message: "The target holds our document, and a step of the request lacks.",
    class: "retry",
  },
  E_LANE_STILL_UNKNOWN: {
    message: "The target could not be asked whether the request took effect.",
    class: "pause",
  },
  E_LANE_SENT_IN_VAIN: {
    message:
      "{target} was sent {reference} {times} times, never said what came of it, and does not have it. It last said: {said}",
    class: "pause",
  },
  E_LANE_EARLIER_IN_DOUBT: {
    message: "Refused, while an earlier request may still take effect.",
    class: "retry",
  },
  E_LANE_NO_ANSWER: {
    message: "A bulk call ended without an answer: {reason}",
    class: "retry",
  },
  E_LANE_CONNECTOR_FAILED: {
    message: "The connector failed at {operation}: {reason}",
    class: "bug",
  },
  E_LANE_FENCED: {
    message:
      "{target} is sent to by another copy of this ledger: epoch {epoch} of {instance}; this is epoch {own}. Sending is switched off here.",
    class: "pause",
  },
  E_LANE_PREPARE_FAILED: {
    message: "The request for {operation} could not be built: {reason}",
    class: "bug",
  },
  E_LANE_TARGET_UNKNOWN: {
    message: 'A handoff names the target "{target}", which this hub does not know.',
    class: "pause",
  },
});
