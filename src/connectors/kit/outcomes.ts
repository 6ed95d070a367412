/** The outcomes that every classifier ends in, from an error of its registry. */
import type { TieoutError } from "../../kernel/errors.ts";
import type { Outcome } from "./target.ts";

export function laterOutcome(
  error: TieoutError,
  afterMs: number,
  pauses: "handoff" | "budget",
): Outcome {
  return { class: "later", code: error.code, message: error.message.trim(), afterMs, pauses };
}

export function unknownOutcome(error: TieoutError): Outcome {
  return { class: "unknown", code: error.code, message: error.message.trim() };
}

export function refusedOutcome(error: TieoutError, cause: string): Outcome {
  return { class: "refused", code: error.code, cause, message: error.message.trim() };
}

/** Enough of an answer for a person to know it again; the whole of it is kept with the attempt. */
const EXCERPT = 300;

/** A target's text as one line, cut where it goes on too long. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= EXCERPT ? line : `${line.slice(0, EXCERPT)}…`;
}
