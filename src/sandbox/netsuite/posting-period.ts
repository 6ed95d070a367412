/**
 * Which accounting period a transaction posts in.
 *
 * closed      nothing posts in it · arLocked: no receivables documents · allLocked: as closed
 * first-open  the preference "Default Posting Period When Transaction Date in Closed Period": the
 *             account moves the posting by itself and says nothing; the date stays as sent
 */
import type { Books } from "./books.ts";
import { periodClosed } from "./refusal.ts";
import type { RecordType, StoredRecord } from "./types.ts";

export interface PeriodQuestion {
  readonly type: RecordType;
  readonly tranDate: string;
  /** Period id from the body, if it had one. */
  readonly wanted: string | undefined;
}

/** Returns the id of the period. Throws the closed-period refusal. */
export function choosePeriod(books: Books, question: PeriodQuestion): string {
  const { type, tranDate, wanted } = question;
  const periods = [...books.all("period")];
  const natural = periods.find((one) => contains(one, tranDate));
  const chosen = wanted === undefined ? natural : books.get("period", wanted);
  if (chosen !== undefined && isOpen(chosen, type)) {
    // Preference "Allow Transaction Date Outside of the Posting Period: Disallow" gives the text.
    if (!contains(chosen, tranDate)) throw periodClosed();
    return chosen.id;
  }
  if (wanted === undefined && books.settings.closedPeriod === "first-open") {
    const open = periods.filter((one) => isOpen(one, type));
    const first = open.sort((a, b) => (start(a) < start(b) ? -1 : 1))[0];
    if (first !== undefined) return first.id;
  }
  throw periodClosed();
}

/** Throws the closed-period refusal when the record stands in a period that is shut. */
export function refuseIfShut(books: Books, record: StoredRecord): void {
  if (record.facts === null) return;
  const period = books.get("period", record.facts.period);
  if (period === undefined || !isOpen(period, record.type)) throw periodClosed();
}

function isOpen(period: StoredRecord, type: RecordType): boolean {
  if (period.body["closed"] === true || period.body["allLocked"] === true) return false;
  return type === "journalEntry" || period.body["arLocked"] !== true;
}

function contains(period: StoredRecord, date: string): boolean {
  return start(period) <= date && date <= String(period.body["endDate"]);
}

function start(period: StoredRecord): string {
  return String(period.body["startDate"]);
}
