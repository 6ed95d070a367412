/**
 * How values read to a person. Amounts stay texts from end to end: digits are grouped, never
 * calculated, so no cent can be lost on the way to the screen.
 */
import type { Money } from "../api/types.ts";

/** `-14280.00` as `−14,280.00`; digits after the point stay as the ledger gave them. */
export function groupDigits(amount: string): string {
  const [, sign = "", whole = "", rest = ""] = /^(-?)(\d+)(\.\d+)?$/.exec(amount) ?? [];
  if (whole === "") return amount;
  return `${sign === "-" ? "−" : ""}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}${rest}`;
}

export function moneyText({ amount, currency }: Money): string {
  return `${currency} ${groupDigits(amount)}`;
}

/** Sums per currency stand side by side; they are never added up. */
export function moneyListText(list: readonly Money[]): string {
  return list.map(moneyText).join(" · ");
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${groupDigits(String(count))} ${count === 1 ? one : many}`;
}

const STEPS: readonly (readonly [number, string])[] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
];

/** `5 h 13 min`, `1 min 40 s`, `0.4 s`; two units at most. */
export function spanText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / 1000);
  const at = STEPS.findIndex(([size]) => seconds >= size);
  const [size, unit] = STEPS[at] ?? [1, "s"];
  const [below, small] = STEPS[at + 1] ?? [1, "s"];
  const left = at < 0 ? 0 : Math.floor((seconds % size) / below);
  return left === 0
    ? `${Math.floor(seconds / size)} ${unit}`
    : `${Math.floor(seconds / size)} ${unit} ${left} ${small}`;
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const zoned = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });

/** The zone in which every time on the screen is read, as of now. */
export const zone = zoned.formatToParts().find((one) => one.type === "timeZoneName")?.value ?? "";

export function dayText(ms: number): string {
  return day.format(ms);
}

export function clockText(ms: number): string {
  return clock.format(ms);
}

export function timeText(at: string): string {
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) return at;
  return at.length === 10 ? day.format(ms) : `${day.format(ms)}, ${clock.format(ms)}`;
}

/** `invoice.payment-failed` as `invoice payment failed`. */
export function plainWords(text: string): string {
  return text.replace(/[._-]+/g, " ");
}

/** `invoice in_1Q…` of `stripe-us/invoice/in_1Q…`. */
export function objectName(object: string): string {
  const [, entity, ...id] = object.split("/");
  return entity === undefined || id.length === 0 ? object : `${plainWords(entity)} ${id.join("/")}`;
}

/** The middle of a long id gives way; whoever needs it whole finds it in the title. */
export function shortId(id: string, keep = 22): string {
  if (id.length <= keep) return id;
  return `${id.slice(0, keep - 7)}…${id.slice(-5)}`;
}

/** States of a system in a story may carry their reason: `skipped: zero-document`. */
export function stateTitle(state: string): string | undefined {
  return state.startsWith("skipped") ? `not sent: ${plainWords(state.slice(9))}` : undefined;
}
