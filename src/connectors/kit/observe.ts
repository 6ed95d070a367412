/**
 * What can be seen of a target that is watched, so that what people do there by hand is noticed.
 * The capability itself is `Observer` in `target.ts`.
 *
 * observation    one look at a target: what changed since the last one, then totals per day, and
 *                the documents of a day only where its totals differ from our picture of it
 * picture        what we last saw of each document; kept in the ledger, never sent anywhere
 * lag            how long after its commit a change may still be missing in a listing
 * overlap        how far behind its cursor a listing begins, so that late changes are met
 * whole          a document read with its lines, and compared with the request that made it
 *
 * A connector with an observer promises:
 * - `changedSince` lists every document whose own time of change is not before `since - overlapMs`,
 *   in any order, each at least once, paged inside without skipping what changes meanwhile. What it
 *   lists twice is harmless; what it leaves out must come by the next call within `lagMs`.
 * - All four readings speak of the same types, and name a document by the same type, external id,
 *   day and amount; totals count and sum exactly the documents that they would list as `live`.
 * - `changedAt` is the target's own clock. It is compared with other times of that clock only.
 * - Nothing is invented: a who, a when or a reference that the target does not tell is left out.
 * - Readings throw when they cannot be finished. An empty answer means that there is nothing.
 */
import type { BusinessDate, Instant } from "../../kernel/clock.ts";
import type { Money } from "../../kernel/money.ts";

/**
 * `live`: it counts in the books. `draft`: it does not yet. `cancelled`: it is there and does not
 * count any more. `deleted`: it was there; only targets that keep track of it can say so.
 */
export type DocumentState = "live" | "draft" | "cancelled" | "deleted";

/** A document as it stands in the target, whoever made it. */
export interface ObservedDocument {
  /** As `Observer.documents` names it. */
  readonly type: string;
  readonly externalId: string;
  /** What stands where we write our reference; it need not be one of ours. */
  readonly reference?: string | undefined;
  /** The number people know it by. */
  readonly number?: string | undefined;
  readonly state: DocumentState;
  /** Gross, in the sign of `TargetDocument.amount`; undefined where it cannot be told exactly. */
  readonly amount?: Money | undefined;
  /** The document's own date. */
  readonly date?: BusinessDate | undefined;
  /** External id of the customer it is about. */
  readonly counterparty?: string | undefined;
  readonly createdAt?: Instant | undefined;
  readonly changedAt: Instant;
  /** Who made the last change, as people there are called. */
  readonly changedBy?: string | undefined;
  /** How the last change was made, in the target's own word: a screen, an import, an interface. */
  readonly changeKind?: string | undefined;
}

/** Live documents of one type and currency on one day of their own date. */
export interface DocumentTotal {
  readonly day: BusinessDate;
  readonly type: string;
  /** Undefined: documents whose amount `changedSince` leaves out too; then `minor` is 0. */
  readonly currency: string | undefined;
  readonly count: number;
  readonly minor: bigint;
}

export interface DayRange {
  readonly from: BusinessDate;
  readonly to: BusinessDate;
}

/** What the request behind a document says that the document shall be; undefined: not said. */
export interface Meant {
  readonly date?: BusinessDate | undefined;
  readonly counterparty?: string | undefined;
}
