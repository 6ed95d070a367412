/** The input of an operation from the parts of a request; the operation itself checks it. */
import { z } from "zod";
import { parseStrictJson } from "../../kernel/strict-json.ts";
import { httpErrors } from "../errors.ts";

interface Property {
  readonly type?: string;
}

export interface InputSchema {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}

export function inputSchemaOf(input: z.ZodType): InputSchema {
  return z.toJSONSchema(input, { io: "input", unrepresentable: "any" }) as InputSchema;
}

/** A query is text: what the schema calls a boolean or a list becomes one. */
export function inputOfQuery(
  schema: InputSchema,
  query: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) input[name] = readValue(schema.properties?.[name]?.type, value);
  }
  return input;
}

function readValue(type: string | undefined, value: string | string[]): unknown {
  if (type === "array") return Array.isArray(value) ? value : [value];
  if (type === "boolean" && (value === "true" || value === "false")) return value === "true";
  return value;
}

/** No input of ours is nested deeper. */
const LIMITS = { maxDepth: 20 };

/** Throws E_JSON_* and E_HTTP_BODY. An empty body is an empty input. */
export function inputOfBody(body: unknown): Record<string, unknown> {
  if (!Buffer.isBuffer(body) || body.length === 0) return {};
  const value = parseStrictJson(textOf(body), LIMITS);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value
    : ({ body: value } as Record<string, unknown>);
}

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch (cause) {
    throw httpErrors.E_HTTP_BODY({ problems: "it is not UTF-8" }, cause);
  }
}
