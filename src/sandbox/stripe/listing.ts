/**
 * Cursor lists, newest first. A cursor is an id, so items that appear between two pages move
 * nothing: they come before the first page, and a reader going down never sees them.
 */
import { z } from "zod";
import { invalid, missing } from "./errors.ts";
import { expand, int, range, readParams } from "./params.ts";

export interface Ordered<T> {
  /** Oldest first; removed ones are undefined. */
  readonly length: number;
  at(index: number): T | undefined;
  /** The place of an id, or undefined. */
  placeOf(id: string): number | undefined;
}

export interface Page<T> {
  readonly data: T[];
  readonly has_more: boolean;
}

export const pageFields = {
  limit: int.optional(),
  starting_after: z.string().optional(),
  ending_before: z.string().optional(),
  expand,
};

type PageParams = {
  readonly limit?: number | undefined;
  readonly starting_after?: string | undefined;
  readonly ending_before?: string | undefined;
};

/** One page of what is accepted. Refuses a limit outside 1–100 and a cursor that is not there. */
export function pageOf<T>(
  all: Ordered<T>,
  accepts: (item: T) => boolean,
  params: PageParams,
  noun: string,
): Page<T> {
  const limit = params.limit ?? 10;
  if (limit < 1 || limit > 100) {
    throw invalid(
      "Invalid integer: limit must be between 1 and 100.",
      "parameter_invalid_integer",
      "limit",
    );
  }
  const backward = params.ending_before !== undefined;
  const cursor = params.ending_before ?? params.starting_after;
  let at = backward ? 0 : all.length - 1;
  if (cursor !== undefined) {
    const place = all.placeOf(cursor);
    const param = backward ? "ending_before" : "starting_after";
    if (place === undefined) throw missing(noun, cursor, param);
    at = backward ? place + 1 : place - 1;
  }
  const data: T[] = [];
  let more = false;
  for (; at >= 0 && at < all.length; at += backward ? 1 : -1) {
    const item = all.at(at);
    if (item === undefined || !accepts(item)) continue;
    if (data.length === limit) {
      more = true;
      break;
    }
    data.push(item);
  }
  return { data: backward ? data.reverse() : data, has_more: more };
}

/** An array that is newest first, as a nested list shows it (lines keep their own order). */
export function orderedFrom<T extends { readonly id: string }>(shown: readonly T[]): Ordered<T> {
  const last = shown.length - 1;
  return {
    length: shown.length,
    at: (index) => shown[last - index],
    placeOf(id) {
      const index = shown.findIndex((one) => one.id === id);
      return index === -1 ? undefined : last - index;
    },
  };
}

export type NamedValues = Readonly<Record<string, string>>;

/** How a list parameter chooses: by a value, or by a range of a number. */
export type Filter<T> =
  | { readonly kind: "value"; readonly accepts: (item: T, value: string) => boolean }
  | { readonly kind: "values"; readonly accepts: (item: T, values: readonly string[]) => boolean }
  | { readonly kind: "fields"; readonly accepts: (item: T, fields: NamedValues) => boolean }
  | { readonly kind: "range"; readonly of: (item: T) => number | null };

export const by = <T>(of: (item: T) => string | boolean | null): Filter<T> => ({
  kind: "value",
  accepts: (item, value) => String(of(item)) === value,
});
export const within = <T>(of: (item: T) => number | null): Filter<T> => ({ kind: "range", of });

const SCHEMAS = {
  value: z.string(),
  values: z.array(z.string()),
  fields: z.record(z.string(), z.string()),
  range,
};

/** Reads the query of a list with these filters. */
export function readListQuery<T>(
  filters: Readonly<Record<string, Filter<T>>>,
  query: unknown,
): { page: PageParams; accepts: (item: T) => boolean } {
  const fields: Record<string, z.ZodType> = { ...pageFields };
  for (const [name, filter] of Object.entries(filters)) {
    fields[name] = SCHEMAS[filter.kind].optional();
  }
  const params = readParams(z.strictObject(fields), query) as Record<string, unknown>;
  const tests: ((item: T) => boolean)[] = [];
  for (const [name, filter] of Object.entries(filters)) {
    const value = params[name];
    if (value === undefined) continue;
    if (filter.kind === "range") tests.push(inRange(filter.of, value as z.output<typeof range>));
    else if (filter.kind === "fields")
      tests.push((item) => filter.accepts(item, value as NamedValues));
    else if (filter.kind === "values")
      tests.push((item) => filter.accepts(item, value as string[]));
    else tests.push((item) => filter.accepts(item, value as string));
  }
  return { page: params as PageParams, accepts: (item) => tests.every((test) => test(item)) };
}

function inRange<T>(of: (item: T) => number | null, value: z.output<typeof range>) {
  return (item: T): boolean => {
    const number = of(item);
    if (number === null) return false;
    if (typeof value === "number") return number === value;
    const { gt, gte, lt, lte } = value;
    return (
      (gt === undefined || number > gt) &&
      (gte === undefined || number >= gte) &&
      (lt === undefined || number < lt) &&
      (lte === undefined || number <= lte)
    );
  };
}
