/**
 * One look at a target.
 *
 * watch       a target with the capability, and the means to look at it
 * finding     a case that this look opened, or found changed
 * mended      a case that this look closed: the target says again what was confirmed
 * by head     judged by what a listing tells (amount, date, customer), without reading it whole
 */
import type { ObservedDocument } from "../../connectors/kit/observe.ts";
import type { Observer, TargetConnection } from "../../connectors/kit/target.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Random } from "../../kernel/random.ts";
import type { Verdict } from "../../reconciliation/drift.ts";
import type { Pool } from "../../store/database.ts";
import type { KnownEffect } from "../../store/find-confirmed.ts";
import type { Keyring } from "../../store/keyring.ts";
import { engineErrors } from "../errors.ts";

export interface Watch {
  readonly pool: Pool;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly random: Random;
  readonly target: TargetConnection;
  readonly observer: Observer;
  /** Who looks, for the lease: names of different processes differ. */
  readonly holder: string;
  readonly shouldStop: () => boolean;
}

export interface Judged {
  /** Without a time of change where only the absence was seen. */
  readonly document: Omit<ObservedDocument, "changedAt"> & { readonly changedAt?: string };
  readonly verdict: Verdict;
  readonly effect: KnownEffect | undefined;
  readonly lastSeenAt?: string | undefined;
}

export interface Finding {
  readonly caseId: string;
  readonly code: string;
  readonly message: string;
  readonly isNew: boolean;
}

/** What a look saw and did, added up while it goes on. */
export interface Tally {
  /** Documents listed because they changed. */
  listed: number;
  /** Documents read whole and compared with the request that made them. */
  compared: number;
  /** Documents that changed and were only judged by head, because the look had read enough. */
  byHead: number;
  daysCompared: number;
  /** Days whose totals differed from our picture, so that their documents were read. */
  readonly daysRead: string[];
  /** Days that differed and were left for the next look. */
  daysLeft: number;
  readonly findings: Finding[];
  readonly mended: { readonly caseId: string; readonly document: string }[];
  /** What could not be looked at, and why. */
  readonly incomplete: string[];
}

export function newTally(): Tally {
  return {
    listed: 0,
    compared: 0,
    byHead: 0,
    daysCompared: 0,
    daysRead: [],
    daysLeft: 0,
    findings: [],
    mended: [],
    incomplete: [],
  };
}

/** Throws E_OBSERVE_STOPPED. What was recorded stays; the next look begins where this one did. */
export function stopIfAsked({ shouldStop, target }: Watch): void {
  if (shouldStop()) throw engineErrors.E_OBSERVE_STOPPED({ target: target.connection });
}

/** In pieces of so many documents everything is read, judged and recorded. */
export const PIECE = 500;

export async function* inPieces<T>(items: AsyncIterable<T> | Iterable<T>): AsyncIterable<T[]> {
  let piece: T[] = [];
  for await (const item of items) {
    piece.push(item);
    if (piece.length < PIECE) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}
