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
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (typeof value === "object") return writeObject(value as Record<string, unknown>);
  throw kernelErrors.E_CANONICAL_VALUE({ type: typeof value });
}

/** A key whose value is undefined is absent, as in JSON.stringify. */
function writeObject(value: Record<string, unknown>): string {
  let out = "";
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    out += `${out === "" ? "" : ","}${quoted(key)}:${write(member)}`;
  }
  return `{${out}}`;
}
