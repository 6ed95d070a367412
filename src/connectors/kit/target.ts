/**
 * What a target connector is.
 *
 * operation   one thing a target can be asked to do, with its effect and its guard
 * effect      `fact`: a document that happened once and is never superseded;
 *             `state`: the present form of a master record, of which only the newest counts
 * guard       what keeps a repeated request from acting twice:
 *             `key`          the target honours an idempotency key and checks the payload
 *             `external-id`  an upsert by our reference; identical bytes may be sent again
 *             `probe`        nothing; we must look for our reference before sending again
 * reference   our name of the effect, written into the document in the target
 * prepare     the pure step from event to request; it says what is lacking instead of guessing
 * classify    the pure step from answer to outcome; a shape it does not know is `unknown`
 * probe       asks the target what exists under a reference
 * unfinished  ours is there and a step of the request lacks (a draft that is not posted); sending
 *             the identical bytes again completes it and makes nothing twice
 */
import type { ObjectKey } from "../../contracts/envelope.ts";
import type { BusinessDate, Instant } from "../../kernel/clock.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { DayRange, DocumentTotal, Meant, ObservedDocument } from "./observe.ts";

export type Effect = "fact" | "state";
export type Guard = "key" | "external-id" | "probe";

export interface OperationSpec {
  readonly name: string;
  /** The canonical entity whose link a confirmation establishes: `customer`, `invoice`, … */
  readonly entity: string;
  readonly effect: Effect;
  readonly guard: Guard;
  /**
   * After `send_by` and our time-out, how long a request of ours may still be running in the
   * target, and how long the target's search may lag; evidence in the connector's README.
   */
  readonly longestRunMs: number;
  readonly indexLagMs: number;
  /** After the target said done, look at what it kept and compare it field by field. */
  readonly readBack?: boolean;
  /**
   * What calls of this operation line up for in the target: a gapless number sequence, a lock.
   * Operations that name the same are called one at a time a connection.
   */
  readonly serial?: string;
}

/** A request, complete and serialisable: the bytes of its canonical JSON are what is hashed. */
export interface PreparedCall {
  readonly method: string;
  /** Path and query below the connection's base address. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Json;
}

/** An event as a target is told of it, beside its data. */
export interface TargetEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: ObjectKey;
  readonly occurred: string;
  readonly version: string;
  readonly correlationId: string;
  readonly legalEntity: string | undefined;
}

export interface ApplyContext {
  readonly operation: string;
  readonly event: TargetEvent & { readonly data: Json };
  readonly reference: string;
  /** External ids of the objects this handoff needs, and of its own subject when it has one. */
  readonly links: ReadonlyMap<ObjectKey, string>;
}

/** Why a request cannot be made; becomes an exception whose cause groups equal cases. */
export interface Lack {
  readonly code: string;
  /** What differs between cases that have one remedy: `item prod_1`, `currency KWD`. */
  readonly cause: string;
  readonly message: string;
}

export type Preparation =
  | { readonly ok: true; readonly call: PreparedCall }
  | { readonly ok: false; readonly lack: Lack };

/** What came back over the wire, or why nothing did. */
export type Answer =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** Nothing left this machine: the connection was refused, or the name did not resolve. */
  | { readonly kind: "not-sent"; readonly reason: string }
  /** The request may have arrived: reset, time-out, truncated answer. */
  | { readonly kind: "no-answer"; readonly reason: string };

export type Outcome =
  | { readonly class: "done"; readonly externalId: string; readonly number?: string }
  | { readonly class: "accepted"; readonly job: string }
  /** Definitely not done, and worth trying again; `pauses` says how far the reason reaches. */
  | {
      readonly class: "later";
      readonly code: string;
      readonly message: string;
      readonly afterMs: number;
      readonly pauses: "handoff" | "budget";
    }
  /** Definitely not done, and the same request would be refused again. */
  | {
      readonly class: "refused";
      readonly code: string;
      readonly cause: string;
      readonly message: string;
    }
  | { readonly class: "unknown"; readonly code: string; readonly message: string };

export interface Difference {
  readonly field: string;
  readonly ours: string;
  readonly theirs: string;
}

export type ProbeResult =
  | { readonly kind: "absent" }
  /** One document bears our reference. `differences` empty: it says what we meant. */
  | {
      readonly kind: "found";
      readonly externalId: string;
      readonly number?: string;
      readonly differences: readonly Difference[];
    }
  /**
   * One document bears our reference and a step lacks. A target says so only if `send` looks for
   * the reference before it creates. `differences`: the lacking step among them.
   */
  | {
      readonly kind: "unfinished";
      readonly externalId: string;
      readonly differences: readonly Difference[];
    }
  | { readonly kind: "several"; readonly externalIds: readonly string[] }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/** A document as it stands in the target, read for invariants and reconciliation. */
