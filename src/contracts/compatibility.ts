/**
 * May a reader of the old version be shown nothing, and every stored document of it still be
 * read by the new one? A new version without an upcast may only grow: new fields are optional, old
 * fields stay, keep their type, become no stricter. Anything else needs an upcast.
 */
import type { Json } from "../kernel/strict-json.ts";

export interface Incompatibility {
  readonly path: string;
  readonly reason: string;
}

type Schema = { readonly [key: string]: Json };

/** What of the old version the new one would refuse. Both are published JSON Schemas. */
export function findIncompatibilities(before: Json, after: Json): Incompatibility[] {
  return compare(asSchema(before), asSchema(after), "");
}

function compare(before: Schema, after: Schema, path: string): Incompatibility[] {
  return [
    ...compareTypes(before, after, path),
    ...compareEnums(before, after, path),
    ...compareBounds(before, after, path),
    ...compareProperties(before, after, path),
    ...compareInner(before, after, path),
  ];
}

function compareTypes(before: Schema, after: Schema, path: string): Incompatibility[] {
  const old = before["type"];
  const now = after["type"];
  if (now === undefined || old === now) return [];
  return [{ path, reason: `was ${String(old)}, is ${String(now)}` }];
}

function compareEnums(before: Schema, after: Schema, path: string): Incompatibility[] {
  const now = after["enum"] ?? (after["const"] === undefined ? undefined : [after["const"]]);
  if (!Array.isArray(now)) return [];
  const old = before["enum"] ?? (before["const"] === undefined ? undefined : [before["const"]]);
  if (!Array.isArray(old)) return [{ path, reason: "was free, is a list of values" }];
  return old
    .filter((value) => !now.includes(value))
    .map((value) => ({ path, reason: `no longer accepts ${JSON.stringify(value)}` }));
}

const LOWER = ["minLength", "minimum", "exclusiveMinimum", "minItems"];
const UPPER = ["maxLength", "maximum", "maxItems"];

function compareBounds(before: Schema, after: Schema, path: string): Incompatibility[] {
  const found: Incompatibility[] = [];
  for (const bound of [...LOWER, ...UPPER]) {
    const now = after[bound];
    const old = before[bound];
    if (typeof now !== "number") continue;
    const stricter = typeof old !== "number" || (LOWER.includes(bound) ? now > old : now < old);
    if (stricter) found.push({ path, reason: `${bound} ${String(now)} is stricter` });
  }
  if (after["pattern"] !== undefined && after["pattern"] !== before["pattern"]) {
    found.push({ path, reason: "has another pattern" });
  }
  return found;
}

function compareProperties(before: Schema, after: Schema, path: string): Incompatibility[] {
  const old = asSchema(before["properties"]);
  const now = asSchema(after["properties"]);
  const closed = after["additionalProperties"] === false;
  const found: Incompatibility[] = [];
  for (const name of Object.keys(old)) {
    const place = join(path, name);
    if (now[name] === undefined) {
      if (closed) found.push({ path: place, reason: "was removed" });
      continue;
    }
    found.push(...compare(asSchema(old[name]), asSchema(now[name]), place));
  }
  const oldRequired = asList(before["required"]);
  for (const name of asList(after["required"])) {
    if (oldRequired.includes(name)) continue;
    const reason = old[String(name)] === undefined ? "is new and required" : "became required";
    found.push({ path: join(path, String(name)), reason });
  }
  return found;
}

function compareInner(before: Schema, after: Schema, path: string): Incompatibility[] {
  const found: Incompatibility[] = [];
  if (isSchema(before["items"]) && isSchema(after["items"])) {
    found.push(...compare(before["items"], after["items"], join(path, "[]")));
  }
  const values = "additionalProperties";
  if (isSchema(before[values]) && isSchema(after[values])) {
    found.push(...compare(before[values], after[values], join(path, "*")));
  }
  return found;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function isSchema(value: Json | undefined): value is { [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function asSchema(value: Json | undefined): Schema {
  return isSchema(value) ? value : {};
}

function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
