/**
 * Reading from Stripe's API. Only GET: nothing here can change anything, so every failure may be
 * tried again. Limits (vendor: "Rate limits"): 100 requests a second live, 25 in a sandbox, 25 an
 * endpoint; a 429 carries no Retry-After as a rule, and `Stripe-Should-Retry` says what to do.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { backoffMs } from "../../kernel/backoff.ts";
import type { Random } from "../../kernel/random.ts";
import type { AnswerHead } from "../kit/answers.ts";
import { jsonOf, objectOf, retryAfterMs, textAt } from "../kit/answers.ts";
import { openHttp } from "../kit/http-send.ts";
import type { JsonObject } from "../kit/json-read.ts";
import { isObject } from "../kit/json-read.ts";
import type { ConnectorSurroundings } from "../kit/source.ts";
import { stripeErrors } from "./errors.ts";
import type { StripeSettings } from "./settings.ts";

export interface StripeApi {
  /**
   * The object at a path, rendered in the connection's API version or in another; undefined when
   * Stripe says there is none. Throws codes of errors.ts.
   */
  get(path: string, version?: string): Promise<JsonObject | undefined>;
  close(): Promise<void>;
}

const MOST_TRIES = 5;
const BACKOFF = { baseMs: 250, capMs: 8_000 };
const LONGEST_WAIT_MS = 60_000;
const CONNECTIONS = 4;
/** A page of 100 events may hold invoices with many lines each. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

type Verdict =
  | { readonly kind: "object"; readonly object: JsonObject }
  | { readonly kind: "absent" }
  | { readonly kind: "again"; readonly afterMs: number | undefined; readonly error: () => Error }
  | { readonly kind: "stop"; readonly error: Error };

export function openStripeApi(
  settings: StripeSettings,
  surroundings: ConnectorSurroundings,
): StripeApi {
  const http = openHttp({
    origin: settings.origin,
    connections: CONNECTIONS,
    timeoutMs: settings.timeoutMs,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  });
  const headers = {
    authorization: `Bearer ${settings.apiKey}`,
    accept: "application/json",
  };
  const attempt = async (path: string, version: string): Promise<Verdict> => {
    const versioned = { ...headers, "stripe-version": version };
    const answer = await http.send({ method: "GET", path, headers: versioned });
    if (answer.kind === "answer") return judge(answer, path, surroundings.clock.now());
    const details = { path, tries: MOST_TRIES, reason: answer.reason };
    return {
      kind: "again",
      afterMs: undefined,
      error: () => stripeErrors.E_STRIPE_UNAVAILABLE(details),
    };
  };
  return {
    get: (path, version = settings.apiVersion) =>
      persist(() => attempt(path, version), surroundings.random),
    close: () => http.close(),
  };
}

async function persist(
  attempt: () => Promise<Verdict>,
  random: Random,
): Promise<JsonObject | undefined> {
  for (let tries = 1; ; tries += 1) {
    const verdict = await attempt();
    if (verdict.kind === "object") return verdict.object;
    if (verdict.kind === "absent") return undefined;
    if (verdict.kind === "stop") throw verdict.error;
    if (tries >= MOST_TRIES) throw verdict.error();
    await sleep(verdict.afterMs ?? backoffMs(BACKOFF, tries, random));
  }
}

function judge(answer: AnswerHead, path: string, nowMs: number): Verdict {
  const { status } = answer;
  const body = objectOf(jsonOf(answer));
  if (status === 200) {
    if (isObject(body)) return { kind: "object", object: body };
    return stop(stripeErrors.E_STRIPE_ANSWER({ path, reason: "it is no JSON object" }));
  }
  const code = textAt(body, "error", "code");
  if (status === 404 && code === "resource_missing") return { kind: "absent" };
  const afterMs = retryAfterMs(answer, nowMs, LONGEST_WAIT_MS);
  if (status === 429) {
    const error = (): Error => stripeErrors.E_STRIPE_RATE_LIMITED({ path, tries: MOST_TRIES });
    return { kind: "again", afterMs, error };
  }
  if (status >= 500 || status === 409 || answer.headers["stripe-should-retry"] === "true") {
    const details = { path, tries: MOST_TRIES, reason: `status ${status}` };
    return {
      kind: "again",
      afterMs,
      error: () => stripeErrors.E_STRIPE_UNAVAILABLE(details),
    };
  }
  const reason = code ?? textAt(body, "error", "type") ?? "no reason given";
  return stop(stripeErrors.E_STRIPE_REFUSED({ path, status, reason }));
}

function stop(error: Error): Verdict {
  return { kind: "stop", error };
}
