/**
 * Reading what a source sent, field by field: a field is there with the type we expect, or the
 * reading stops and names the place. (Answers of targets are read by `answers.ts`, where a missing
 * field is an outcome and not an error.)
 *
 * at     the path of the object read from, for the message: `data.object.lines.data.3`
 * null   counts as absent for the optional readers; sources use both
 */
import type { Json } from "../../kernel/strict-json.ts";

export type JsonObject = { readonly [key: string]: Json };

/** A field that we cannot read. The connector turns it into a dead letter of its own code. */
export class UnreadableField extends Error {
  readonly path: string;
  readonly expected: string;
  readonly found: string;

  constructor(path: string, expected: string, found: Json | undefined) {
    const shown = describe(found);
    super(`${path}: expected ${expected}, found ${shown}`);
    this.name = "UnreadableField";
    this.path = path;
    this.expected = expected;
    this.found = shown;
  }
}

/** The kind of a value, never the value itself: a dead letter's reason may be read by anyone. */
function describe(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number" && !Number.isSafeInteger(value)) return "a number not whole";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function place(at: string, key: string): string {
  return at === "" ? key : `${at}.${key}`;
}

export function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

export function asObject(value: Json | undefined, at: string): JsonObject {
  if (isObject(value)) return value;
  throw new UnreadableField(at, "an object", value);
}

export function readObject(from: JsonObject, key: string, at: string): JsonObject {
  return asObject(from[key], place(at, key));
}

export function optionalObject(from: JsonObject, key: string, at: string): JsonObject | undefined {
  const value = from[key];
  return value === undefined || value === null ? undefined : asObject(value, place(at, key));
}

export function readText(from: JsonObject, key: string, at: string): string {
  const value = from[key];
  if (typeof value === "string") return value;
  throw new UnreadableField(place(at, key), "a text", value);
}

export function optionalText(from: JsonObject, key: string, at: string): string | undefined {
  const value = from[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw new UnreadableField(place(at, key), "a text or null", value);
}

/** A whole number that a double carries exactly. */
export function readInteger(from: JsonObject, key: string, at: string): number {
  const value = from[key];
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new UnreadableField(place(at, key), "a whole number", value);
}

export function optionalInteger(from: JsonObject, key: string, at: string): number | undefined {
  const value = from[key];
  return value === undefined || value === null ? undefined : readInteger(from, key, at);
}

export function readBoolean(from: JsonObject, key: string, at: string): boolean {
  const value = from[key];
  if (typeof value === "boolean") return value;
  throw new UnreadableField(place(at, key), "true or false", value);
}

export function optionalBoolean(from: JsonObject, key: string, at: string): boolean | undefined {
  const value = from[key];
  return value === undefined || value === null ? undefined : readBoolean(from, key, at);
}

export function readList(from: JsonObject, key: string, at: string): readonly Json[] {
  const value = from[key];
  if (Array.isArray(value)) return value;
  throw new UnreadableField(place(at, key), "a list", value);
}

/** An absent list is an empty one. */
export function optionalList(from: JsonObject, key: string, at: string): readonly Json[] {
  const value = from[key];
  return value === undefined || value === null ? [] : readList(from, key, at);
}

/** Texts by key, as vendors keep notes on their objects; other values are refused. */
export function readTexts(from: JsonObject, key: string, at: string): Record<string, string> {
  const value = optionalObject(from, key, at);
  const texts: Record<string, string> = {};
  if (value === undefined) return texts;
  for (const name of Object.keys(value)) texts[name] = readText(value, name, place(at, key));
  return texts;
}
