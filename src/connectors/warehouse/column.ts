/**
 * The words in which the warehouse's tables are declared. Table, DDL, reading of the event's data
 * and the merge's SQL all follow from the one declaration in tables.ts.
 *
 * entity table  one row an object, as its newest event tells it; keyed by the object key
 * part table    rows of one list inside the object: lines, taxes, items; replaced with it
 * path          place in the event's data: `buyer.name`; in a part table relative to the list's
 *               element, or with `^` in front relative to the whole data
 * row currency  the one currency in which a row's plain amounts are; another one is refused
 * stamp         where a row comes from: connection, source id, correlation, version, event
 * personal      class of personal data a column holds, so that erasure can find it
 * tombstone     the event type that tells the object's end and carries nothing but its id
 */
import type { PersonalClass } from "../../contracts/personal.ts";

export type ColumnKind =
  | "text"
  | "boolean"
  | "integer"
  /** Exact decimal text: quantities, unit prices, rates. */
  | "decimal"
  /** Amount of `{"amount","currency"}` in the row currency. */
  | "amount"
  /** Amount with a currency of its own, kept in `<name>_currency` beside it. */
  | "money"
  /** ISO 4217 code. */
  | "currency"
  | "date"
  | "instant"
  | "json";

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly path: string;
  readonly required: boolean;
  readonly personal: PersonalClass | undefined;
}

interface ColumnOptions {
  readonly personal?: PersonalClass;
}

/** A column that may be empty; the path is the name in camel case when it is not said. */
function optional(kind: ColumnKind) {
  return (name: string, path?: string, options: ColumnOptions = {}): Column => ({
    name,
    kind,
    path: path ?? camelCase(name),
    required: false,
    personal: options.personal,
  });
}

/** `issue_date` → `issueDate`, the way in which contracts write names. */
function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export const text = optional("text");
export const flag = optional("boolean");
export const integer = optional("integer");
export const decimal = optional("decimal");
export const amount = optional("amount");
export const money = optional("money");
export const currency = optional("currency");
export const date = optional("date");
export const instant = optional("instant");
export const json = optional("json");

/** The same column, never empty. */
export function required(column: Column): Column {
  return { ...column, required: true };
}

export interface PartTable {
  readonly name: string;
  /** Path of the list whose elements are the rows. */
  readonly list: string;
  /** Path of the row currency, as in columns. */
  readonly currency?: string;
  readonly columns: readonly Column[];
}

export interface EntityTable {
  readonly name: string;
  /** As contracts and object keys write it: `credit-memo`. */
  readonly entity: string;
  readonly currency?: string;
  readonly columns: readonly Column[];
  readonly parts: readonly PartTable[];
  /** Columns by which the object is summed, dated and named for people. */
  readonly headline: { readonly amount?: string; readonly date?: string; readonly number?: string };
  readonly tombstone?: string;
}
