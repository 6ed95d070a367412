/**
 * What every API call passes before its handler: sign-in, version, rate limit, idempotency key,
 * locks. Sources: Stripe documentation, "Authentication", "API versioning", "Rate limits",
 * "Idempotent requests". The replay header, the two 429 and the 409 are unconfirmed.
 */
import { createHash } from "node:crypto";
import type { Clock } from "../../kernel/clock.ts";
import type { Call } from "../kit/calls.ts";
import type { Faults } from "../kit/faults.ts";
import type { SandboxAnswer, SandboxRequest } from "../kit/message.ts";
import { jsonAnswer } from "../kit/message.ts";
import type { Refusal } from "./errors.ts";
import { errorEnvelope, refusal, refusalOf } from "./errors.ts";
import type { SavedAnswer } from "./state.ts";
import type { Shape } from "./versions.ts";
import { shapeOf } from "./versions.ts";
import type { StripeWorld } from "./world.ts";

/** What the gate found out about a call, for its handler. */
export interface Passage {
  readonly requestId: string;
  readonly shape: Shape;
  readonly key: string | null;
  readonly fingerprint: string;
}

export interface GateOptions {
  readonly world: StripeWorld;
  readonly faults: Faults;
  readonly clock: Clock;
  /** Accepted secret keys; any `sk_…` or `rk_…` when absent. */
  readonly keys: readonly string[] | undefined;
  readonly limits: { perSecond: number };
}

export interface Gate {
  intercept(request: SandboxRequest, run: () => Promise<SandboxAnswer>): Promise<SandboxAnswer>;
  passageOf(request: SandboxRequest): Passage;
}

const DAY = 86_400_000;
const LONGEST_KEY = 255;

/** What calls that execute right now hold. */
interface Holds {
  readonly keys: Set<string>;
  readonly objects: Set<string>;
}

export function createGate(options: GateOptions): Gate {
  const { world } = options;
  const passages = new WeakMap<Call, Passage>();
  const holds: Holds = { keys: new Set(), objects: new Set() };
  const admits = slidingWindow(options.clock, options.limits);

  function enter(request: SandboxRequest, version: string, requestId: string): Passage {
    checkKey(request, options.keys);
    const shape = shapeOf(version);
    if (!admits()) throw tooMany();
    const key = keyOf(request);
    request.call.note = key;
    const fingerprint = key === null ? "" : fingerprintOf(request);
    const passage = { requestId, shape, key, fingerprint };
    passages.set(request.call, passage);
    if (key !== null && holds.keys.has(key)) throw keyInUse(key);
    return passage;
  }

  return {
    passageOf(request) {
      const passage = passages.get(request.call);
      if (passage === undefined) throw new TypeError("a handler ran without its gate");
      return passage;
    },
    async intercept(request, run) {
      const requestId = `req_${request.call.seq.toString(36).padStart(14, "0")}`;
      const asked = request.headers["stripe-version"];
      const version = typeof asked === "string" ? asked : world.settings.apiVersion;
      let answer: SandboxAnswer;
      try {
        const passage = enter(request, version, requestId);
        answer = replayed(world, passage) ?? (await execute(options, holds, request, passage, run));
      } catch (thrown) {
        const refused = refusalOf(thrown);
        if (refused === undefined) throw thrown;
        answer = refusedAnswer(refused);
      }
      const key = passages.get(request.call)?.key ?? null;
      const named = key === null ? {} : { "idempotency-key": key };
      const ids = { "request-id": requestId, "stripe-version": version };
      return { ...answer, headers: { ...answer.headers, ...ids, ...named } };
    },
  };
}

async function execute(
  { world, faults }: GateOptions,
  holds: Holds,
  request: SandboxRequest,
  passage: Passage,
  run: () => Promise<SandboxAnswer>,
): Promise<SandboxAnswer> {
  const { key } = passage;
  const object = request.method === "GET" ? undefined : objectOf(request.path);
  if (object !== undefined && holds.objects.has(object)) throw lockTimeout();
  if (key !== null) holds.keys.add(key);
  if (object !== undefined) holds.objects.add(object);
  try {
    // Stands for the time an execution takes: while it lasts, the key and the object are held.
    const ms = faults.amount("execution-ms", 0);
    if (ms > 0 && request.method !== "GET") await new Promise((done) => setTimeout(done, ms));
    const answer = await run();
    rememberBroken(world, passage, answer);
    return answer;
  } finally {
    if (key !== null) holds.keys.delete(key);
    if (object !== undefined) holds.objects.delete(object);
  }
}

