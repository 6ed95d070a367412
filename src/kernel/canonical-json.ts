/**
 * One text per value: keys sorted by code unit, no spaces, numbers in their shortest form (the
 * order and number format of RFC 8785). Two values are the same fact exactly when these texts are
 * the same, so hashes are taken over them.
 */
import { kernelErrors } from "./errors.ts";

/** Throws E_CANONICAL_VALUE for what JSON cannot carry: undefined, bigint, NaN, functions. */
export function canonicalJson(value: unknown): string {
  return write(value, "$");
}

function write(value: unknown, path: string): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") {
    return JSON.stringify(value);
  }
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    let out = "[";
    for (let i = 0; i < value.length; i += 1) {
      out += (i === 0 ? "" : ",") + write(value[i], path);
    }
    return `${out}]`;
  }
  if (typeof value === "object") return writeObject(value as Record<string, unknown>, path);
  throw kernelErrors.E_CANONICAL_VALUE({ type: typeof value, path });
}

/** A key whose value is undefined is absent, as in JSON.stringify. */
function writeObject(value: Record<string, unknown>, path: string): string {
  let out = "";
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    out += `${out === "" ? "" : ","}${JSON.stringify(key)}:${write(member, `${path}.${key}`)}`;
  }
  return `{${out}}`;
}
