/**
 * A request body against the spec of its record type.
 *
 * patch      what the body asks to set: fields (null unsets), lines per sublist
 * validation what to do with names and values that do not fit: `Error` refuses, `Warning` and
 *            `Ignore` drop them without a word. Names default to Warning, values to Error [doc].
 */
import { isBusinessDate } from "../../kernel/clock.ts";
import { decimalOfNumber } from "./amounts.ts";
import type { FieldSpec, RecordSpec, SublistSpec } from "./record-specs.ts";
import { invalidContent, invalidParameter, Refusal } from "./refusal.ts";
import type { FieldValue, RecordGroup } from "./types.ts";

export type Strictness = "Error" | "Ignore" | "Warning";

export interface Validation {
  readonly names: Strictness;
  readonly values: Strictness;
}

export type LinePatch = Readonly<Record<string, FieldValue | null>>;

export interface Patch {
  /** Undefined: not in the body; null: to be unset. */
  readonly externalId: string | null | undefined;
  readonly fields: Readonly<Record<string, FieldValue | null>>;
  readonly sublists: Readonly<Record<string, readonly LinePatch[]>>;
}

export interface BodyReader {
  readonly validation: Validation;
  /** Custom fields of the account, lower case. */
  readonly customFields: ReadonlySet<string>;
  /** Finds an internal id by external id, for references. */
  readonly internalId: (group: RecordGroup, externalId: string) => string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads a header of the validation family; an unknown word is refused. */
export function strictness(header: unknown, name: string, fallback: Strictness): Strictness {
  if (header === undefined || header === "") return fallback;
  const word = ["Error", "Ignore", "Warning"].find(
    (one) => one.toLowerCase() === String(header).toLowerCase(),
  );
  if (word === undefined) {
    throw invalidParameter(`Invalid value of the header ${name}. Use Error, Warning or Ignore.`);
  }
  return word as Strictness;
}

/** External ids [doc]: letters, digits, underscore, hyphen. `|` would be a separator. */
export function checkExternalId(text: string): string {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(text)) {
    throw new Refusal(400, "INVALID_KEY_OR_REF", `Invalid external ID: ${text}.`, "externalId");
  }
  return text;
}

/** Turns a JSON body into a patch. Throws a Refusal where the validation says Error. */
export function readBody(spec: RecordSpec, json: unknown, reader: BodyReader): Patch {
  if (!isObject(json)) throw invalidContent("The request body must be a JSON object.");
  let externalId: string | null | undefined;
  const fields: Record<string, FieldValue | null> = {};
  const sublists: Record<string, readonly LinePatch[]> = {};
  for (const [name, value] of Object.entries(json)) {
    const key = name.toLowerCase();
    const field = spec.fields.get(key) ?? customField(key, reader, bodyPrefixes(spec));
    const sub = spec.sublists.get(key);
    if (key === "externalid")
      externalId = value === null ? null : checkExternalId(text(value, name));
    else if (field !== undefined) setField(fields, field, value, name, reader);
    else if (sub !== undefined) sublists[sub.name] = readLines(sub, value, reader);
    else if (!spec.computed.has(key)) unknownName(name, reader);
  }
  return { externalId, fields, sublists };
}

function bodyPrefixes(spec: RecordSpec): string {
  if (spec.group === "transaction") return "custbody";
  return spec.group === "item" ? "custitem" : "custentity";
}

function customField(key: string, reader: BodyReader, prefix: string): FieldSpec | undefined {
  if (!key.startsWith(prefix) || !reader.customFields.has(key)) return undefined;
  return { name: key, kind: "text" };
}

function unknownName(path: string, reader: BodyReader): void {
  if (reader.validation.names !== "Error") return;
  // Code [doc], text [mem].
  throw invalidContent(`Invalid property name '${path}'. Provide a valid property name.`, path);
}

