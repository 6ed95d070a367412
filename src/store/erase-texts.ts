/**
 * Takes texts out of JSON and leaves its shape: what is read by its fields afterwards is still
 * found. A text that holds one of the terms gives way whole; an id or a hash holds nobody's name,
 * whatever its digits spell.
 */
import type { Json } from "../kernel/strict-json.ts";

export const ERASED = "erased with its party";

const OURS = /^([a-z]{3}_)?[0-9a-f-]{32,64}$/;

/** `terms`: lower case. */
export function eraseTexts(value: Json, terms: readonly string[]): Json {
  if (typeof value === "string") {
    const text = value.toLowerCase();
    return !OURS.test(value) && terms.some((term) => text.includes(term)) ? ERASED : value;
  }
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((one) => eraseTexts(one as Json, terms));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, eraseTexts(inner as Json, terms)]),
  );
}

/** Whether texts were taken out of it. */
export function isErasedIn(value: Json): boolean {
  if (value === ERASED) return true;
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some((inner) => isErasedIn(inner as Json));
}
