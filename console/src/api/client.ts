/** The one place from which the pages speak to the hub: same origin, JSON, problems as errors. */
import { isSomebodyThere } from "./presence.ts";
import type { ProblemBody, Session } from "./types.ts";

const BASE = "/api/v1";

/** An answer that is no success, or none at all (`status` 0). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(body: ProblemBody, retryAfter?: number) {
    super(body.detail ?? body.title);
    this.status = body.status;
    this.code = body.code ?? `HTTP ${body.status}`;
    this.title = body.title;
    this.retryAfter = retryAfter;
  }
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export function pathWith(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

export async function get<Result>(path: string, query?: Query, signal?: AbortSignal) {
  return (await call("GET", pathWith(path, query), { signal })) as Result;
}

/** Changes something. The key makes a repeat of the same request harmless. */
export async function post<Result>(path: string, body: unknown, csrf: string | undefined) {
  return (await call("POST", path, { body, csrf, key: crypto.randomUUID() })) as Result;
}

export async function signIn(login: string, password: string): Promise<Session> {
  return (await call("POST", "/session", { body: { login, password } })) as Session;
}

export async function signOut(csrf: string | undefined): Promise<void> {
  await call("DELETE", "/session", { csrf });
}

/** The answer is of a new session: the one before has ended with all others of the account. */
export async function changePassword(
  current: string,
  password: string,
  csrf: string | undefined,
): Promise<Session> {
  return (await call("POST", "/session/password", {
    body: { current, password },
    csrf,
  })) as Session;
}

export async function takeReset(secret: string, password: string): Promise<{ login: string }> {
  return (await call("POST", "/session/reset", { body: { secret, password } })) as {
    login: string;
  };
}

interface CallParts {
  readonly body?: unknown;
  readonly csrf?: string | undefined;
  readonly key?: string;
  readonly signal?: AbortSignal | undefined;
}

async function call(method: string, path: string, parts: CallParts): Promise<unknown> {
  const { body, csrf, key, signal } = parts;
  const headers = new Headers({ accept: "application/json" });
  if (body !== undefined) headers.set("content-type", "application/json");
  if (csrf !== undefined) headers.set("x-tieout-csrf", csrf);
  if (key !== undefined) headers.set("idempotency-key", key);
  // Asked by the page alone: it does not keep the session from being idle.
  if (method === "GET" && !isSomebodyThere()) headers.set("x-tieout-refresh", "1");
  const init: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store" };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal !== undefined) init.signal = signal;
  const response = await fetch(`${BASE}${path}`, init).catch((cause: unknown) => {
    if (signal?.aborted === true) throw cause;
    throw new ApiProblem({ status: 0, code: "NO_ANSWER", title: "The hub does not answer" });
  });
  if (response.status === 204) return undefined;
  if (response.ok) return response.json();
  throw await problemOf(response);
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get("retry-after") ?? "");
  const told = (await response.json().catch(() => undefined)) as ProblemBody | undefined;
  const body = told ?? { status: response.status, title: response.statusText || "No success" };
  return new ApiProblem({ ...body, status: response.status }, retryAfter || undefined);
}
