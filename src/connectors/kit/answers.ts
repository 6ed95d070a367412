/**
 * Reading what a target says, strictly: what is not exactly as expected is undefined, and the
 * caller's `unknown`. Nothing here guesses, trims or converts.
 */
import type { Json } from "../../kernel/strict-json.ts";
import { parseStrictJson } from "../../kernel/strict-json.ts";
import type { Answer } from "./target.ts";

export type AnswerHead = Extract<Answer, { kind: "answer" }>;
export type JsonObject = { readonly [key: string]: Json };

const MAX_DEPTH = 32;

/** The body as JSON; undefined when it is not strictly JSON. */
export function jsonOf(answer: AnswerHead): Json | undefined {
  try {
    return parseStrictJson(answer.body, { maxDepth: MAX_DEPTH });
  } catch {
    return undefined;
  }
}

export function objectOf(value: Json | undefined): JsonObject | undefined {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : undefined;
}

/** The value under a path of names; undefined when any step is missing. */
export function valueAt(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let at = value;
  for (const name of path) {
    const object = objectOf(at);
    at = object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
  }
  return at;
}

export function objectAt(
  value: Json | undefined,
  ...path: readonly string[]
): JsonObject | undefined {
  return objectOf(valueAt(value, ...path));
}

export function textAt(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function listAt(
  value: Json | undefined,
  ...path: readonly string[]
): readonly Json[] | undefined {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : undefined;
}

/**
 * A JSON number, or a text of one, as plain decimal digits. A double's shortest text is what its
 * sender wrote as long as it has no more than 15 significant digits; with more it is undefined,
 * as are exponents.
 */
export function decimalAt(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  const text = typeof found === "number" ? String(found) : found;
  if (typeof text !== "string" || !/^-?\d+(\.\d+)?$/.test(text)) return undefined;
  if (typeof found === "number" && significantDigits(text) > 15) return undefined;
  return /^-0+(\.0+)?$/.test(text) ? text.slice(1) : text;
}

function significantDigits(text: string): number {
  return text.replace(/[-.]/g, "").replace(/^0+/, "").length;
}

/**
 * How long the target asks us to wait, milliseconds, between zero and the cap; undefined when it
 * does not say. Seconds or an HTTP date (RFC 9110 §10.2.3). An absurd value is cut to the cap: a
 * header of another company must not switch us off for a year.
 */
export function retryAfterMs(answer: AnswerHead, nowMs: number, capMs: number): number | undefined {
  const text = answer.headers["retry-after"]?.trim();
  if (text === undefined || text === "") return undefined;
  const asked = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  if (Number.isNaN(asked)) return undefined;
  return Math.min(Math.max(asked, 0), capMs);
}
