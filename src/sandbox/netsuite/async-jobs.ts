/**
 * Asynchronous requests: `Prefer: respond-async`.
 *
 * job    one request taken in; 202 with its Location, done later
 * task   the one part of a job; a batch would have more
 * key    `X-NetSuite-Idempotency-Key`, looked at only here: a repeat gets HTTP 400 titled
 *        "Conflict" with the first job's Location [doc]. Sync requests ignore the header [doc].
 */
import type { Journal } from "../kit/journal.ts";
import type { SandboxAnswer, SandboxRequest } from "../kit/message.ts";
import { jsonAnswer } from "../kit/message.ts";
import type { Books } from "./books.ts";
import type { RecordCall, RecordRoom } from "./record-routes.ts";
import { handleRecord } from "./record-routes.ts";
import { noSuchRecord, Refusal, refusalAnswer } from "./refusal.ts";
import type { JobResult, NetSuiteEffect, StoredRequest } from "./types.ts";

const JOBS = "/services/rest/async/v1/job";
const KEPT_HEADERS = [
  "host",
  "x-netsuite-propertynamevalidation",
  "x-netsuite-propertyvaluevalidation",
];

export interface JobOffice {
  readonly room: RecordRoom;
  /** Runs the work after the queue's delay; drops it when the sandbox is closed. */
  readonly later: (work: () => void) => void;
}

export function wantsAsync(request: SandboxRequest): boolean {
  return String(request.headers["prefer"] ?? "")
    .toLowerCase()
    .includes("respond-async");
}

/** Takes a request in. Returns 202, or the 400 of a key that was used before. */
export function acceptJob(
  office: JobOffice,
  request: SandboxRequest,
  nonce: string,
): SandboxAnswer {
  const { books, journal } = office.room;
  const header = request.headers["x-netsuite-idempotency-key"];
  const key = header === undefined ? null : String(header);
  const earlier = key === null ? undefined : books.jobsByKey.get(key);
  if (earlier !== undefined) return conflict(earlier);
  const job = String(books.jobs.size + 1);
  const stored = storedRequest(request, nonce);
  journal.append({ kind: "job", job, key, progress: "pending", request: stored, result: null });
  office.later(() => runJob(office, job));
  return {
    status: 202,
    headers: { location: `${JOBS}/${job}`, "preference-applied": "respond-async" },
  };
}

/** Takes up what a stopped sandbox had accepted and not done. */
export function resumeJobs(office: JobOffice): void {
  for (const entry of office.room.books.jobs.values()) {
    if (entry.progress === "pending") office.later(() => runJob(office, entry.job));
  }
}

/** `GET …/job/{id}`, `…/task`, `…/task/{n}`, `…/task/{n}/result`. Shapes of tasks are [mem]. */
export function readJob(books: Books, request: SandboxRequest): SandboxAnswer {
  const { job = "", task } = request.params;
  const entry = books.jobs.get(job);
  if (entry === undefined || (task !== undefined && task !== "1")) throw noSuchRecord();
  const self = `http://${String(request.headers.host)}${JOBS}/${job}`;
  const state = { completed: entry.progress !== "pending", progress: entry.progress };
  if (request.path.endsWith("/result")) return resultAnswer(entry.result);
  if (request.path.endsWith("/task")) {
    const items = [{ links: link(`${self}/task/1`) }];
    const facts = { count: 1, hasMore: false, items, offset: 0, totalResults: 1 };
    return jsonAnswer(200, { links: link(`${self}/task`), ...facts });
  }
  if (task !== undefined) {
    const result = { links: link(`${self}/task/1/result`) };
    return jsonAnswer(200, { links: link(`${self}/task/1`), id: "1", ...state, result });
  }
  const tasks = { links: link(`${self}/task`) };
  return jsonAnswer(200, { links: link(self), id: job, ...state, task: tasks });
}

function conflict(job: string): SandboxAnswer {
  const detail =
    "A request with the same idempotency key is already submitted. " +
    'See the "Location" header for a link to the previously submitted job';
  const body = {
    type: "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec10.4.10",
    title: "Conflict",
    status: 400,
    "o:errorDetails": [{ detail, "o:errorCode": "IDEMPOTENCY_ERROR" }],
  };
  const headers = { location: `${JOBS}/${job}`, "preference-applied": "respond-async" };
  return jsonAnswer(400, body, headers);
}

function storedRequest(request: SandboxRequest, nonce: string): StoredRequest {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = request.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  const { method, path, params } = request;
  return {
    method,
    path,
    query: request.query.toString(),
    params,
    headers,
    body: request.text(),
    nonce,
  };
}

function runJob(office: JobOffice, job: string): void {
  const entry = office.room.books.jobs.get(job);
  if (entry === undefined || entry.request === null) return;
  const { nonce, body, query, ...rest } = entry.request;
  const call: RecordCall = {
    request: { ...rest, query: new URLSearchParams(query), text: () => body },
    nonce,
    origin: "async",
  };
  const result = outcome(office.room, call);
  const progress = result.status < 300 ? "succeeded" : "failed";
  finish(office.room.journal, job, entry.key, progress, result);
}

function finish(
  journal: Journal<NetSuiteEffect>,
  job: string,
  key: string | null,
  progress: "failed" | "succeeded",
  result: JobResult,
): void {
  journal.append({ kind: "job", job, key, progress, request: null, result });
}

function outcome(room: RecordRoom, call: RecordCall): JobResult {
  let answer: SandboxAnswer;
  try {
    answer = handleRecord(room, call);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    answer = refusalAnswer(thrown);
  }
  const location = answer.headers?.["location"];
  return {
    status: answer.status,
    location: typeof location === "string" ? location : null,
    body: typeof answer.body === "string" ? answer.body : null,
  };
}

function resultAnswer(result: JobResult | null): SandboxAnswer {
  if (result === null) throw noSuchRecord();
  return {
    status: result.status,
    headers: {
      "content-type": "application/json",
      ...(result.location === null ? {} : { location: result.location }),
    },
    ...(result.body === null ? {} : { body: result.body }),
  };
}

function link(href: string) {
  return [{ rel: "self", href }];
}
