/**
 * What a source connector is.
 *
 * raw        the parsed body of one inbound message, exactly as the source sent it
 * fact id    text that names the fact in the source: the same for webhook, sweep and list
 * stable     the raw without what changes between two tellings of the same fact
 * translate  raw → canonical drafts, or a documented reason to ignore it, or why it is unclear
 * stream     an entity or event feed that can be listed; its cursor is how far we have read
 */
import type { EventDraft, ObjectKey, Origin } from "../../contracts/envelope.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Random } from "../../kernel/random.ts";
import type { Json } from "../../kernel/strict-json.ts";

export interface ReceivedRequest {
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

export type Verification =
  | { readonly ok: true }
  /** `reason` is safe to send back: it names what is wrong and no secret. */
  | { readonly ok: false; readonly code: string; readonly reason: string };

export interface FactIdentity {
  readonly factId: string;
  /** When the fact occurred, epoch milliseconds; part of the event's id. */
  readonly occurredMs: number;
  /** Compared (by hash of its canonical JSON) when the same fact id arrives again. */
  readonly stable: Json;
  /** The source's own name of the kind of fact, for people and metrics: `invoice.finalized`. */
  readonly kind: string;
}

export type Translation =
  | { readonly kind: "events"; readonly events: readonly EventDraft[] }
  /** Understood, and by a documented rule of the connector nothing for us. */
  | { readonly kind: "ignored"; readonly rule: string }
  /** Not understood, or contradicting itself: a dead letter. */
  | { readonly kind: "dead"; readonly code: string; readonly reason: string };

export type Identification =
  | { readonly ok: true; readonly identity: FactIdentity }
  | { readonly ok: false; readonly code: string; readonly reason: string };

export interface SweepPage {
  /** Raw facts, oldest first, each in the form in which a webhook would have brought it. */
  readonly facts: readonly Json[];
  /** Where the next page begins; stored after the page's facts are committed. */
  readonly cursor: string;
  /** False when the stream is read to its end for now. */
  readonly more: boolean;
}

/** The source side of one connection, built from its settings. Pure but for `sweep` and `fetch`. */
export interface SourceConnection {
  readonly system: string;
  readonly connection: string;
  /** The limit of one body in bytes. */
  readonly maxBodyBytes: number;
  verify(request: ReceivedRequest, nowMs: number): Verification;
  identify(raw: Json): Identification;
  translate(raw: Json, origin: Origin): Translation;
  /**
   * Reads a page of the source's own event list from a cursor; undefined reads from its horizon.
   * `overlapMs`: how far behind its cursor a stream reads again, for facts listed late.
   */
  readonly sweep?: {
    readonly streams: readonly string[];
    readonly overlapMs: number;
    page(stream: string, cursor: string | undefined): Promise<SweepPage>;
  };
  /**
   * Fetches the present state of one object as a raw fact of origin `list`; undefined when the
   * source says it does not exist.
   */
  fetch?(key: ObjectKey): Promise<Json | undefined>;
  close?(): Promise<void>;
}

export interface ConnectorSurroundings {
  readonly clock: Clock;
  readonly random: Random;
}
