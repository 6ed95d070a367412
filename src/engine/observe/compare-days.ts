/**
 * Totals per day, the target's against our picture; documents only of the days that differ. It
 * finds what no listing of changes can show: what was deleted, and what such a listing missed.
 */
import type { DayRange, DocumentTotal } from "../../connectors/kit/observe.ts";
import { keyText, listLiveOfDay, totalPicture } from "../../store/observations.ts";
import type { Missing } from "./find-missing.ts";
import { findMissing } from "./find-missing.ts";
import { judgeDocuments } from "./judge-documents.ts";
import type { Tally, Watch } from "./observation.ts";
import { inPieces } from "./observation.ts";

/** One look reads the documents of so many days; the newest first. */
const MOST_DAYS = 40;

export async function compareDays(
  watch: Watch,
  tally: Tally,
  watchingSince: string,
  range: DayRange,
): Promise<void> {
  const differing = await differingDays(watch, tally, range);
  tally.daysLeft = Math.max(0, differing.length - MOST_DAYS);
  for (const day of differing.slice(0, MOST_DAYS)) {
    tally.daysRead.push(day);
    await readDay(watch, tally, watchingSince, day);
  }
}

/** Days whose totals differ in any type or currency, the newest first. */
async function differingDays(watch: Watch, tally: Tally, range: DayRange): Promise<string[]> {
  const { pool, target, observer } = watch;
  const theirs = new Sums();
  for await (const one of observer.totalsPerDay(range)) theirs.add(one);
  const ours = new Sums();
  for (const one of await totalPicture(pool, target.connection, range.from, range.to)) {
    ours.add({ ...one, currency: one.currency ?? undefined, minor: BigInt(one.minor) });
  }
  const groups = new Set([...theirs.groups.keys(), ...ours.groups.keys()]);
  tally.daysCompared = new Set([...groups].map(dayOf)).size;
  const differing = [...groups].filter((group) => theirs.textOf(group) !== ours.textOf(group));
  return [...new Set(differing.map(dayOf))].sort().reverse();
}

/** Counts and sums by day, type and currency; what is told in parts is added up. */
class Sums {
  readonly groups = new Map<string, { count: number; minor: bigint }>();

  add({ day, type, currency, count, minor }: DocumentTotal): void {
    const group = `${day} ${type} ${currency ?? ""}`;
    const sum = this.groups.get(group) ?? { count: 0, minor: 0n };
    this.groups.set(group, { count: sum.count + count, minor: sum.minor + minor });
  }

  textOf(group: string): string {
    const sum = this.groups.get(group);
    return sum === undefined ? "" : `${sum.count} ${sum.minor}`;
  }
}

function dayOf(group: string): string {
  return group.slice(0, 10);
}

async function readDay(
  watch: Watch,
  tally: Tally,
  watchingSince: string,
  day: string,
): Promise<void> {
  const there = new Set<string>();
  for await (const piece of inPieces(watch.observer.documentsOf(day))) {
    for (const document of piece) there.add(keyText(document));
    await judgeDocuments(watch, tally, watchingSince, piece);
  }
  // After judging: a document that moved to another day has left this one in our picture too.
  const picture = await listLiveOfDay(watch.pool, watch.target.connection, day);
  const missing = picture.flatMap((seen): Missing[] => {
    const one = { type: seen.type, externalId: seen.external_id };
    return there.has(keyText(one)) ? [] : [{ ...one, reference: seen.reference ?? undefined }];
  });
  await findMissing(watch, tally, watchingSince, missing);
}
