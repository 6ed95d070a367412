/**
 * Reads the declared columns of one row from an event's data. What PostgreSQL's input functions
 * would take and silently change ("today" as a date, "EURO" as three letters, "1e5", "NaN") is
 * refused here; what they refuse by themselves (30 February) is left to them.
 */
import type { Json } from "../../kernel/strict-json.ts";
import type { Column, ColumnKind } from "./column.ts";
import { warehouseErrors } from "./errors.ts";
import type { Cell } from "./text-array.ts";

interface Reader {
  readonly column: Column;
  readonly steps: readonly string[];
  readonly fromDocument: boolean;
}

export interface RowReader {
  readonly readers: readonly Reader[];
  readonly currency: Pick<Reader, "steps" | "fromDocument"> | undefined;
}

/** Compiles a table's columns; `currency` is the path of its row currency. */
export function rowReader(columns: readonly Column[], currency: string | undefined): RowReader {
  return {
    readers: columns.map((column) => ({ column, ...parsePath(column.path) })),
    currency: currency === undefined ? undefined : parsePath(currency),
  };
}

function parsePath(path: string): { steps: string[]; fromDocument: boolean } {
  const fromDocument = path.startsWith("^");
  return { steps: (fromDocument ? path.slice(1) : path).split("."), fromDocument };
}

/**
 * Appends a row's cells, in the order of the physical columns. Throws E_WAREHOUSE_EVENT_SHAPE.
 * `row`: the element of the list, or the document itself; `type`: of the event, for the error.
 */
export function readCells(
  reader: RowReader,
  row: Json,
  document: Json,
  type: string,
  cells: Cell[],
): void {
  const place = reader.currency;
  const found = place && valueAt(place.fromDocument ? document : row, place.steps);
  const rowCurrency = typeof found === "string" ? found : undefined;
  for (const { column, steps, fromDocument } of reader.readers) {
    const value = valueAt(fromDocument ? document : row, steps);
    if (value !== undefined && value !== null) appendCell(column, value, rowCurrency, type, cells);
    else if (column.required) throw wrong(column, type, "missing");
    else {
      cells.push(null);
      if (column.kind === "money") cells.push(null);
    }
  }
}

/** The value at a path; undefined where something on the way is no object. */
export function valueAt(from: Json | undefined, steps: readonly string[]): Json | undefined {
  let value = from;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

const NUMBER = /^-?\d{1,30}(\.\d{1,30})?$/;
const CURRENCY = /^[A-Z]{3}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/;

const PATTERNS: Readonly<Partial<Record<ColumnKind, RegExp>>> = {
  decimal: NUMBER,
  currency: CURRENCY,
  date: DATE,
  instant: INSTANT,
};

function appendCell(
  column: Column,
  value: Json,
  rowCurrency: string | undefined,
  type: string,
  cells: Cell[],
): void {
  switch (column.kind) {
    case "json":
      cells.push(JSON.stringify(value));
      return;
    case "boolean":
      if (typeof value !== "boolean") throw wrong(column, type, "no boolean");
      cells.push(value ? "t" : "f");
      return;
    case "integer":
      if (!Number.isInteger(value)) throw wrong(column, type, "no whole number");
      cells.push(String(value));
      return;
    case "amount":
    case "money":
      appendMoney(column, value, rowCurrency, type, cells);
      return;
    default: {
      if (typeof value !== "string") throw wrong(column, type, "no text");
      const pattern = PATTERNS[column.kind];
      if (pattern !== undefined && !pattern.test(value)) {
        throw wrong(column, type, `no ${column.kind}: ${value.slice(0, 40)}`);
      }
      cells.push(value);
    }
  }
}

function appendMoney(
  column: Column,
  value: Json,
  rowCurrency: string | undefined,
  type: string,
  cells: Cell[],
): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(column, type, "no money");
  }
  const { amount, currency } = value;
  if (typeof amount !== "string" || !NUMBER.test(amount)) throw wrong(column, type, "no amount");
  if (typeof currency !== "string" || !CURRENCY.test(currency)) {
    throw wrong(column, type, "without a currency");
  }
  cells.push(amount);
  if (column.kind === "money") cells.push(currency);
  else if (currency !== rowCurrency) {
    throw wrong(column, type, `in ${currency}, its document in ${rowCurrency ?? "none"}`);
  }
}

function wrong(column: Column, type: string, problem: string): Error {
  return warehouseErrors.E_WAREHOUSE_EVENT_SHAPE({ path: column.path, type, problem });
}
