/**
 * Tryton's JSON: decimals and dates as objects with a class, links as bare numbers, what belongs
 * to a link under its name with a dot (`"party.": {"active": 1}`), booleans as 0 and 1 on SQLite.
 */
import { instant } from "../../kernel/clock.ts";
import type { Decimal } from "../../kernel/decimal.ts";
import { addDecimal, multiplyDecimal, parseDecimal } from "../../kernel/decimal.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/answers.ts";
import { textAt, valueAt } from "../kit/answers.ts";

export type Values = { [key: string]: Json };

export function wireDecimal(text: string): Values {
  return { __class__: "Decimal", decimal: text };
}

/** A business date `YYYY-MM-DD`. */
export function wireDate(day: string): Values {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return { __class__: "date", year, month, day: date };
}

/** An instant, epoch milliseconds, as Tryton's timestamp: in UTC, without a zone. */
export function wireMoment(ms: number): Values {
  const [year, month, day, hour, minute, second, milli] = instant(ms)
    .split(/[-T:.Z]/)
    .map(Number);
  const date = { year: year ?? 0, month: month ?? 0, day: day ?? 0 };
  const time = { hour: hour ?? 0, minute: minute ?? 0, second: second ?? 0 };
  return { __class__: "datetime", ...date, ...time, microsecond: (milli ?? 0) * 1000 };
}

/** `x2many` command: make these. */
export function creating(...values: readonly Values[]): Json {
  return ["create", [...values]];
}

/** A decimal in its one canonical text; undefined for anything else. */
export function decimalOf(record: JsonObject, field: string): Decimal | undefined {
  const value = valueAt(record, field);
  if (textAt(value, "__class__") !== "Decimal") return undefined;
  const text = textAt(value, "decimal") ?? "";
  // Python writes a zero with many decimals as `0E-8`.
  if (/^-?0+(\.0+)?E[+-]?\d+$/.test(text)) return parseDecimal("0");
  return /^-?\d+(\.\d+)?$/.test(text) ? parseDecimal(text) : undefined;
}

/** A date as `YYYY-MM-DD`; undefined for anything else. */
export function dateOf(record: JsonObject, field: string): string | undefined {
  const value = valueAt(record, field);
  if (textAt(value, "__class__") !== "date") return undefined;
  return dayText(value);
}

/** A moment as RFC 3339 text in UTC: Tryton keeps timestamps without a zone, in UTC. */
export function momentOf(record: JsonObject, field: string): string | undefined {
  const value = valueAt(record, field);
  if (textAt(value, "__class__") !== "datetime") return undefined;
  const at = (name: string): string => two(valueAt(value, name));
  const micro = String(valueAt(value, "microsecond") ?? 0).padStart(6, "0");
  return `${dayText(value)}T${at("hour")}:${at("minute")}:${at("second")}.${micro.slice(0, 3)}Z`;
}

function dayText(value: Json | undefined): string {
  return `${String(valueAt(value, "year"))}-${two(valueAt(value, "month"))}-${two(valueAt(value, "day"))}`;
}

function two(value: Json | undefined): string {
  return String(value).padStart(2, "0");
}

/** A record's number, or the number a link holds; undefined when it is empty. */
export function idOf(record: JsonObject, field: string): number | undefined {
  const value = valueAt(record, field);
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
}

/** A list of record numbers; undefined when the field is none. */
export function idsOf(record: JsonObject, field: string): readonly number[] | undefined {
  const value = valueAt(record, field);
  return Array.isArray(value) && value.every((one) => typeof one === "number") ? value : undefined;
}

export function flagOf(record: JsonObject, field: string): boolean {
  const value = valueAt(record, field);
  return value === true || value === 1;
}

/** What a line of a move books: debit above zero, credit below. */
export function signed(line: JsonObject): Decimal {
  const zero = parseDecimal("0");
  const credit = decimalOf(line, "credit") ?? zero;
  return addDecimal(decimalOf(line, "debit") ?? zero, multiplyDecimal(credit, parseDecimal("-1")));
}
