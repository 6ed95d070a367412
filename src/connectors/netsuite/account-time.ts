/**
 * SuiteQL tells and takes times as local texts without a zone. When summer time ends an hour comes
 * twice: its texts are read as the first of the two, and a search that begins near it begins an
 * hour earlier, so that the second pass, whose texts are smaller again, is not left out.
 */
import { instant, isBusinessDate } from "../../kernel/clock.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const formats = new Map<string, Intl.DateTimeFormat>();

/** `YYYY-MM-DD HH:MM:SS` of an instant in a zone. */
export function localText(ms: number, zone: string): string {
  let format = formats.get(zone);
  if (format === undefined) {
    // Sweden writes dates as ISO does.
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      dateStyle: "short",
      timeStyle: "medium",
    });
    formats.set(zone, format);
  }
  return format.format(ms);
}

/** Undefined for a text that is no such time. A time that a zone skips is read an hour later. */
export function readLocal(text: string, zone: string): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/.exec(text);
  if (match?.[1] === undefined || !isBusinessDate(match[1])) return undefined;
  const asUtc = Date.parse(`${match[1]}T${match[2]}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  // The offset is that of the day before or of the day after; the earlier instant counts.
  const offsets = [asUtc - DAY_MS, asUtc + DAY_MS].map((near) => offsetAt(near, zone));
  const candidates = offsets.map((offset) => asUtc - offset).sort((a, b) => a - b);
  const exact = candidates.find((ms) => localText(ms, zone) === text);
  return instant(exact ?? candidates[0] ?? asUtc);
}

/** The local text that no later instant's text is smaller than. */
export function localSince(ms: number, zone: string): string {
  const text = localText(ms, zone);
  return localText(ms + HOUR_MS, zone) <= text ? localText(ms - HOUR_MS, zone) : text;
}

function offsetAt(ms: number, zone: string): number {
  const whole = Math.floor(ms / 1000) * 1000;
  return Date.parse(`${localText(whole, zone).replace(" ", "T")}Z`) - whole;
}
