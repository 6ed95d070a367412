/** Values as Tryton's JSON writes them. */
import { z } from "zod";

const decimalSchema = z.object({ __class__: z.literal("Decimal"), decimal: z.string() });
const dateSchema = z.object({
  __class__: z.literal("date"),
  year: z.number(),
  month: z.number(),
  day: z.number(),
});
const momentSchema = dateSchema.extend({
  __class__: z.literal("datetime"),
  hour: z.number(),
  minute: z.number(),
  second: z.number(),
  microsecond: z.number(),
});

/** `2026-01-31` as Tryton's date. */
export function trytonDate(day: string): unknown {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return { __class__: "date", year, month, day: date };
}

/** A decimal text as Tryton's Decimal. */
export function trytonDecimal(text: string): unknown {
  return { __class__: "Decimal", decimal: text };
}

/** The text of a Decimal; `0` for null, which computed amounts are while nothing moved them. */
export function decimalOf(value: unknown): string {
  if (value === null || value === undefined) return "0";
  const text = decimalSchema.parse(value).decimal;
  // Python writes small zeros as 0E-8.
  return /^-?0(E[+-]?\d+)?$/i.test(text) ? "0" : text;
}

/** `2026-01-31`; null stays null. */
export function dayOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const { year, month, day } = dateSchema.parse(value);
  return `${year}-${two(month)}-${two(day)}`;
}

/** An instant in UTC with milliseconds; null stays null. The server runs with TZ=UTC. */
export function momentOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const at = momentSchema.parse(value);
  const time = [at.hour, at.minute, at.second].map(two).join(":");
  const milliseconds = String(Math.floor(at.microsecond / 1000)).padStart(3, "0");
  return `${at.year}-${two(at.month)}-${two(at.day)}T${time}.${milliseconds}Z`;
}

function two(count: number): string {
  return String(count).padStart(2, "0");
}
