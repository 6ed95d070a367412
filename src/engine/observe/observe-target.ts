/**
 * One look at a target: what changed, what could not be judged last time, what was confirmed and
 * never seen, and last the totals per day. Everything is idempotent, and the cursor moves only
 * when the look is finished: a crash costs a second reading and nothing else.
 */
import type { Observer } from "../../connectors/kit/target.ts";
import { dateInZone, epochMs, instant } from "../../kernel/clock.ts";
import { uuidFromParts } from "../../kernel/ids.ts";
import { findUnseenDocuments } from "../../store/find-confirmed.ts";
import type { ObservationCursor } from "../../store/observation-cursor.ts";
import {
  claimObservation,
  finishObservation,
  ledgerNow,
  releaseObservation,
  renewObservation,
} from "../../store/observation-cursor.ts";
import { listUnsettled } from "../../store/observations.ts";
import { engineErrors } from "../errors.ts";
import { compareDays } from "./compare-days.ts";
import type { Missing } from "./find-missing.ts";
import { findMissing } from "./find-missing.ts";
import { judgeDocuments } from "./judge-documents.ts";
import type { Tally, Watch } from "./observation.ts";
import { inPieces, newTally, PIECE, stopIfAsked } from "./observation.ts";

/**
 * An observer that is silent for so long is taken for dead. Short, because one whose ledger went
 * away in the middle cannot give its target back; a reading may last longer, so a timer renews it.
 */
const LEASE_MS = 60_000;
const KEEP_EVERY_MS = LEASE_MS / 4;
/** The clocks of hubs, which are in the ids of outcomes, against the ledger's. */
const CLOCKS_MS = 10 * 60_000;
/** Listings begin a little behind the lag: a second is the finest that some targets tell. */
const OVERLAP_MS = 2000;
const MOST_UNSETTLED = 5000;
const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;

export interface LookOptions {
  /** Totals of so many days back, and of a year ahead, are compared. */
  readonly days: number;
  /** Leave a target alone that was looked at less than this ago; 0 looks in any case. */
  readonly notWithinMs: number;
}

export interface Look {
  /** False: somebody else looks at this target now, or has just done so. */
  readonly done: boolean;
  readonly tally: Tally;
}

/** Throws what the target's readings throw; then nothing was moved on. */
export async function observeTarget(watch: Watch, options: LookOptions): Promise<Look> {
  const { pool, holder } = watch;
  const name = watch.target.connection;
  const tally = newTally();
  const cursor = await claimObservation(pool, name, holder, LEASE_MS, options.notWithinMs);
  if (cursor === undefined) return { done: false, tally };
  const renew = (): void => {
    renewObservation(pool, name, holder, LEASE_MS).catch(() => undefined);
  };
  const timer = setInterval(renew, KEEP_EVERY_MS);
  try {
    const confirmedThrough = await settledBefore(watch);
    const changedSince = await readChanges(watch, tally, cursor);
    await judgeUnsettled(watch, tally, cursor);
    await lookForUnseen(watch, tally, cursor, confirmedThrough);
    await keepLease(watch);
    await compareDays(watch, tally, cursor.watching_since, rangeOf(watch, options.days));
    // What could not be proved gone is looked for again.
    const whole = tally.incomplete.length === 0;
    const through = whole ? confirmedThrough : cursor.confirmed_through;
    await finishObservation(pool, name, holder, { changedSince, confirmedThrough: through });
    return { done: true, tally };
  } catch (thrown) {
    // A ledger that is away keeps the lease until it runs out; what is told is why the look failed.
    await releaseObservation(pool, name, holder).catch(() => undefined);
    throw thrown;
  } finally {
    clearInterval(timer);
  }
}

/** What was confirmed before this moment must be listed by now. */
async function settledBefore(watch: Watch): Promise<string> {
  const now = epochMs(await ledgerNow(watch.pool));
  return instant(now - watch.observer.lagMs - OVERLAP_MS);
}

/**
 * Returns where the next listing begins: the latest change that was met, less the time the reading
 * took. What changed behind our back while we were reading lies after that, on whatever clock.
 */
async function readChanges(watch: Watch, tally: Tally, cursor: ObservationCursor): Promise<string> {
  const { observer, clock } = watch;
  const overlapMs = observer.lagMs + OVERLAP_MS;
  const started = clock.monotonic();
  let latest = epochMs(cursor.changed_since);
  for await (const piece of inPieces(observer.changedSince(cursor.changed_since, overlapMs))) {
    tally.listed += piece.length;
    for (const { changedAt } of piece) latest = Math.max(latest, epochMs(changedAt));
    await judgeDocuments(watch, tally, cursor.watching_since, piece);
    await keepLease(watch);
  }
  return instant(Math.floor(latest - (clock.monotonic() - started)));
}

async function judgeUnsettled(
  watch: Watch,
  tally: Tally,
  cursor: ObservationCursor,
): Promise<void> {
  const unsettled = await listUnsettled(watch.pool, watch.target.connection, MOST_UNSETTLED);
  await findMissing(watch, tally, cursor.watching_since, unsettled);
}

async function lookForUnseen(
  watch: Watch,
  tally: Tally,
  cursor: ObservationCursor,
  confirmedThrough: string,
): Promise<void> {
  const { pool, target, observer } = watch;
  const operations = Object.keys(observer.documents);
  let after = idAt(epochMs(cursor.confirmed_through) - CLOCKS_MS);
  const before = idAt(epochMs(confirmedThrough));
  for (;;) {
    const range = { after, before };
    const rows = await findUnseenDocuments(pool, target.connection, range, operations, PIECE);
    const missing = rows.map((row): Missing => {
      return { ...documentOf(observer, row.operation, row.external_id), reference: row.reference };
    });
    await findMissing(watch, tally, cursor.watching_since, missing);
    if (rows.length < PIECE) return;
    after = rows.at(-1)?.outcome_id ?? before;
    await keepLease(watch);
  }
}

function documentOf(observer: Observer, operation: string, externalId: string) {
  return { type: observer.documents[operation] ?? "", externalId };
}

/** The smallest id of that millisecond. */
function idAt(ms: number): string {
  return uuidFromParts(ms, 7, new Uint8Array(10));
}

/** Days are the documents' own, and a document may be dated ahead. */
function rangeOf(watch: Watch, days: number): { from: string; to: string } {
  const now = watch.clock.now();
  return {
    from: dateInZone(now - days * DAY_MS, "UTC"),
    to: dateInZone(now + YEAR_MS, "UTC"),
  };
}

async function keepLease(watch: Watch): Promise<void> {
  stopIfAsked(watch);
  const name = watch.target.connection;
  if (await renewObservation(watch.pool, name, watch.holder, LEASE_MS)) return;
  throw engineErrors.E_OBSERVE_LEASE_LOST({ target: name });
}