export interface TargetDocument {
  readonly type: string;
  readonly externalId: string;
  /** Our reference in it; undefined when the document is not ours. */
  readonly reference: string | undefined;
  readonly number: string | undefined;
  /** Gross amount in minor units of its currency, where the type has one. */
  readonly amount: { readonly minor: bigint; readonly currency: string } | undefined;
  readonly date: string | undefined;
}

/** The capability of being watched; what it promises stands in `observe.ts`. */
export interface Observer {
  /** Operation → type of the document it makes. What only changes a document is not named. */
  readonly documents: Readonly<Record<string, string>>;
  /** Types that only come through Tieout: others' documents are reported as added by hand. */
  readonly owns: readonly string[];
  /** The user we sign in as, as `changedBy` names it; undefined where nobody knows. */
  readonly ourUser?: string | undefined;
  readonly lagMs: number;
  changedSince(since: Instant, overlapMs: number): AsyncIterable<ObservedDocument>;
  totalsPerDay(range: DayRange): AsyncIterable<DocumentTotal>;
  /** Every document of that date, in whatever state. */
  documentsOf(day: BusinessDate): AsyncIterable<ObservedDocument>;
  /** Those of the ids that exist; at most 500 at a time. */
  read(type: string, externalIds: readonly string[]): AsyncIterable<ObservedDocument>;
  /** Pure: reads the request that was sent. */
  meant(operation: string, sent: PreparedCall): Meant;
  /**
   * Reads a document whole and compares it with what was sent, leaving out what other operations
   * of ours may change later. Its "absent" is the proof that a document is gone, so it must not
   * come from a listing that lags. Never throws.
   */
  compare(operation: string, reference: string, sent: PreparedCall): Promise<ProbeResult>;
}

export interface LedgerMark {
  /** Which life of the ledger it is: an epoch, and the instance that confirmed it. */
  readonly epoch: number;
  readonly instance: string;
}

/**
 * A record in the target that says which instance of a ledger may send there. Two copies of one
 * ledger share nothing but the outside systems; this is where each can see the other.
 */
export interface EpochMarker {
  /** Undefined where no instance of this ledger ever marked. Throws when it cannot be read. */
  read(ledger: string): Promise<LedgerMark | undefined>;
  /** Replaces what is there. Throws when it is not known to be written. */
  write(ledger: string, mark: LedgerMark): Promise<void>;
}

/** An event without its personal fields, in the newest version of its contract. */
export interface ForgottenEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: ObjectKey;
  readonly data: Json;
}

interface TargetBase {
  readonly system: string;
  readonly connection: string;
  /**
   * The account in the target, part of every reference: two connections to one account share it,
   * and a restore does not change it.
   */
  readonly account: string;
  readonly operations: Readonly<Record<string, OperationSpec>>;
  /** Every document of ours and others', for the invariants; paged inside. */
  documents(): AsyncIterable<TargetDocument>;
  /** Where the target can be watched for what people change there by hand. */
  readonly observer?: Observer | undefined;
  /** Where the target can keep a marker; without one a copy beside it is not found out there. */
  readonly marker?: EpochMarker | undefined;
  /**
   * Where the target is a copy of ours: puts these events in the place of those it has, and takes
   * the personal data of their objects away. May be asked again.
   */
  readonly forget?: ((events: readonly ForgottenEvent[]) => Promise<void>) | undefined;
  close?(): Promise<void>;
}

/** A target that takes one item a call. */
export interface CallTarget extends TargetBase {
  readonly kind: "call";
  /** Our own time-out of a call, milliseconds. */
  readonly timeoutMs: number;
  prepare(context: ApplyContext): Preparation;
  /**
   * Never throws. `startBy`: on the monotonic clock, checked in the moment before the first byte;
   * past it nothing is sent and the answer is `not-sent`.
   */
  send(call: PreparedCall, startBy?: number): Promise<Answer>;
  classify(operation: string, answer: Answer): Outcome;
  /**
   * `sent`: the request whose effect is looked for; its fields are compared with what is there.
   * `tooLate`: asked in the moment before the first byte of each question; once true nothing more
   * is asked, and the answer is `failed`.
   */
  probe(
    operation: string,
    reference: string,
    sent: PreparedCall,
    tooLate?: () => boolean,
  ): Promise<ProbeResult>;
}

/** One handoff of a bulk call; without links, for such a target finds its rows by object. */
export interface BulkItem {
  readonly operation: string;
  readonly event: TargetEvent;
  readonly reference: string;
  /**
   * The event's data, made anew at each call: ask once, take what is needed and let it go, so that
   * a call's thousands of documents never lie in memory together. Throws E_STORE_BODY_CHANGED for
   * data that was tampered with; that concerns this item alone.
   */
  readonly readData: () => Json;
}

/** A target that takes many items in one call and is idempotent by reference and version. */
export interface BulkTarget extends TargetBase {
  readonly kind: "bulk";
  readonly maxItems: number;
  /** One outcome an item, in order. Throwing means that none is known to be applied. */
  apply(items: readonly BulkItem[]): Promise<readonly Outcome[]>;
}

export type TargetConnection = CallTarget | BulkTarget;
