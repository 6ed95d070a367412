/**
 * One text per value: keys sorted by code unit, no spaces, numbers in their shortest form (the
 * order and number format of RFC 8785). Two values are the same fact exactly when these texts are
 * the same, so hashes are taken over them.
 */
import { kernelErrors } from "./errors.ts";

/** Throws E_CANONICAL_VALUE for what JSON cannot carry: undefined, bigint, NaN, functions. */
export function canonicalJson(value: unknown): string {
  return write(value);
}

/** What a JSON text must escape: quote, backslash, controls, halves of surrogate pairs. */
const ESCAPED = /["\\]|[^\u0020-\ud7ff\ue000-\uffff]/;

function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function write(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return writeArray(value);
  if (typeof value === "object") return writeObject(value as Record<string, unknown>);
  throw kernelErrors.E_CANONICAL_VALUE({ type: typeof value });
}

function writeArray(value: readonly unknown[]): string {
  let out = "[";
  for (let i = 0; i < value.length; i += 1) out += `${i === 0 ? "" : ","}${write(value[i])}`;
  return `${out}]`;
}

/** A key whose value is undefined is absent, as in JSON.stringify. */
function writeObject(value: Record<string, unknown>): string {
  let out = "{";
  for (const key of sortedKeys(value)) {
    const member = value[key];
    if (member === undefined) continue;
    out += `${out === "{" ? "" : ","}${quoted(key)}:${write(member)}`;
  }
  return `${out}}`;
}

/** Most objects that pass here have been written canonically before: looking is cheap. */
function sortedKeys(value: Record<string, unknown>): string[] {
  const keys = Object.keys(value);
  for (let i = 1; i < keys.length; i += 1) {
    if ((keys[i - 1] as string) > (keys[i] as string)) return keys.sort();
  }
  return keys;
}
