/**
 * From answer to outcome. Done is one shape only: 204, no body, and a Location that names a record
 * of the type we wrote. A refusal body under a 200, an error page, half a body: unknown.
 */
import type { AnswerHead } from "../kit/answers.ts";
import { retryAfterMs } from "../kit/answers.ts";
import { excerpt, laterOutcome, refusedOutcome, unknownOutcome } from "../kit/outcomes.ts";
import type { Answer, Outcome } from "../kit/target.ts";
import { netsuiteErrors } from "./errors.ts";
import type { KnownRefusal } from "./read-refusal.ts";
import { readRefusal, recogniseRefusal } from "./read-refusal.ts";

/** NetSuite sends no Retry-After of its own [obs]; gateways before it may. */
const RETRY_CAP_MS = 60_000;
const CONCURRENCY_WAIT_MS = 1000;
const NOT_SENT_WAIT_MS = 1000;
const RECORD_CHANGED_WAIT_MS = 2000;
/** Credentials do not mend themselves; a pause that a person may end earlier by a retry. */
const SIGN_IN_WAIT_MS = 60_000;

/** `recordType`: the type that a Location must name. `nowMs`: wall clock, for Retry-After dates. */
export function classifyAnswer(recordType: string, answer: Answer, nowMs: number): Outcome {
  if (answer.kind === "not-sent") {
    const error = netsuiteErrors.E_NETSUITE_NOT_SENT({ reason: answer.reason });
    return laterOutcome(error, NOT_SENT_WAIT_MS, "budget");
  }
  if (answer.kind === "no-answer") {
    return unknownOutcome(netsuiteErrors.E_NETSUITE_NO_ANSWER({ reason: answer.reason }));
  }
  if (answer.status === 204) return classifyDone(recordType, answer);
  if (answer.status === 401) return classifySignIn(answer);
  const details = readRefusal(answer);
  const known = details === undefined ? undefined : recogniseRefusal(answer.status, details);
  if (known !== undefined) return classifyKnown(known, answer, nowMs);
  const detail = excerpt(details?.map((one) => one.text).join(" ") ?? answer.body);
  const error =
    answer.status >= 500
      ? netsuiteErrors.E_NETSUITE_SERVER_ERROR({ status: answer.status, detail })
      : netsuiteErrors.E_NETSUITE_ANSWER_UNKNOWN({ status: answer.status, detail });
  return unknownOutcome(error);
}

const RECORD_ADDRESS =
  /^(?:https?:\/\/[^/?#]+)?\/services\/rest\/record\/v1\/(\w+)\/([1-9]\d{0,17})\/?$/;

/** The internal id in a record's address of that type; undefined for any other text. */
export function idFromLocation(recordType: string, location: string): string | undefined {
  const match = RECORD_ADDRESS.exec(location);
  // Type names in addresses are not case sensitive [mem].
  if (match?.[1]?.toLowerCase() !== recordType.toLowerCase()) return undefined;
  return match[2];
}

function classifyDone(recordType: string, answer: AnswerHead): Outcome {
  const location = answer.headers["location"] ?? "";
  const externalId = answer.body === "" ? idFromLocation(recordType, location) : undefined;
  if (externalId !== undefined) return { class: "done", externalId };
  const detail = `Location "${excerpt(location)}" is no ${recordType}.`;
  return unknownOutcome(netsuiteErrors.E_NETSUITE_ANSWER_UNKNOWN({ status: 204, detail }));
}

/** 401 is said before a request is looked at, but only when NetSuite says it: envelope or empty. */
function classifySignIn(answer: AnswerHead): Outcome {
  const first = readRefusal(answer)?.[0];
  if (first === undefined && answer.body.trim() !== "") {
    const detail = excerpt(answer.body);
    return unknownOutcome(netsuiteErrors.E_NETSUITE_ANSWER_UNKNOWN({ status: 401, detail }));
  }
  const error = netsuiteErrors.E_NETSUITE_SIGN_IN({
    code: first?.code ?? "401",
    detail: first?.text ?? "",
  });
  return laterOutcome(error, SIGN_IN_WAIT_MS, "budget");
}

function classifyKnown(known: KnownRefusal, answer: AnswerHead, nowMs: number): Outcome {
  const error = netsuiteErrors[known.code]({ detail: known.message });
  switch (error.class) {
    case "retry-after":
      return laterOutcome(
        error,
        retryAfterMs(answer, nowMs, RETRY_CAP_MS) ?? CONCURRENCY_WAIT_MS,
        "budget",
      );
    case "retry":
      return laterOutcome(error, RECORD_CHANGED_WAIT_MS, "handoff");
    case "reject":
      return refusedOutcome(error, known.cause);
    default:
      return unknownOutcome(error);
  }
}
