/**
 * A quick yes. The library that holds the schemas says in every detail what is wrong with data; but
 * nearly all data are right, and a yes needs no details: no copy, no list of problems, no object a
 * field. Intake checks hundreds of fields a document, and this is half the price.
 *
 * Made from the schema itself, so that there is still one shape of each thing. What this file does
 * not know how to read is asked of the library, field by field. A "no" is never final here: whoever
 * gets it asks the library, which knows why, or knows better.
 */
import type { z } from "zod";

/** True for data that the schema takes as they are. */
export type Accepts = (value: unknown) => boolean;

/** What a schema says of itself; the library's own tools read it so. */
interface Definition {
  readonly type: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly catchall?: z.ZodType;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly coerce?: boolean;
  readonly check?: string;
}

interface Check {
  readonly check?: string;
  readonly format?: string;
  readonly pattern?: RegExp;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly fn?: (value: unknown) => unknown;
}

/** Compiles a schema; once, for it takes longer than many checks. */
export function acceptsBy(schema: z.ZodType): Accepts {
  return compiled(schema) ?? ((value) => schema.safeParse(value).success);
}

/** Undefined for a schema that is to be asked itself. */
function compiled(schema: z.ZodType): Accepts | undefined {
  const def = schema.def as unknown as Definition;
  const checks = checksOf(def);
  if (checks === undefined || def.coerce === true) return undefined;
  const type = typeOf(def);
  if (type === undefined || checks.length === 0) return type;
  return (value) => type(value) && checks.every((check) => check(value));
}

function typeOf(def: Definition): Accepts | undefined {
  switch (def.type) {
    case "string":
      return (value) => typeof value === "string";
    case "boolean":
      return (value) => typeof value === "boolean";
    case "enum":
      return enumOf(Object.values(def.entries ?? {}));
    case "optional":
      return optional(acceptsBy(def.innerType as z.ZodType));
    case "array":
      return listOf(acceptsBy(def.element as z.ZodType));
    case "record":
      return recordOf(acceptsBy(def.keyType as z.ZodType), acceptsBy(def.valueType as z.ZodType));
    case "object": {
      const strict = (def.catchall?.def as Definition | undefined)?.type === "never";
      return strict ? objectOf(def.shape ?? {}) : undefined;
    }
    default:
      return undefined;
  }
}

/** The formats whose pattern is all that the library looks at. */
const BY_PATTERN = new Set(["regex", "date", "datetime"]);

/** Undefined where one of the checks is none that we know. */
function checksOf(def: Definition): Accepts[] | undefined {
  const own = def.check === undefined ? [] : [def as Check];
  const all = [...own, ...(def.checks ?? []).map((one) => one._zod.def)];
  const known = all.map(checkOf);
  return known.every((one) => one !== undefined) ? known : undefined;
}

function checkOf({ check, format, pattern, minimum, maximum, fn }: Check): Accepts | undefined {
  if (check === "min_length" && minimum !== undefined) {
    return (value) => (value as { length: number }).length >= minimum;
  }
  if (check === "max_length" && maximum !== undefined) {
    return (value) => (value as { length: number }).length <= maximum;
  }
  if (check === "custom" && fn !== undefined) return (value) => fn(value) === true;
  const byPattern = check === "string_format" && BY_PATTERN.has(format ?? "");
  // A pattern that remembers where it stopped would say no to every second text.
  if (!byPattern || pattern === undefined || pattern.global || pattern.sticky) return undefined;
  return (value) => pattern.test(value as string);
}

function enumOf(values: readonly unknown[]): Accepts {
  const known = new Set(values);
  return (value) => known.has(value);
}

function optional(inner: Accepts): Accepts {
  return (value) => value === undefined || inner(value);
}

function listOf(item: Accepts): Accepts {
  return (value) => {
    if (!Array.isArray(value)) return false;
    for (let i = 0; i < value.length; i += 1) if (!item(value[i])) return false;
    return true;
  };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function recordOf(name: Accepts, item: Accepts): Accepts {
  return (value) => {
    if (!isPlain(value)) return false;
    for (const key of Object.keys(value)) if (!name(key) || !item(value[key])) return false;
    return true;
  };
}

/** Every key is known, and every field that must be there is. */
function objectOf(shape: Readonly<Record<string, z.ZodType>>): Accepts {
  const fields = new Map<string, { readonly accepts: Accepts; readonly must: boolean }>();
  let most = 0;
  for (const [name, schema] of Object.entries(shape)) {
    const must = schema.def.type !== "optional";
    if (must) most += 1;
    fields.set(name, { accepts: acceptsBy(schema), must });
  }
  return (value) => {
    if (!isPlain(value)) return false;
    let found = 0;
    // biome-ignore lint/suspicious/useGuardForIn: a key that was inherited is unknown: a no.
    for (const key in value) {
      const field = fields.get(key);
      if (field === undefined || !field.accepts(value[key])) return false;
      if (field.must) found += 1;
    }
    return found === most;
  };
}
