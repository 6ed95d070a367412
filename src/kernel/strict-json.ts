/**
 * JSON from outside, taken strictly. `JSON.parse` keeps the last of two equal keys, rounds large
 * integers and lets `__proto__` through; each of these has moved money somewhere, so each is an
 * error here. The platform's parser does the parsing; one scan beside it counts what the parser
 * hides, which costs a fraction of a parser of our own.
 */
import { kernelErrors } from "./errors.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface JsonLimits {
  readonly maxDepth: number;
}

const COLON = 58;
const QUOTE = 34;
const BACKSLASH = 92;
const NUL = "\\u0000";
/** Digits before the point of the largest double. */
const MOST_DIGITS = 309;

/**
 * Parses a text. Throws E_JSON_MALFORMED, E_JSON_TOO_DEEP, E_JSON_DUPLICATE_KEY,
 * E_JSON_FORBIDDEN_KEY, E_JSON_NUMBER_INEXACT (an integer beyond 2^53 − 1, or what a double
 * cannot hold, such as 1e999) or E_JSON_NUL.
 */
export function parseStrictJson(text: string, limits: JsonLimits): Json {
  refuseNul(text);
  const keys = scan(text, limits.maxDepth);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw malformed(cause);
  }
  if (countKeys(value) !== keys) reportKey(text);
  return value;
}

function malformed(cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : "unreadable";
  const offset = /position (\d+)/.exec(reason)?.[1] ?? "unknown";
  return kernelErrors.E_JSON_MALFORMED({ reason, offset }, cause);
}

/** Throws for the escape of NUL; the same letters after an escaped backslash are mere text. */
function refuseNul(text: string): void {
  for (let at = text.indexOf(NUL); at >= 0; at = text.indexOf(NUL, at + NUL.length)) {
    if (isEscape(text, at)) throw kernelErrors.E_JSON_NUL({ offset: at });
  }
}

/** True when the backslash at `at` begins an escape, not the second half of one. */
function isEscape(text: string, at: number): boolean {
  let before = at;
  while (before > 0 && text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
}

/** Index of the quote that ends the string that begins at `open`. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close > 0 && text.charCodeAt(close - 1) === BACKSLASH && !isEscape(text, close)) {
    close = text.indexOf('"', close + 1);
  }
  return close < 0 ? text.length : close;
}

/** Number of keys in the text; depth and numbers are checked on the way. */
function scan(text: string, maxDepth: number): number {
  let depth = 0;
  let keys = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = endOfString(text, i);
    else if (c === COLON) keys += 1;
    else if (c === 123 || c === 91) {
      depth += 1;
      if (depth > maxDepth) throw kernelErrors.E_JSON_TOO_DEEP({ limit: maxDepth, offset: i });
    } else if (c === 125 || c === 93) depth -= 1;
    else if (c >= 48 && c <= 57) i = endOfNumber(text, i);
    else if (c === 0) throw kernelErrors.E_JSON_NUL({ offset: i });
  }
  return keys;
}

function endOfNumber(text: string, start: number): number {
  let end = start;
  let exact = true;
  let exponent = false;
  for (; end < text.length; end += 1) {
    const c = text.charCodeAt(end);
    if (c >= 48 && c <= 57) continue;
    if (c !== 46 && c !== 101 && c !== 69 && c !== 43 && c !== 45) break;
    exact = false;
    if (c === 101 || c === 69) exponent = true;
  }
  if (exponent || end - start >= MOST_DIGITS) refuseInfinite(text.slice(start, end), start);
  if (exact && end - start > 15) {
    const digits = text.slice(start, end);
    if (!Number.isSafeInteger(Number(digits))) {
      throw kernelErrors.E_JSON_NUMBER_INEXACT({ text: digits, offset: start });
    }
  }
  return end - 1;
}

/** The platform reads what is too large for a double as infinity, which no JSON can carry on. */
function refuseInfinite(number: string, offset: number): void {
  if (Math.abs(Number(number)) !== Number.POSITIVE_INFINITY) return;
  throw kernelErrors.E_JSON_NUMBER_INEXACT({ text: number.slice(0, 60), offset });
}

/** Keys that survived parsing; -1 when a forbidden one is among them. */
function countKeys(value: Json): number {
  if (value === null || typeof value !== "object") return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) {
      const inner = countKeys(item);
      if (inner < 0) return -1;
      count += inner;
    }
    return count;
  }
  // biome-ignore lint/suspicious/useGuardForIn: fresh from the parser, so all its keys are its own.
  for (const key in value) {
    if (key === "__proto__") return -1;
    const inner = countKeys(value[key] as Json);
    if (inner < 0) return -1;
    count += 1 + inner;
  }
  return count;
}

/** The slow path: finds the key at fault, so that the message can name it. Always throws. */
function reportKey(text: string): never {
  const open: Set<string>[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 123 || c === 91) open.push(new Set());
    else if (c === 125 || c === 93) open.pop();
    else if (c === QUOTE) {
      const end = endOfString(text, i);
      if (/^\s*:/.test(text.slice(end + 1, end + 40))) {
        const key = JSON.parse(text.slice(i, end + 1)) as string;
        const seen = open.at(-1);
        if (key === "__proto__") throw kernelErrors.E_JSON_FORBIDDEN_KEY({ key, offset: i });
        if (seen?.has(key)) throw kernelErrors.E_JSON_DUPLICATE_KEY({ key, offset: i });
        seen?.add(key);
      }
      i = end;
    }
  }
  throw kernelErrors.E_JSON_MALFORMED({
    reason: "keys could not be counted",
    offset: 0,
  });
}
