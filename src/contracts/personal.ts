/**
 * Which fields of an event may name a person, and the way to part them from the rest.
 *
 * personal    a field that says, or may say, who somebody is; ciphered, and gone after erasure
 * clear       a free text that names nobody, with the reason why
 * class       what kind of personal data it is
 * path        place in the data: `buyer.name`, `lines[].description`
 * blank       what stands in the place of a personal field: data with blanks still keeps its
 *             contract, so amounts, numbers and references are read without any key
 *
 * Identifiers of the source (`cus_…`) are pseudonyms and stay: documents hang together by them, and
 * whom they mean is known only to the source.
 */
import { z } from "zod";
import type { Json } from "../kernel/strict-json.ts";
import {
  businessDate,
  countryCode,
  currencyCode,
  decimalText,
  instantText,
  moneyValue,
  sourceId,
  timeZone,
} from "./values.ts";

export const personalClasses = [
  "name",
  "email",
  "phone",
  "address",
  "tax-id",
  "free-text",
] as const;

export type PersonalClass = (typeof personalClasses)[number];

/** Every path inside a shape; a list is gone through by `[]`. */
export type PathOf<T> = T extends readonly (infer Item)[]
  ? `[]${Behind<Item>}`
  : T extends object
    ? { [K in keyof T & string]: K | `${K}${Behind<NonNullable<T[K]>>}` }[keyof T & string]
    : never;

type Behind<T> = T extends readonly unknown[]
  ? PathOf<T>
  : T extends object
    ? `.${PathOf<T>}`
    : never;

export type Personal = Readonly<Record<string, PersonalClass>>;
/** Path to the reason why the text there names nobody. */
export type Clear = Readonly<Record<string, string>>;

/** One step into data, or the whole way: `["lines", 0, "description"]`. */
type Place = readonly (string | number)[];
/** A value that was taken out, and where it belongs. */
export type TakenOut = readonly [Place, Json];

export interface Parted {
  /** Keeps the contract; holds no personal field. */
  readonly clear: Json;
  /** Empty when nothing personal was there. */
  readonly personal: readonly TakenOut[];
}

type Blank = "absent" | "" | "list" | "record";
interface Step {
  readonly name: string;
  readonly list: boolean;
  readonly blank: Blank | undefined;
  readonly inner: readonly Step[];
}

/** How to part the data of one contract; made once. Throws where a path leads to no field. */
export type Parter = (data: Json) => Parted;

export function makeParter(schema: z.ZodType, personal: Personal): Parter {
  const steps = stepsOf(schema, Object.keys(personal));
  return (data) => {
    if (steps.length === 0) return { clear: data, personal: [] };
    const taken: TakenOut[] = [];
    return { clear: part(data, steps, [], taken), personal: taken };
  };
}

function stepsOf(schema: z.ZodType, paths: readonly string[]): Step[] {
  const byName = new Map<string, string[]>();
  for (const path of paths) {
    const [, name = "", rest = ""] = /^(\w+)(?:\[\])?\.?(.*)$/.exec(path) ?? [];
    byName.set(name, [...(byName.get(name) ?? []), rest]);
  }
  return [...byName].map(([name, rests]) => {
    const field = shapeOf(schema)[name];
    if (field === undefined) throw new Error(`personal path ${paths.join(", ")}: no field ${name}`);
    const inner = unwrapped(field);
    const list = inner instanceof z.ZodArray;
    if (rests.includes("")) return { name, list, blank: blankOf(field), inner: [] };
    const below = list ? (inner.element as z.ZodType) : inner;
    return { name, list, blank: undefined, inner: stepsOf(below, rests) };
  });
}

function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  const inner = unwrapped(schema);
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : {};
}

function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
}

function blankOf(field: z.ZodType): Blank {
  if (field instanceof z.ZodOptional) return "absent";
  if (field instanceof z.ZodString) return "";
  if (field instanceof z.ZodArray) return "list";
  if (field instanceof z.ZodRecord) return "record";
  throw new Error("a personal field must be optional, a text, a list or a record");
}

type Fields = { [name: string]: Json };

/** Copies what it changes and nothing else. */
function part(value: Json, steps: readonly Step[], at: Place, taken: TakenOut[]): Json {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const fields: Fields = { ...(value as Fields) };
  for (const step of steps) {
    const found = fields[step.name];
    if (found === undefined) continue;
    const place = [...at, step.name];
    if (step.blank === undefined) {
      fields[step.name] =
        step.list && Array.isArray(found)
          ? found.map((item, index) => part(item as Json, step.inner, [...place, index], taken))
          : part(found, step.inner, place, taken);
    } else if (!isEmpty(found)) {
      taken.push([place, found]);
      blankOut(fields, step.name, step.blank);
    }
  }
  return fields;
}

function blankOut(fields: Fields, name: string, blank: Blank): void {
  if (blank === "absent") delete fields[name];
  else if (blank === "") fields[name] = "";
  else fields[name] = blank === "list" ? [] : {};
}

/** Nothing to hide: such data needs no key. */
function isEmpty(value: Json): boolean {
  if (value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/**
 * Puts the personal fields back where they were, into `clear` itself: it was read from its text for
 * this, and a copy of it costs as much as the reading. Places that are not there any more are left
 * out.
 */
export function joinPersonal(clear: Json, personal: readonly TakenOut[]): Json {
  for (const [place, value] of personal) put(clear, place, value);
  return clear;
}

function put(whole: Json, place: Place, value: Json): void {
  const last = place.at(-1);
  let at: unknown = whole;
  for (const step of place.slice(0, -1)) {
    if (at === null || typeof at !== "object" || !Object.hasOwn(at, step)) return;
    at = (at as Record<string | number, unknown>)[step];
  }
  if (at === null || typeof at !== "object" || last === undefined || last === "__proto__") return;
  (at as Record<string | number, unknown>)[last] = value;
}

/** What a field says by its own form: it can hold no name, or is a pseudonym of the source. */
const structured = new Set<unknown>([
  businessDate,
  countryCode,
  currencyCode,
  decimalText,
  instantText,
  moneyValue,
  sourceId,
  timeZone,
]);

/** The paths of all texts that may say anything; each must be told personal or clear. */
export function freeTexts(schema: z.ZodType, at = ""): string[] {
  const inner = unwrapped(schema);
  if (structured.has(inner)) return [];
  if (inner instanceof z.ZodObject) {
    return Object.entries(shapeOf(inner)).flatMap(([name, field]) =>
      freeTexts(field, at === "" ? name : `${at}.${name}`),
    );
  }
  if (inner instanceof z.ZodArray) return freeTexts(inner.element as z.ZodType, `${at}[]`);
  const saysNothing =
    inner instanceof z.ZodEnum || inner instanceof z.ZodBoolean || inner instanceof z.ZodNumber;
  return saysNothing ? [] : [at];
}

/** True when the path is told by itself, or lies inside one that is. */
export function isToldBy(told: Readonly<Record<string, unknown>>, path: string): boolean {
  return Object.keys(told).some(
    (one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[]`),
  );
}
