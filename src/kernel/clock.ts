/**
 * Time, passed in.
 *
 * instant        a point in time, RFC 3339 in UTC with milliseconds
 * business date  a calendar day of a legal entity, `YYYY-MM-DD`, derived in its IANA zone
 * monotonic      milliseconds that never step back; the only clock for time-outs and `send_by`
 */
import { kernelErrors } from "./errors.ts";

export interface Clock {
  /** Wall clock, milliseconds since 1970 in UTC. Business facts only; may step. */
  now(): number;
  /** Milliseconds from an arbitrary start; never steps back, goes on while a process is stopped. */
  monotonic(): number;
}

export type Instant = string;
export type BusinessDate = string;

/** Formats epoch milliseconds as an instant. Throws E_TIME_MALFORMED outside the years 0–9999. */
export function instant(ms: number): Instant {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime()) || ms > 253_402_300_799_999 || ms < -62_167_219_200_000) {
    throw kernelErrors.E_TIME_MALFORMED({ text: String(ms) });
  }
  return date.toISOString();
}

/** Formats epoch seconds, the form most vendors use. */
export function instantFromSeconds(seconds: number): Instant {
  return instant(seconds * 1000);
}

const DAY = "\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])";
const TIME = "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?";
const INSTANT = new RegExp(`^${DAY}T${TIME}(Z|[+-]\\d{2}:\\d{2})$`);

/**
 * Reads an instant. A text without a zone, a leap second (:60) and days that do not exist
 * (30 February) are refused: guessing any of them moves money between days.
 */
export function epochMs(text: Instant): number {
  const ms =
    INSTANT.test(text) && isBusinessDate(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw kernelErrors.E_TIME_MALFORMED({ text });
  return ms;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** True for a day that exists in the Gregorian calendar. */
export function isBusinessDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const [year, month, day] = [+text.slice(0, 4), +text.slice(5, 7), +text.slice(8)];
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** The calendar day of an instant in an IANA zone. Throws E_TIME_MALFORMED for an unknown zone. */
export function dateInZone(ms: number, zone: string): BusinessDate {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    try {
      formatter = new Intl.DateTimeFormat("en-CA", {
        timeZone: zone,
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
      });
    } catch (cause) {
      throw kernelErrors.E_TIME_MALFORMED({ text: zone }, cause);
    }
    formatters.set(zone, formatter);
  }
  return formatter.format(ms);
}
