/** Values as people read them: money with its currency, times with their zone, durations. */
import { epochMs } from "../kernel/clock.ts";
import type { MoneyWire } from "../kernel/money.ts";
import { formatMoney, parseMoney } from "../kernel/money.ts";

export function moneyText(value: MoneyWire | undefined): string {
  return value === undefined ? "" : formatMoney(parseMoney(value));
}

/** One amount after the other: amounts of different currencies are never added. */
export function moneyListText(values: readonly MoneyWire[]): string {
  return values.map(moneyText).join(" + ");
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  formatters.set(zone, made);
  return made;
}

export interface TimeParts {
  readonly date: string;
  readonly time: string;
  readonly zone: string;
}

export function timeParts(at: string, zone: string): TimeParts {
  const parts = formatterOf(zone).formatToParts(epochMs(at));
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
  return {
    date: `${part("year")}-${part("month")}-${part("day")}`,
    time: `${part("hour")}:${part("minute")}:${part("second")}`,
    zone: part("timeZoneName"),
  };
}

/** `2026-01-31 10:00:00 UTC`, or nothing for nothing. */
export function timeText(at: string | undefined, zone: string): string {
  if (at === undefined) return "";
  const { date, time, zone: name } = timeParts(at, zone);
  return `${date} ${time} ${name}`;
}

/** `3 h 12 min`: the two largest units, rounded down. */
export function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const units: [string, number][] = [
    ["d", Math.floor(seconds / 86_400)],
    ["h", Math.floor(seconds / 3600) % 24],
    ["min", Math.floor(seconds / 60) % 60],
    ["s", seconds % 60],
  ];
  const first = units.findIndex(([, count]) => count > 0);
  if (first < 0) return `${Math.max(0, Math.round(ms))} ms`;
  return units
    .slice(first, first + 2)
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${unit}`)
    .join(" ");
}
