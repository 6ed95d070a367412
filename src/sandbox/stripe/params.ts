/**
 * Parameters: one zod schema per operation reads both the typed values of the programmatic world
 * and the texts of a form, and its issues become Stripe's own parameter errors.
 */
import { z } from "zod";
import type { TieoutError } from "../../kernel/errors.ts";
import { refusal } from "./errors.ts";

export const text = z.string().max(5000);
export const int = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number),
]);
export const positiveInt = int.refine((n) => n >= 0, "must be greater than or equal to 0");
export const flag = z.union([
  z.boolean(),
  z.enum(["true", "false"]).transform((t) => t === "true"),
]);
/** An exact decimal as text; a number is accepted only where it is an integer. */
export const decimal = z.union([
  z.string().regex(/^-?\d{1,15}(\.\d{1,12})?$/),
  z.int().transform(String),
]);
export const currency = z
  .string()
  .transform((code) => code.toLowerCase())
  .refine((code) => /^[a-z]{3}$/.test(code), "must be a three-letter ISO code");
/** `""` unsets; keys with `""` are removed by `mergeMetadata`. */
export const metadata = z.union([z.record(z.string().max(40), z.string().max(500)), z.literal("")]);
export const expand = z.array(z.string()).optional();
export const address = z.strictObject({
  city: text.optional(),
  country: text.optional(),
  line1: text.optional(),
  line2: text.optional(),
  postal_code: text.optional(),
  state: text.optional(),
});
export const range = z.union([
  int,
  z.strictObject({
    gt: int.optional(),
    gte: int.optional(),
    lt: int.optional(),
    lte: int.optional(),
  }),
]);

/** Old metadata with the changes asked for, by Stripe's rules of unsetting. */
export function mergeMetadata(
  old: Readonly<Record<string, string>>,
  change: z.output<typeof metadata> | undefined,
): Record<string, string> {
  if (change === undefined) return { ...old };
  if (change === "") return {};
  const merged = { ...old, ...change };
  for (const [key, value] of Object.entries(change)) if (value === "") delete merged[key];
  return merged;
}

/** Runs the schema; the first issue becomes the refusal, which no idempotency key remembers. */
export function readParams<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw issue === undefined ? paramRefusal("Invalid request", undefined) : refusalFor(issue, input);
}

function refusalFor(issue: z.core.$ZodIssue, input: unknown): TieoutError {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const param = bracketed([...path, issue.keys[0] ?? ""]);
    return paramRefusal(`Received unknown parameter: ${param}`, param, "parameter_unknown");
  }
  const param = bracketed(path);
  const given = path.reduce<unknown>(
    (at, key) => (at as Record<string, unknown> | undefined)?.[key],
    input,
  );
  if (given === undefined) {
    return paramRefusal(`Missing required param: ${param}.`, param, "parameter_missing");
  }
  if (given === "") {
    const why = `You passed an empty string for '${param}', which cannot be unset.`;
    return paramRefusal(why, param, "parameter_invalid_empty");
  }
  if (issue.code === "invalid_union" && typeof given === "string") {
    return paramRefusal(`Invalid value for ${param}: ${given}`, param, "parameter_invalid_integer");
  }
  return paramRefusal(`Invalid ${param}: ${issue.message}`, param);
}

function paramRefusal(message: string, param: string | undefined, code?: string): TieoutError {
  return refusal({
    status: 400,
    type: "invalid_request_error",
    message,
    remembered: false,
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
  });
}

/** a, b, 0 → `a[b][0]` */
function bracketed(path: readonly string[]): string {
  const [first = "", ...rest] = path;
  return first + rest.map((key) => `[${key}]`).join("");
}
