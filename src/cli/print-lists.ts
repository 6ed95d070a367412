/** Lists and findings as tables for people. */
import { epochMs } from "../kernel/clock.ts";
import type { DoctorCheck } from "../operations/doctor.ts";
import type { ShownEvent } from "../operations/event-shape.ts";
import type { ShownHandoff } from "../operations/handoff-shape.ts";
import type { ShownConnections } from "../operations/list-connections.ts";
import type { ShownCause } from "../operations/list-exceptions.ts";
import type { RetryResult } from "../operations/retry-exception.ts";
import type { TrialBalanceResult } from "../operations/trial-balance.ts";
import type { InvariantResult, VerifyResult } from "../operations/verify-invariants.ts";
import type { Paint } from "./paint.ts";
import { clean, wrap } from "./paint.ts";
import { printTable } from "./print-table.ts";
import { durationText, moneyListText, moneyText, timeText } from "./print-values.ts";

export interface ListStyle {
  readonly paint: Paint;
  readonly zone: string;
  readonly width: number;
  readonly nowMs: number;
}

export function printEvents(events: readonly ShownEvent[], { zone }: ListStyle): string {
  if (events.length === 0) return "No events.\n";
  return printTable(events, [
    { title: "occurred", value: (one) => timeText(one.occurredAt, zone) },
    { title: "type", value: (one) => one.type },
    { title: "subject", value: (one) => one.subject },
    { title: "amount", right: true, value: (one) => moneyText(one.amount) },
    { title: "origin", value: (one) => one.origin },
    { title: "id", value: (one) => one.id },
  ]);
}

export function printTrialBalance({ entries, accounts }: TrialBalanceResult): string {
  if (entries === 0) return "Nothing has posted.\n";
  const table = printTable(accounts, [
    { title: "entity", value: (one) => one.entity },
    { title: "account", value: (one) => one.account },
    { title: "balance", right: true, value: (one) => moneyText(one.balance) },
  ]);
  return `${table}${entries} entries. Debit minus credit.\n`;
}

export function printHandoffs(handoffs: readonly ShownHandoff[], { paint }: ListStyle): string {
  if (handoffs.length === 0) return "No handoffs.\n";
  return printTable(handoffs, [
    { title: "id", value: (one) => one.id },
    { title: "target", value: (one) => one.target },
    { title: "operation", value: (one) => one.operation },
    { title: "object", value: (one) => one.object },
    { title: "amount", right: true, value: (one) => moneyText(one.amount) },
    {
      title: "state",
      value: (one) => one.state,
      paint: (cell, one) => (one.state === "excepted" ? paint.bad(cell) : cell),
    },
    { title: "tries", right: true, value: (one) => String(one.attempts) },
    { title: "why", value: (one) => one.wait?.text ?? one.reason ?? "" },
  ]);
}

export function printCauses(causes: readonly ShownCause[], { paint, nowMs }: ListStyle): string {
  if (causes.length === 0) return "No open exceptions.\n";
  return printTable(causes, [
    {
      title: "cases",
      right: true,
      value: (one) => String(one.cases),
      paint: (cell) => paint.bad(cell),
    },
    { title: "money", right: true, value: (one) => moneyListText(one.money) },
    { title: "oldest", right: true, value: (one) => age(one.oldestAt, nowMs) },
    { title: "waiting behind", right: true, value: (one) => String(one.dependantsWaiting) },
    { title: "owner", value: (one) => one.ownerRole },
    { title: "code", value: (one) => one.code },
    { title: "cause", value: (one) => one.cause },
    { title: "example", value: (one) => one.example },
  ]);
}

function age(at: string, nowMs: number): string {
  return durationText(nowMs - epochMs(at));
}

export function printRetry(result: RetryResult, { paint }: ListStyle): string {
  const head = result.done
    ? `Retried ${result.retried}${ofMoney(result)}; ${result.left} left as they are.`
    : `Plan: retry ${result.retried}${ofMoney(result)}; leave ${result.left}; ${result.dependantsWaiting} wait behind.`;
  const table = printTable(result.steps, [
    { title: "exception", value: (one) => one.id },
    { title: "act", value: (one) => one.act },
    { title: "amount", right: true, value: (one) => moneyText(one.amount) },
    { title: "why", value: (one) => one.why ?? "" },
  ]);
  const next =
    result.done || result.retried === 0 ? "" : "Nothing was changed. Add --yes to do it.\n";
  return `${paint.strong(head)}\n${table}${next}`;
}

function ofMoney(result: RetryResult): string {
  return result.money.length === 0 ? "" : ` (${moneyListText(result.money)})`;
}

interface StreamLine {
  readonly connection: string;
  readonly system: string;
  readonly stream: string;
  readonly freshness: string;
  readonly sweptAt: string | undefined;
}