/** A 5xx put in place of the true answer after the commit is what the key replays from then on. */
function rememberBroken(world: StripeWorld, passage: Passage, answer: SandboxAnswer): void {
  if (passage.key === null || answer.status < 500) return;
  const body = answer.body === undefined ? "" : Buffer.from(answer.body).toString("utf8");
  const saved = savedAnswer(passage, answer.status, body);
  if (saved !== undefined) world.write("idempotency.broken", () => undefined, saved);
}

function replayed(world: StripeWorld, passage: Passage): SandboxAnswer | undefined {
  const known = passage.key === null ? undefined : world.state.answers.get(passage.key);
  if (known === undefined || world.now() * 1000 - known.at > DAY) return undefined;
  if (known.fingerprint !== passage.fingerprint) throw otherParams(known.key);
  const headers = { "content-type": "application/json", "idempotent-replayed": "true" };
  return { status: known.status, headers, body: known.body };
}

export function refusedAnswer(refused: Refusal): SandboxAnswer {
  return jsonAnswer(refused.status, errorEnvelope(refused), refused.headers);
}

export function savedAnswer(
  passage: Pick<Passage, "key" | "fingerprint">,
  status: number,
  body: string,
): SavedAnswer | undefined {
  const { key, fingerprint } = passage;
  return key === null ? undefined : { key, fingerprint, status, body };
}

function checkKey(request: SandboxRequest, keys: readonly string[] | undefined): void {
  const header = request.headers.authorization ?? "";
  const [scheme = "", value = ""] = header.split(" ");
  // Basic with the key as user name is as good as Bearer.
  const basic = scheme.toLowerCase() === "basic";
  const key = basic ? (Buffer.from(value, "base64").toString().split(":")[0] ?? "") : value;
  const known = keys === undefined ? /^(sk|rk)_/.test(key) : keys.includes(key);
  if (known && (basic || scheme.toLowerCase() === "bearer")) return;
  const message =
    key === ""
      ? "You did not provide an API key in the Authorization header, using Bearer auth."
      : `Invalid API Key provided: ${key.slice(0, 7)}****`;
  throw refusal({ status: 401, type: "invalid_request_error", message, remembered: false });
}

/** Keys count for POST only; GET and DELETE are idempotent by nature. */
function keyOf(request: SandboxRequest): string | null {
  const key = request.headers["idempotency-key"];
  if (request.method !== "POST" || typeof key !== "string" || key === "") return null;
  if (key.length <= LONGEST_KEY) return key;
  throw refusal({
    status: 400,
    type: "invalid_request_error",
    message: `Idempotency keys must be at most ${LONGEST_KEY} characters.`,
    remembered: false,
  });
}

function fingerprintOf(request: SandboxRequest): string {
  const params = [...new URLSearchParams(request.text())]
    .map((pair) => JSON.stringify(pair))
    .sort();
  const hash = createHash("sha256").update(`${request.method} ${request.path}\n`);
  return hash.update(params.join("\n")).digest("base64url");
}

/** `/v1/invoices/in_1…/pay` locks the invoice. */
function objectOf(path: string): string | undefined {
  return path.split("/").find((part) => /^[a-z]+_[A-Za-z0-9]{10,}$/.test(part));
}

/** At most so many calls in any second; 0 means no limit. */
function slidingWindow(clock: Clock, limits: { perSecond: number }): () => boolean {
  let times: number[] = [];
  return () => {
    if (limits.perSecond === 0) return true;
    const now = clock.monotonic();
    times = times.filter((time) => now - time < 1000);
    if (times.length >= limits.perSecond) return false;
    times.push(now);
    return true;
  };
}

function tooMany(): Error {
  return refusal({
    status: 429,
    type: "invalid_request_error",
    code: "rate_limit",
    message: "Too many requests hit the API too quickly; back off exponentially.",
    remembered: false,
    headers: { "stripe-rate-limited-reason": "global-rate", "stripe-should-retry": "true" },
  });
}

function lockTimeout(): Error {
  return refusal({
    status: 429,
    type: "invalid_request_error",
    code: "lock_timeout",
    message: "This object is being accessed by another request right now; try again.",
    remembered: false,
    headers: { "stripe-should-retry": "true" },
  });
}

function keyInUse(key: string): Error {
  return refusal({
    status: 409,
    type: "idempotency_error",
    code: "idempotency_key_in_use",
    message: `There is currently another in-progress request using this Idempotent Key: ${key}`,
    remembered: false,
    headers: { "stripe-should-retry": "true" },
  });
}

function otherParams(key: string): Error {
  return refusal({
    status: 400,
    type: "idempotency_error",
    message: `Key '${key}' can only be used with the parameters it was first used with.`,
    remembered: false,
  });
}
