/**
 * NetSuite's refusals. Marks in comments: [doc] vendor documentation, [obs] seen by third parties
 * on live accounts, [mem] not checked. `USER_ERROR` says nothing by itself: only `detail` does.
 */
import type { SandboxAnswer } from "../kit/message.ts";
import { jsonAnswer } from "../kit/message.ts";

const W3 = "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html";
// Newer releases answer with RFC 9110 links [obs]; both families are in the field.
const RFC = "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5";

const TITLES: Readonly<Record<number, { type: string; title: string }>> = {
  400: { type: `${W3}#sec10.4.1`, title: "Bad Request" },
  401: { type: W3, title: "Unauthorized" },
  404: { type: `${RFC}.5`, title: "Not Found" },
  405: { type: `${RFC}.6`, title: "Method Not Allowed" },
  413: { type: `${RFC}.14`, title: "Payload Too Large" },
};

/** An answer of NetSuite's that is not a success; thrown where it is found, sent at the rim. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly path: string | null;

  constructor(status: number, code: string, detail: string, path: string | null = null) {
    super(detail);
    this.status = status;
    this.code = code;
    this.path = path;
  }
}

/** The error envelope [doc: "Error Handling in REST Web Services"]. */
export function refusalAnswer(refusal: Refusal): SandboxAnswer {
  const head = TITLES[refusal.status] ?? { type: W3, title: "Bad Request" };
  const detail = {
    detail: refusal.message,
    ...(refusal.path === null ? {} : { "o:errorPath": refusal.path }),
    "o:errorCode": refusal.code,
  };
  const body = { ...head, status: refusal.status, "o:errorDetails": [detail] };
  return jsonAnswer(refusal.status, body, {
    "content-type": "application/vnd.oracle.resource+json; type=error; charset=UTF-8",
  });
}

const PREFIX = "Error while accessing a resource. ";

export function userError(text: string, path: string | null = null): Refusal {
  return new Refusal(400, "USER_ERROR", PREFIX + text, path);
}

/** Missing, inactive, of another subsidiary: all the same text [obs]. */
export function invalidFieldValue(field: string, value: string, path: string): Refusal {
  const what = `You have entered an Invalid Field Value ${value}`;
  return userError(`${what} for the following field: ${field}.`, path);
}

/** [obs] the text; NetSuite joins several labels with a comma. */
export function missingValues(labels: readonly string[]): Refusal {
  return userError(`Please enter value(s) for: ${labels.join(", ")}`);
}

/** [obs] live account, 2026-09-01: two identical creates, the second gets this. */
export const alreadyExists = (): Refusal => userError("This entity already exists.");

/** Text [obs] in SOAP; the REST prefix is expected, not seen. */
export const periodClosed = (): Refusal =>
  userError(
    "The transaction date you specified is not within the date range of your accounting period.",
  );

/** [obs] */
export const noSuchRecord = (): Refusal =>
  new Refusal(
    404,
    "NONEXISTENT_ID",
    "The record instance does not exist. Provide a valid record instance ID.",
  );

/** [obs] an id of another transaction type. */
export const wrongTransactionType = (): Refusal =>
  userError("Transaction type specified is incorrect.");

/** [obs] */
export const notPermitted = (): Refusal =>
  new Refusal(
    400,
    "USER_ERROR",
    "Your current role does not have permission to perform this action.",
  );

/** [obs] the whole body; there is no Retry-After. */
export const tooManyRequests = (): Refusal =>
  new Refusal(
    429,
    "CONCURRENCY_LIMIT_EXCEEDED",
    "Concurrent request limit exceeded. Request blocked.",
  );

/** Code [doc]; text [mem]. */
export function invalidContent(detail: string, path: string | null = null): Refusal {
  return new Refusal(400, "INVALID_CONTENT", detail, path);
}

/** Code [obs]; used for query strings, headers and SuiteQL. */
export function invalidParameter(detail: string): Refusal {
  return new Refusal(400, "INVALID_PARAMETER", detail);
}

/** [obs] beginning of the text. */
export function invalidQuery(reason: string): Refusal {
  return invalidParameter(`Invalid search query. Search error occurred: ${reason}`);
}