export function printConnections(shown: ShownConnections, style: ListStyle): string {
  const { paint, zone } = style;
  const sending = shown.sending.allowed
    ? "Sending is allowed."
    : paint.bad(`Sending is SWITCHED OFF: ${clean(shown.sending.reason ?? "no reason given")}`);
  const streams = shown.sources.flatMap(({ connection, system, streams: known }): StreamLine[] =>
    known.length === 0
      ? [{ connection, system, stream: "", freshness: "webhooks only", sweptAt: undefined }]
      : known.map(({ stream, freshness, sweptAt }) => {
          return { connection, system, stream, freshness, sweptAt };
        }),
  );
  const sources = printTable(streams, [
    { title: "source", value: (one) => one.connection },
    { title: "system", value: (one) => one.system },
    { title: "stream", value: (one) => one.stream },
    {
      title: "freshness",
      value: (one) => one.freshness,
      paint: (cell, one) => (one.freshness === "stale" ? paint.warn(cell) : cell),
    },
    { title: "last swept", value: (one) => timeText(one.sweptAt, zone) },
  ]);
  const targets = printTable(shown.targets, [
    { title: "target", value: (one) => one.connection },
    { title: "system", value: (one) => one.system },
    { title: "account", value: (one) => one.account },
    {
      title: "open",
      value: (one) => one.queues.map((q) => `${q.handoffs} ${q.state}`).join(", ") || "nothing",
    },
  ]);
  const budgets = printTable(shown.budgets, [
    { title: "budget", value: (one) => one.name },
    { title: "seats", right: true, value: (one) => String(one.concurrency) },
    { title: "held", right: true, value: (one) => String(one.seatsHeld) },
    { title: "calling", right: true, value: (one) => String(one.seatsCalling) },
    { title: "per second", right: true, value: (one) => one.ratePerSecond ?? "" },
    {
      title: "pause",
      value: (one) =>
        one.paused ? `until ${timeText(one.pausedUntil, zone)} ${one.pauseCode ?? ""}` : "",
    },
  ]);
  const hubs = printTable(shown.hubs, [
    { title: "hub", value: (one) => one.name },
    { title: "version", value: (one) => one.version },
    { title: "state", value: (one) => (one.alive ? "alive" : "silent") },
    { title: "last seen", value: (one) => timeText(one.seenAt, zone) },
  ]);
  const noHub = shown.hubs.length === 0 ? "No hub has announced itself.\n" : hubs;
  return [`${sending}\n`, sources, targets, budgets, noHub].join("\n");
}

export function printDoctor(checks: readonly DoctorCheck[], { paint }: ListStyle): string {
  const tint = { ok: paint.good, warning: paint.warn, failed: paint.bad, "not checked": paint.dim };
  return printTable(checks, [
    { title: "check", value: (one) => one.name },
    { title: "status", value: (one) => one.status, paint: (cell, one) => tint[one.status](cell) },
    { title: "detail", value: (one) => one.detail },
    { title: "what to do", value: (one) => one.remedy ?? "" },
  ]);
}

export function printVerify(result: VerifyResult, style: ListStyle): string {
  const { paint, width } = style;
  const tint = {
    held: paint.good,
    violated: paint.bad,
    "not checked": paint.warn,
    "not applicable yet": paint.dim,
  };
  const checked = result.results.filter((one) => one.state !== "not applicable yet");
  const table = printTable(checked, [
    { title: "invariant", value: (one) => one.name },
    { title: "state", value: (one) => one.state, paint: (cell, one) => tint[one.state](cell) },
    { title: "ms", right: true, value: (one) => String(one.ms) },
    { title: "looked at, or why not", value: (one) => one.why ?? lookedText(one) },
  ]);
  const later = result.results.filter((one) => one.state === "not applicable yet");
  const absent =
    later.length === 0
      ? []
      : ["", ...wrap(`Not applicable yet: ${later.map((one) => one.name).join(", ")}.`, width)];
  const violations = result.results.flatMap((one) => violationLines(one, paint, width));
  const figures = result.results.flatMap((one) => one.figures.map((line) => `  ${clean(line)}`));
  const sums = figures.length === 0 ? [] : ["", paint.strong("Sums"), ...figures];
  const totals = `${result.held} held, ${result.violated} violated, ${result.notChecked} not checked, ${result.notApplicableYet} not applicable yet.`;
  return `${[table.trimEnd(), ...violations, ...sums, ...absent, "", totals].join("\n")}\n`;
}

function lookedText(one: InvariantResult): string {
  return Object.entries(one.looked)
    .map(([what, count]) => `${count} ${what.replaceAll("_", " ")}`)
    .join(", ");
}

/** Ten of a kind show what is wrong; the rest would push the other findings off the screen. */
const TOLD = 10;

function violationLines(one: InvariantResult, paint: Paint, width: number): string[] {
  if (one.violationCount === 0) return [];
  const head = paint.bad(`VIOLATED ${one.name}: ${one.violationCount} (${one.holdsWhen})`);
  const told = one.violations.slice(0, TOLD);
  const lines = told.flatMap((violation) =>
    wrap(
      clean(`${violation.what}: ${violation.detail} [${violation.ids.join(", ")}]`),
      width - 4,
    ).map((line, at) => (at === 0 ? `  ◆ ${line}` : `    ${line}`)),
  );
  const more = one.violationCount - told.length;
  return [
    "",
    head,
    ...lines,
    ...(more > 0 ? [`    and ${more} more; --json lists the first 50`] : []),
  ];
}
