/**
 * Tryton's JSON-RPC over one keep-alive pool, with a session that is renewed when it has expired.
 *
 * session   what a login gives; it dies after five minutes without a call (and the buttons that
 *           post demand that it is younger), which Tryton says with a bare 401 before it looks at
 *           the call. So the call may be made again after a new login.
 * context   what every call carries: the company, and English, so that texts can be recognised
 */
import { canonicalJson } from "../../kernel/canonical-json.ts";
import type { Json } from "../../kernel/strict-json.ts";
import { jsonOf, valueAt } from "../kit/answers.ts";
import type { HttpSender } from "../kit/http-send.ts";
import { openHttp } from "../kit/http-send.ts";
import { redactText } from "../kit/redact.ts";
import type { Answer } from "../kit/target.ts";
import type { TrytonSettings } from "./settings.ts";
import type { Values } from "./wire.ts";

export interface CallLimits {
  /** Asked in the moment before the first byte. */
  readonly tooLate?: (() => boolean) | undefined;
  readonly timeoutMs: number;
}

export interface TrytonCall {
  readonly method: string;
  readonly params: readonly Json[];
  readonly context: Values;
}

/** Answers of a login that failed carry this; then the call itself was never made. */
export const STEP_HEADER = "x-tieout-step";

export interface TrytonSession {
  /** Never throws. Every key a JSON-RPC error needs is in the body: `id`, `method`, `params`. */
  call(call: TrytonCall, limits: CallLimits): Promise<Answer>;
  /** Tryton's number of our user; undefined before the first login. */
  userId(): number | undefined;
  close(): Promise<void>;
}

interface SignedIn {
  readonly userId: number;
  readonly key: string;
}

export function trytonSession(settings: TrytonSettings): TrytonSession {
  const http = openHttp({
    origin: new URL(settings.baseUrl).origin,
    connections: settings.connections,
    timeoutMs: settings.timeoutMs,
  });
  return new Session(http, settings);
}

class Session implements TrytonSession {
  readonly #http: HttpSender;
  readonly #settings: TrytonSettings;
  #signedIn: SignedIn | undefined;
  /** Calls that find no session share one login. */
  #signingIn: Promise<SignedIn | Answer> | undefined;

  constructor(http: HttpSender, settings: TrytonSettings) {
    this.#http = http;
    this.#settings = settings;
  }

  userId(): number | undefined {
    return this.#signedIn?.userId;
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async call(call: TrytonCall, limits: CallLimits): Promise<Answer> {
    const known = this.#signedIn;
    const first = known ?? (await this.#signIn(limits));
    if ("kind" in first) return first;
    const answer = await this.#post(call, limits, first);
    const expired = answer.kind === "answer" && answer.status === 401 && known !== undefined;
    if (!expired) return answer;
    if (this.#signedIn?.key === first.key) this.#signedIn = undefined;
    const second = this.#signedIn ?? (await this.#signIn(limits));
    return "kind" in second ? second : this.#post(call, limits, second);
  }

  #signIn(limits: CallLimits): Promise<SignedIn | Answer> {
    this.#signingIn ??= this.#login(limits).finally(() => {
      this.#signingIn = undefined;
    });
    return this.#signingIn;
  }

  async #login(limits: CallLimits): Promise<SignedIn | Answer> {
    const { user, password } = this.#settings.credentials;
    const params: Json[] = [user, { password }, "en"];
    const answer = await this.#send("common.db.login", params, limits, {});
    if (answer.kind !== "answer") {
      // No session, no call: whatever became of the login, nothing was asked for.
      return { kind: "not-sent", reason: `no login: ${answer.reason}` };
    }
    const result = answer.status === 200 ? valueAt(jsonOf(answer), "result") : undefined;
    const [userId, key] = Array.isArray(result) ? result : [];
    if (typeof userId !== "number" || typeof key !== "string") {
      return { ...answer, headers: { ...answer.headers, [STEP_HEADER]: "login" } };
    }
    this.#signedIn = { userId, key };
    return this.#signedIn;
  }

  #post(call: TrytonCall, limits: CallLimits, session: SignedIn): Promise<Answer> {
    const { user } = this.#settings.credentials;
    const token = Buffer.from(`${user}:${session.userId}:${session.key}`).toString("base64");
    const params = [...call.params, call.context];
    return this.#send(call.method, params, limits, { authorization: `Session ${token}` });
  }

  async #send(
    method: string,
    params: readonly Json[],
    limits: CallLimits,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const answer = await this.#http.send({
      method: "POST",
      path: `/${this.#settings.database}/`,
      headers: { accept: "application/json", "content-type": "application/json", ...headers },
      body: canonicalJson({ id: 1, method, params: [...params] }),
      timeoutMs: limits.timeoutMs,
      ...(limits.tooLate === undefined ? {} : { tooLate: limits.tooLate }),
    });
    const secrets = [this.#settings.credentials.password];
    if (answer.kind === "answer") return { ...answer, body: redactText(answer.body, secrets) };
    return { ...answer, reason: redactText(answer.reason, secrets) };
  }
}
