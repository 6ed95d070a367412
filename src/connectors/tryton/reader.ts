/** Searching records, by whoever may: a script in the middle of a request, a probe, a listing. */
import { parseDecimal } from "../../kernel/decimal.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/answers.ts";
import { jsonOf, objectOf, valueAt } from "../kit/answers.ts";
import type { Answer } from "../kit/target.ts";
import { trytonErrors } from "./errors.ts";
import type { CallLimits, TrytonSession } from "./session.ts";
import type { Values } from "./wire.ts";

export interface Search {
  /** `account.invoice` */
  readonly model: string;
  readonly domain: readonly Json[];
  readonly fields: readonly string[];
  readonly limit?: number;
  readonly order?: Json;
  /** Besides company and language; `active_test: false` finds inactive records too. */
  readonly context?: Values;
}

export interface Reader {
  /** The records that match. Throws when it cannot be known. */
  search(search: Search): Promise<readonly JsonObject[]>;
  /** An amount in another currency at Tryton's own rate of a day. Throws as `search`. */
  convert(from: number, amount: string, to: number, context: Values): Promise<string>;
}

/** What a company's records are read and written under. */
export function contextOf(company: number): Values {
  return { company, language: "en" };
}

export function searchParams(search: Search): Json[] {
  const { domain, limit, order, fields } = search;
  return [[...domain], 0, limit ?? null, order ?? [["id", "ASC"]], [...fields]];
}

/** The rows of an answer to a search; undefined when it is no such answer. */
export function rowsOf(answer: Answer): readonly JsonObject[] | undefined {
  const result = resultOf(answer);
  if (!Array.isArray(result)) return undefined;
  const rows = result.map((row) => objectOf(row));
  return rows.every((row) => row !== undefined) ? rows : undefined;
}

/** The result of a call; undefined when the answer has none. */
export function resultOf(answer: Answer): Json | undefined {
  if (answer.kind !== "answer" || answer.status !== 200) return undefined;
  const body = objectOf(jsonOf(answer));
  return body !== undefined && Object.hasOwn(body, "result") ? body["result"] : undefined;
}

/** The amount of an answer to `compute`; undefined when it holds none. */
export function amountOf(answer: Answer): string | undefined {
  const text = valueAt(resultOf(answer), "decimal");
  try {
    return typeof text === "string" ? parseDecimal(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads outside of any request. Throws E_TRYTON_READ_FAILED. */
export function sessionReader(session: TrytonSession, company: number, limits: CallLimits): Reader {
  const context = contextOf(company);
  return {
    async search(search) {
      const answer = await session.call(
        {
          method: `model.${search.model}.search_read`,
          params: searchParams(search),
          context: { ...context, ...search.context },
        },
        limits,
      );
      const rows = rowsOf(answer);
      if (rows !== undefined) return rows;
      throw trytonErrors.E_TRYTON_READ_FAILED({ what: search.model, detail: detailOf(answer) });
    },
    async convert(from, amount, to, over) {
      const answer = await session.call(
        {
          method: "model.currency.currency.compute",
          params: [from, { __class__: "Decimal", decimal: amount }, to],
          context: { ...context, ...over },
        },
        limits,
      );
      const found = amountOf(answer);
      if (found !== undefined) return found;
      throw trytonErrors.E_TRYTON_READ_FAILED({ what: "currency", detail: detailOf(answer) });
    },
  };
}

export function detailOf(answer: Answer): string {
  if (answer.kind !== "answer") return answer.reason;
  return `${answer.status} ${answer.body.slice(0, 200)}`;
}
