/**
 * Tryton watched: its documents by their time of change, by day, and one by one.
 *
 * Quirks: `write_date` is when the transaction began, which shows once it is committed; a record
 * that was deleted leaves nothing; a posted document cannot be changed, only cancelled, and a
 * cancelled invoice may be drafted again where its move was never posted.
 */
import { epochMs } from "../../kernel/clock.ts";
import type { Json } from "../../kernel/strict-json.ts";
import { unconfirmed } from "../kit/guards.ts";
import type { DayRange, DocumentTotal, Meant, ObservedDocument } from "../kit/observe.ts";
import type { Observer, PreparedCall, ProbeResult } from "../kit/target.ts";
import type { ReaderOf, Where } from "./documents.ts";
import { listDocuments, onDay } from "./documents.ts";
import { comparePlan } from "./probe.ts";
import type { TrytonSettings } from "./settings.ts";
import { planOf } from "./stored-plan.ts";
import { wireDate, wireMoment } from "./wire.ts";

/** The longest posting: half a minute is far beyond what was seen. */
const LAG_MS = unconfirmed(30_000);

/** Undefined where the settings do not ask for it. */
export function trytonObserver(readerOf: ReaderOf, settings: TrytonSettings): Observer | undefined {
  const { observe, credentials } = settings;
  if (observe === undefined) return undefined;
  const list = (where: Where) => listDocuments(readerOf, settings, where);
  return {
    documents: {
      "invoice.post": "invoice",
      "invoice.void": "credit-note",
      "credit-memo.post": "credit-note",
      "payment.post": "move",
      "payment.apply": "move",
      "refund.post": "move",
      "journal.post": "move",
    },
    owns: observe.owns,
    ourUser: credentials.user,
    lagMs: observe.lagMs ?? LAG_MS,
    changedSince: (since, overlapMs) => list(changedFrom(epochMs(since) - overlapMs)),
    totalsPerDay: (range) => totalsPerDay(list(within(range))),
    documentsOf: (day) => list(onDay(day)),
    read: (type, externalIds) => list(named(type, externalIds)),
    meant: (_operation, sent) => meantBy(sent),
    compare: (_operation, _reference, sent) => compareWhole(readerOf, sent),
  };
}

function both(clauses: readonly Json[]): Where {
  return { invoices: clauses, moves: clauses };
}

/** A record that nobody has written since its creation has no time of change. */
function changedFrom(ms: number): Where {
  const from = wireMoment(ms);
  return both([["OR", ["write_date", ">=", from], ["create_date", ">=", from]]]);
}

function within({ from, to }: DayRange): Where {
  const between = (field: string): Json[] => [
    [field, ">=", wireDate(from)],
    [field, "<=", wireDate(to)],
  ];
  return {
    invoices: [...between("invoice_date"), ["state", "in", ["posted", "paid"]]],
    moves: [...between("date"), ["state", "=", "posted"]],
  };
}

const NOTHING: readonly Json[] = [["id", "<", 0]];

function named(type: string, externalIds: readonly string[]): Where {
  const ids: Json = externalIds.map(Number).filter(Number.isSafeInteger);
  const clauses: readonly Json[] = [["id", "in", ids]];
  return type === "move"
    ? { invoices: NOTHING, moves: clauses }
    : { invoices: clauses, moves: NOTHING };
}

/** Tryton groups nothing for us, so the range is read and summed here. */
async function* totalsPerDay(
  documents: AsyncIterable<ObservedDocument>,
): AsyncGenerator<DocumentTotal> {
  const sums = new Map<string, { -readonly [name in keyof DocumentTotal]: DocumentTotal[name] }>();
  for await (const { type, date: day, amount, state } of documents) {
    if (day === undefined || state !== "live") continue;
    const currency = amount?.currency;
    const key = `${day} ${type} ${currency}`;
    const total = sums.get(key) ?? { day, type, currency, count: 0, minor: 0n };
    total.count += 1;
    total.minor += amount?.minor ?? 0n;
    sums.set(key, total);
  }
  const ordered = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, total] of ordered) yield total;
}

function meantBy(sent: PreparedCall): Meant {
  const plan = planOf(sent);
  switch (plan.kind) {
    case "invoice":
      return { date: plan.date, counterparty: String(plan.party) };
    case "move": {
      const { party, date } = plan;
      return { date, ...(typeof party === "number" ? { counterparty: String(party) } : {}) };
    }
    case "customer":
    case "product":
      return {};
  }
}

async function compareWhole(readerOf: ReaderOf, sent: PreparedCall): Promise<ProbeResult> {
  const plan = planOf(sent);
  return comparePlan(readerOf(plan.company), plan);
}

/** The day totals of one day, for people and tie-outs. */
export async function trytonTotals(
  readerOf: ReaderOf,
  settings: TrytonSettings,
  day: string,
): Promise<readonly DocumentTotal[]> {
  const totals: DocumentTotal[] = [];
  const documents = listDocuments(readerOf, settings, onDay(day));
  for await (const total of totalsPerDay(documents)) totals.push(total);
  return totals;
}
