/**
 * From answer to outcome. Done is one shape only: the reading at the end of a script, with one
 * record that stands as it should. An error that the table knows is definite, for the call it
 * answered did nothing and nothing before it had an effect: a draft is none, and is taken away
 * again. Anything else is unknown.
 */
import type { AnswerHead, JsonObject } from "../kit/answers.ts";
import { jsonOf, objectAt, textAt } from "../kit/answers.ts";
import { excerpt, laterOutcome, refusedOutcome, unknownOutcome } from "../kit/outcomes.ts";
import type { Answer, Outcome } from "../kit/target.ts";
import { trytonErrors } from "./errors.ts";
import { readTrytonError, recogniseError } from "./read-refusal.ts";
import { rowsOf } from "./reader.ts";
import { STEP_HEADER } from "./session.ts";
import { idOf } from "./wire.ts";

const NOT_SENT_WAIT_MS = 1000;
const LOCKED_WAIT_MS = 300;
const LOOK_WAIT_MS = 2000;
/** A server that is down, or its gateway, while it is started again. */
const OUTAGE_WAIT_MS = 5000;
/** Credentials do not mend themselves; a pause that a person may end earlier by a retry. */
const SIGN_IN_WAIT_MS = 60_000;
/**
 * Tryton counts failed logins of the last five minutes (`[session] timeout`), and a login that is
 * refused for their number is counted too: only silence ends it.
 */
const LOGIN_LIMIT_WAIT_MS = 310_000;

const STANDING = new Set(["posted", "paid"]);

export function classifyAnswer(answer: Answer): Outcome {
  if (answer.kind === "not-sent") {
    const error = trytonErrors.E_TRYTON_NOT_SENT({ reason: answer.reason });
    return laterOutcome(error, NOT_SENT_WAIT_MS, "budget");
  }
  if (answer.kind === "no-answer") {
    return unknownOutcome(trytonErrors.E_TRYTON_NO_ANSWER({ reason: answer.reason }));
  }
  const step = answer.headers[STEP_HEADER];
  if (step === undefined) return unrecognised(answer);
  if (step === "login" || answer.status === 401) return signedOut(answer, step);
  if (step === "read") return doneOf(answer) ?? unrecognised(answer);
  return foundOf(answer) ?? errorOf(answer, step) ?? unrecognised(answer);
}

/** The one record at a script's end. */
function doneOf(answer: AnswerHead): Outcome | undefined {
  const rows = rowsOf(answer);
  const row = rows?.[0];
  if (row === undefined || rows?.length !== 1) return undefined;
  const id = idOf(row, "id");
  const state = row["state"];
  if (id === undefined || (state !== undefined && !STANDING.has(String(state)))) return undefined;
  const number = numberOf(row);
  const externalId = String(id);
  return number === undefined
    ? { class: "done", externalId }
    : { class: "done", externalId, number };
}

/** An invoice's number, or the number under which a move was posted. */
export function numberOf(row: JsonObject): string | undefined {
  return textAt(row, "post_number") ?? textAt(row, "number");
}

function signedOut(answer: AnswerHead, step: string): Outcome {
  const detail = excerpt(answer.body);
  if (answer.status === 401) {
    return laterOutcome(trytonErrors.E_TRYTON_SIGN_IN({ detail }), SIGN_IN_WAIT_MS, "budget");
  }
  if (answer.status === 429) {
    return laterOutcome(
      trytonErrors.E_TRYTON_LOGIN_LIMIT({ detail }),
      LOGIN_LIMIT_WAIT_MS,
      "budget",
    );
  }
  const reason = `${step} was answered with ${answer.status} ${detail}`;
  const waitMs = answer.status >= 500 ? OUTAGE_WAIT_MS : SIGN_IN_WAIT_MS;
  return laterOutcome(trytonErrors.E_TRYTON_NOT_SENT({ reason }), waitMs, "budget");
}

function foundOf(answer: AnswerHead): Outcome | undefined {
  const body = jsonOf(answer);
  const code = textAt(body, "finding");
  const cause = textAt(body, "cause");
  const factory = Object.entries(trytonErrors).find(([name]) => name === code)?.[1];
  if (code === undefined || cause === undefined || factory === undefined) return undefined;
  const { message } = factory(objectAt(body, "details") ?? {});
  return { class: "refused", code, cause, message };
}

function errorOf(answer: AnswerHead, step: string): Outcome | undefined {
  const told = readTrytonError(answer);
  if (told === undefined) return undefined;
  const known = recogniseError(told);
  const detail = excerpt(told.message);
  if (known === undefined) {
    // Whatever it says, it was said to a reading before anything was created.
    const looking = step === "look" || step === "check";
    if (!looking) return undefined;
    return laterOutcome(trytonErrors.E_TRYTON_LOOK_FAILED({ detail }), LOOK_WAIT_MS, "handoff");
  }
  const error = trytonErrors[known.code]({ detail });
  if (error.class === "retry") return laterOutcome(error, LOCKED_WAIT_MS, "handoff");
  // What is settled follows the posting, which stands already.
  if (error.class !== "reject" || step === "settle") return unknownOutcome(error);
  return refusedOutcome(error, known.cause);
}

function unrecognised(answer: AnswerHead): Outcome {
  const told = readTrytonError(answer);
  const { status } = answer;
  const detail = excerpt(told?.message ?? answer.body);
  const error =
    status >= 500
      ? trytonErrors.E_TRYTON_SERVER_ERROR({ status, detail })
      : trytonErrors.E_TRYTON_ANSWER_UNKNOWN({ status, detail });
  return unknownOutcome(error);
}
