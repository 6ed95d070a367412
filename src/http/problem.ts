/** Errors on the wire, RFC 9457. HTTP statuses of ours are decided here and nowhere else. */
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
  const status = STATUS[thrown.class];
  return problem(status, thrown.code, thrown.message, status === 503 ? 1 : undefined);
}

const TITLES = new Map([
  [400, "Bad request"],
  [401, "Not verified"],
  [404, "Not found"],
  [409, "Conflict"],
  [413, "Too large"],
  [415, "Encoding not accepted"],
  [500, "Internal error"],
  [503, "Busy"],
]);