function readLines(sub: SublistSpec, value: unknown, reader: BodyReader): LinePatch[] {
  const items = isObject(value) ? value["items"] : value;
  if (value === null) return [];
  if (!Array.isArray(items)) {
    throw invalidContent(`Invalid value for the sublist '${sub.name}'.`, sub.name);
  }
  return items.map((item: unknown, index) => {
    const path = `${sub.name}.items[${index}]`;
    if (!isObject(item)) throw invalidContent("Invalid sublist line.", path);
    const line: Record<string, FieldValue | null> = {};
    for (const [name, part] of Object.entries(item)) {
      const key = name.toLowerCase();
      const field = sub.fields.get(key) ?? customField(key, reader, "custcol");
      if (field !== undefined) setField(line, field, part, `${path}.${name}`, reader);
      else if (!["links", "refname"].includes(key)) unknownName(`${path}.${name}`, reader);
    }
    return line;
  });
}

function setField(
  into: Record<string, FieldValue | null>,
  field: FieldSpec,
  value: unknown,
  path: string,
  reader: BodyReader,
): void {
  if (value === null) {
    into[field.name] = null;
    return;
  }
  const read = readValue(field, value, reader);
  if (read !== undefined) into[field.name] = read;
  else if (reader.validation.values === "Error") {
    // [obs] text
    throw invalidContent(
      `Invalid value for the resource or sub-resource field '${field.name}'. ` +
        "Provide a valid value.",
      path,
    );
  }
}

/** Undefined when the value does not fit the field. */
function readValue(field: FieldSpec, value: unknown, reader: BodyReader): FieldValue | undefined {
  switch (field.kind) {
    case "text":
      return textOrId(value);
    case "amount":
    case "decimal":
      return readDecimal(value);
    case "boolean":
      return readBoolean(value);
    case "date":
      return typeof value === "string" && isBusinessDate(value) ? value : undefined;
    case "enum":
      return field.values?.find((one) => one === idOf(value));
    case "anyref":
      return idOf(value);
    case "ref":
      return field.group === undefined ? undefined : readRef(field.group, value, reader);
    case "refs":
      return readRefs(field, value, reader);
    case "opaque":
      return { opaque: value };
  }
}

function textOrId(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  return idOf(value);
}

/** Numbers are JSON numbers; a numeric text is taken too [mem]. */
function readDecimal(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return decimalOfNumber(value);
  if (typeof value === "string" && /^-?\d{1,15}(\.\d{1,10})?$/.test(value)) return value;
  return undefined;
}

function readBoolean(value: unknown): boolean | undefined {
  const plain = isObject(value) ? value["id"] : value;
  if (plain === true || plain === "T" || plain === "true") return true;
  if (plain === false || plain === "F" || plain === "false") return false;
  return undefined;
}

/** `{"id": "5"}`, `{"id": 5}`, and the bare id, which live accounts take too [obs]. */
function idOf(value: unknown): string | undefined {
  const id = isObject(value) ? value["id"] : value;
  if (typeof id === "number" && Number.isInteger(id)) return String(id);
  return typeof id === "string" && id !== "" ? id : undefined;
}

/**
 * A reference. With both ids the internal one wins and the external one is ignored [doc, SOAP].
 * `{"refName": …}` alone does not identify a record. An external id nobody has is an invalid field
 * value later: it is kept as the text that was sent.
 */
function readRef(group: RecordGroup, value: unknown, reader: BodyReader): string | undefined {
  const id = idOf(value);
  if (id !== undefined) return id;
  if (!isObject(value) || typeof value["externalId"] !== "string") return undefined;
  return reader.internalId(group, value["externalId"]) ?? value["externalId"];
}

function readRefs(field: FieldSpec, value: unknown, reader: BodyReader): string[] | undefined {
  const items = isObject(value) ? value["items"] : value;
  if (!Array.isArray(items) || field.group === undefined) return undefined;
  const group = field.group;
  const ids = items.map((item: unknown) => readRef(group, item, reader));
  return ids.every((id) => id !== undefined) ? ids : undefined;
}

function text(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  throw invalidContent(`Invalid value for the field '${path}'.`, path);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
