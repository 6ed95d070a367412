/** Errors on the wire, RFC 9457. HTTP statuses of ours are decided here and nowhere else. */
import type { FastifyReply } from "fastify";
import type { ErrorClass } from "../kernel/errors.ts";
import { isTieoutError } from "../kernel/errors.ts";

export interface Problem {
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly retryAfterSeconds?: number;
}

const STATUS: Readonly<Record<ErrorClass, number>> = {
  retry: 503,
  "retry-after": 503,
  pause: 409,
  reject: 400,
  bug: 500,
};

/** Where the class says too little for a program to act on. */
const STATUS_OF_CODE = new Map([
  ["E_ACCESS_NOT_SIGNED_IN", 401],
  ["E_ACCESS_SIGN_IN", 401],
  ["E_ACCESS_PROVIDER", 401],
  ["E_ACCESS_DENIED", 403],
  ["E_ACCESS_CSRF", 403],
  ["E_ACCESS_LOCKED", 429],
  ["E_OPERATIONS_NOT_FOUND", 404],
  ["E_OPERATIONS_NOTHING_TO_REPAIR", 404],
  ["E_OPERATIONS_STATE", 409],
  ["E_OPERATIONS_PROPOSAL_CHANGED", 409],
  ["E_HTTP_ROUTE_UNKNOWN", 404],
  ["E_HTTP_KEY_REUSED", 422],
  ["E_HTTP_KEY_UNDER_WAY", 409],
]);

export function problem(
  status: number,
  code: string,
  detail: string,
  retryAfterSeconds?: number,
): Problem {
  const title = TITLES.get(status) ?? "Error";
  const base = { status, type: `urn:tieout:error:${code}`, title, detail, code };
  return retryAfterSeconds === undefined ? base : { ...base, retryAfterSeconds };
}

/** The problem of anything thrown; an error that is not ours shows no inner word. */
export function problemOf(thrown: unknown): Problem {
  if (!isTieoutError(thrown)) {
    return problem(500, "E_HTTP_INTERNAL", "Something failed inside; the log has the reason.");
  }
  const status = STATUS_OF_CODE.get(thrown.code) ?? STATUS[thrown.class];
  const seconds = thrown.details["seconds"];
  const wait = status === 429 && typeof seconds === "number" ? seconds : undefined;
  return problem(status, thrown.code, thrown.message, status === 503 ? 1 : wait);
}

const TITLES = new Map([
  [400, "Bad request"],
  [401, "Not verified"],
  [403, "Not allowed"],
  [404, "Not found"],
  [409, "Conflict"],
  [413, "Too large"],
  [415, "Encoding not accepted"],
  [422, "Not the same request"],
  [429, "Too many tries"],
  [500, "Internal error"],
  [503, "Busy"],
]);

export function sendProblem(reply: FastifyReply, body: Problem): FastifyReply {
  const { retryAfterSeconds, ...rest } = body;
  if (retryAfterSeconds !== undefined) void reply.header("retry-after", retryAfterSeconds);
  return reply.code(body.status).type("application/problem+json").send(rest);
}
