/**
 * Expressions of a query, compiled once against its tables to functions of a row.
 *
 * typed      an expression with its type; comparisons look at types first, so that no text is ever
 *            compared with a number by accident
 * tuple      one row of every joined table, in order
 */
import Big from "big.js";
import { isBusinessDate } from "../../kernel/clock.ts";
import { invalidQuery } from "./refusal.ts";
import type { Expr } from "./suiteql-parser.ts";
import type { Cell, ColumnType, Row, Table } from "./suiteql-tables.ts";

export type Tuple = readonly Row[];

export interface Typed {
  readonly type: ColumnType;
  readonly get: (tuple: Tuple) => Cell;
  /** Set when it is a literal. */
  readonly literal?: string;
}

export interface Scope {
  readonly tables: readonly { readonly alias: string; readonly table: Table }[];
  /** For messages about dates, as NetSuite words them. */
  readonly timeZone: string;
}

const DATE = "YYYY-MM-DD";
const DATE_TIME = "YYYY-MM-DD HH24:MI:SS";

/** Compiles an expression that is not an aggregate. Throws the invalid-query refusal. */
export function compile(expr: Expr, scope: Scope): Typed {
  switch (expr.kind) {
    case "text":
    case "number":
      return { type: expr.kind, literal: expr.value, get: () => expr.value };
    case "column":
      return column(expr.table, expr.name, scope);
    case "star":
      throw invalidQuery("Invalid use of '*'.");
    case "call":
      return call(expr.name, expr.args, scope);
  }
}

function column(alias: string | null, name: string, scope: Scope): Typed {
  const found = scope.tables
    .map((one, index) => ({ ...one, index }))
    .filter((one) => alias === null || one.alias === alias)
    .filter((one) => name in one.table.columns);
  const [only] = found;
  // [obs] wording
  if (only === undefined) throw invalidQuery(`Unknown identifier '${name}'.`);
  if (found.length > 1) throw invalidQuery(`Ambiguous identifier '${name}'.`);
  const { index } = only;
  return { type: only.table.columns[name] ?? "text", get: (tuple) => tuple[index]?.(name) ?? null };
}

function call(name: string, args: readonly Expr[], scope: Scope): Typed {
  const [first, second] = args;
  if (first === undefined) throw invalidQuery(`Function ${name} needs an argument.`);
  if (name === "upper" || name === "lower") {
    const of = compile(first, scope);
    const change = (text: string) => (name === "upper" ? text.toUpperCase() : text.toLowerCase());
    if (args.length !== 1 || of.type !== "text") throw invalidQuery(`${name} takes one text.`);
    return { type: "text", get: (tuple) => mapCell(of.get(tuple), change) };
  }
  if (name === "to_char") return toChar(compile(first, scope), second);
  if (name === "to_date") return toDate(first, second);
  throw invalidQuery(`The aggregate ${name} is not allowed here.`);
}

function toChar(of: Typed, format: Expr | undefined): Typed {
  const wanted = format?.kind === "text" ? format.value.toUpperCase() : "";
  if (of.type !== "date" && of.type !== "datetime") throw invalidQuery("TO_CHAR takes a date.");
  if (wanted === DATE)
    return { type: "text", get: (t) => mapCell(of.get(t), (d) => d.slice(0, 10)) };
  if (wanted === DATE_TIME) return { type: "text", get: (t) => mapCell(of.get(t), full) };
  if (wanted === "YYYY-MM")
    return { type: "text", get: (t) => mapCell(of.get(t), (d) => d.slice(0, 7)) };
  throw invalidQuery(`Unsupported format of TO_CHAR: ${wanted}.`);
}

function toDate(text: Expr, format: Expr | undefined): Typed {
  if (text.kind !== "text" || format?.kind !== "text") {
    throw invalidQuery("TO_DATE takes a text and a format.");
  }
  const wanted = format.value.toUpperCase();
  const { value } = text;
  const timed = /^\d{4}-\d{2}-\d{2} ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(value);
  const fits = wanted === DATE ? value.length === 10 : wanted === DATE_TIME && timed;
  if (!fits || !isBusinessDate(value.slice(0, 10))) {
    throw invalidQuery(`TO_DATE: '${value}' does not fit '${format.value}'.`);
  }
  return { type: wanted === DATE ? "date" : "datetime", get: () => value };
}

/** A date with its midnight, so that dates and instants compare as texts. */
function full(date: string): string {
  return date.length === 10 ? `${date} 00:00:00` : date;
}

function mapCell(value: Cell, change: (text: string) => string): Cell {
  return value === null ? null : change(value);
}

/** -1, 0, 1 of two values, or null when one is null. */
export type Comparison = (tuple: Tuple) => number | null;

/** Compares two expressions of fitting types; a bare text beside a date must be in M/D/YYYY. */
export function comparison(left: Typed, right: Typed, scope: Scope): Comparison {
  const [a, b] = reconciled(left, right, scope);
  const order = a.type === "number" ? compareNumbers : compareTexts;
  const dates = isDate(a);
  return (tuple) => {
    const x = a.get(tuple);
    const y = b.get(tuple);
    if (x === null || y === null) return null;
    return dates ? compareTexts(full(x), full(y)) : order(x, y);
  };
}

function reconciled(left: Typed, right: Typed, scope: Scope): readonly [Typed, Typed] {
  if (isDate(left) && isDate(right)) return [left, right];
  if (left.type === right.type) return [left, right];
  if (isDate(left) && right.literal !== undefined) return [left, accountDate(right, scope)];
  if (isDate(right) && left.literal !== undefined) return [accountDate(left, scope), right];
  if (left.type === "number" && right.literal !== undefined) return [left, asNumber(right)];
  if (right.type === "number" && left.literal !== undefined) return [asNumber(left), right];
  if (left.type === "text" && right.literal !== undefined)
    return [left, { ...right, type: "text" }];
  throw invalidQuery("A comparison of two different types is not supported.");
}

function isDate(of: Typed): boolean {
  return of.type === "date" || of.type === "datetime";
}

/** Ids may be quoted. */
function asNumber(of: Typed): Typed {
  if (!/^-?\d+(\.\d+)?$/.test(of.literal ?? "")) {
    throw invalidQuery(`'${of.literal}' is not a number.`);
  }
  return { ...of, type: "number" };
}

/** A text beside a date is read in the account's own format, and an ISO date fails [obs]. */
function accountDate(of: Typed, scope: Scope): Typed {
  const found = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(of.literal ?? "");
  const [, month = "", day = "", year = ""] = found ?? [];
  const iso = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  if (found === null || !isBusinessDate(iso)) {
    throw invalidQuery(
      `Parse of date/time "${of.literal}" failed with date format "M/d/yy" ` +
        `in time zone ${scope.timeZone}`,
    );
  }
  return { type: "date", get: () => iso };
}

export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Doubles keep 15 digits apart and in order; longer numbers are compared exactly. */
export function compareNumbers(a: string, b: string): number {
  if (a === b) return 0;
  if (a.length > 15 || b.length > 15) return new Big(a).cmp(b);
  return Math.sign(Number(a) - Number(b));
}
