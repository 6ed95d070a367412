/**
 * The calls of one request, in their order, as one answer.
 *
 * step     what a call is for; it goes into the answer's header, for a refusal before anything was
 *          created means something else than one after
 * effect   a call that may change something; before the first one nothing has been done, whatever
 *          happens
 * end      the answer is settled; thrown, and caught at the script's rim
 *
 * The first effect is not begun after `startBy`. What follows it has the rest of our time-out, so
 * the whole script is over when the settle window counts from.
 */
import type { Clock } from "../../kernel/clock.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { Answer } from "../kit/target.ts";
import { readTrytonError } from "./read-refusal.ts";
import type { Reader, Search } from "./reader.ts";
import { amountOf, contextOf, detailOf, resultOf, rowsOf, searchParams } from "./reader.ts";
import type { CallLimits, TrytonCall, TrytonSession } from "./session.ts";
import { STEP_HEADER } from "./session.ts";
import type { Values } from "./wire.ts";

export type Step = "login" | "look" | "check" | "create" | "post" | "settle" | "read";

/** What a look found that forbids to go on; its code and what the message needs. */
export interface Finding {
  readonly finding: string;
  readonly cause: string;
  readonly details: { readonly [key: string]: string };
}

export class ScriptEnd extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super("the script has ended");
    this.name = "ScriptEnd";
    this.answer = answer;
  }
}

export interface ScriptSettings {
  readonly session: TrytonSession;
  readonly clock: Clock;
  readonly company: number;
  readonly timeoutMs: number;
  readonly startBy: number | undefined;
}

export class Script {
  readonly #settings: ScriptSettings;
  readonly #endBy: number;
  #begun = false;

  constructor(settings: ScriptSettings) {
    this.#settings = settings;
    this.#endBy = settings.clock.monotonic() + settings.timeoutMs;
  }

  /** Searches under a step; the script ends when it cannot be known what is there. */
  reader(step: Step): Reader {
    return {
      search: async (search) => {
        const answer = await this.#read(step, search);
        return rowsOf(answer) ?? this.#endUnread(step, answer);
      },
      convert: async (from, amount, to, context) => {
        const params = [from, { __class__: "Decimal", decimal: amount }, to];
        const method = "model.currency.currency.compute";
        const answer = await this.#call({ method, params, context: this.#context(context) });
        return amountOf(answer) ?? this.#endUnread(step, answer);
      },
    };
  }

  /** A call that may change something: its answer, whatever it is. */
  async act(step: Step, method: string, params: readonly Json[], over: Values = {}) {
    const call = { method, params, context: this.#context(over) };
    const answer = await this.#call(call, !this.#begun);
    if (answer.kind !== "not-sent") this.#begun = true;
    return withStep(answer, step);
  }

  /** The last call: its answer is the script's. */
  async finish(search: Search): Promise<Answer> {
    return withStep(await this.#read("read", search), "read");
  }

  /** Ends with something that was found and forbids to go on. */
  found(finding: Finding): never {
    const body = JSON.stringify(finding);
    throw new ScriptEnd(withStep({ kind: "answer", status: 200, headers: {}, body }, "check"));
  }

  userId(): number | undefined {
    return this.#settings.session.userId();
  }

  #context(over: Values): Values {
    return { ...contextOf(this.#settings.company), ...over };
  }

  #read(_step: Step, search: Search): Promise<Answer> {
    const method = `model.${search.model}.search_read`;
    const context = this.#context(search.context ?? {});
    return this.#call({ method, params: searchParams(search), context });
  }

  async #call(call: TrytonCall, mayBeLate = !this.#begun): Promise<Answer> {
    const { clock, session, startBy } = this.#settings;
    const left = Math.floor(this.#endBy - clock.monotonic());
    if (left <= 0) return this.#timeOver();
    const limits: CallLimits = {
      timeoutMs: left,
      ...(mayBeLate && startBy !== undefined ? { tooLate: () => clock.monotonic() > startBy } : {}),
    };
    const answer = await session.call(call, limits);
    // An effect stands already, so "not sent" would say too much of the whole.
    if (this.#begun && answer.kind === "not-sent") return { ...answer, kind: "no-answer" };
    return answer;
  }

  #timeOver(): Answer {
    const reason = `not finished within ${this.#settings.timeoutMs} ms`;
    return { kind: this.#begun ? "no-answer" : "not-sent", reason };
  }

  /** Before the first effect an unread answer means that nothing was done, and nothing will be. */
  #endUnread(step: Step, answer: Answer): never {
    if (this.#begun) throw new ScriptEnd(withStep(answer, step));
    const told = answer.kind === "answer" && readTrytonError(answer) !== undefined;
    const toldAtLogin = answer.kind === "answer" && answer.headers[STEP_HEADER] !== undefined;
    const signedOut = answer.kind === "answer" && answer.status === 401;
    if (told || toldAtLogin || signedOut) throw new ScriptEnd(withStep(answer, step));
    throw new ScriptEnd({ kind: "not-sent", reason: `looked in vain: ${detailOf(answer)}` });
  }
}

/** The answer with the step that gave it; a login's keeps its own. */
export function withStep(answer: Answer, step: Step): Answer {
  if (answer.kind !== "answer") return answer;
  return { ...answer, headers: { [STEP_HEADER]: step, ...answer.headers } };
}

/** The result of an act, or the end of the script with its answer. */
export function done(answer: Answer): Json {
  const result = resultOf(answer);
  if (result === undefined) throw new ScriptEnd(answer);
  return result;
}
