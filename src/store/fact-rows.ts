/**
 * What intake hands to the ledger.
 *
 * identity    the fact's own id: a function of connection and fact id
 * verdict     events: understood; ignored: by a documented rule; dead: not understood
 * event row   one canonical event
 * stored fact a fact with its bodies as they are stored: ciphered, and hashed as such
 * handoff row one event to one target through one flow, as it is born
 */
import type { Uuid } from "../kernel/ids.ts";
import type { Json } from "../kernel/strict-json.ts";
import type { StoredBody } from "./bodies.ts";
import type { PartyWords } from "./party-words.ts";

export interface InboundRow {
  readonly id: Uuid;
  readonly connection: string;
  readonly factId: string;
  readonly kind: string;
  readonly origin: "webhook" | "sweep" | "list";
  readonly receivedAt: string;
  readonly body: Uint8Array;
}

export interface EventRow {
  readonly id: Uuid;
  readonly type: string;
  readonly contractVersion: number;
  readonly connection: string;
  readonly subject: string;
  readonly version: string;
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly correlationId: Uuid;
  readonly inboundId: Uuid;
  readonly origin: string;
  readonly legalEntity: string | undefined;
  readonly amountMinor: string | undefined;
  readonly currency: string | undefined;
  /** JSON text of the event's references: `[{"role":…,"key":…}]`. */
  readonly refs: string;
  /** Under whose key its personal fields are: the customer it is about, else its own subject. */
  readonly party: string;
  /** In clear; how it is stored is `StoredFact`'s. */
  readonly data: Json;
  readonly mentions: readonly string[];
}

export interface HandoffRow {
  readonly id: Uuid;
  readonly event: EventRow;
  readonly target: string;
  readonly budget: string;
  readonly flow: string;
  readonly flowVersion: number;
  readonly operation: string;
  readonly effect: "fact" | "state";
  readonly ordered: boolean;
  readonly reference: string;
  readonly classRank: number;
  readonly deadlineAt: string;
  readonly needs: readonly string[];
}

export interface SkipRow {
  readonly eventId: Uuid;
  readonly flow: string;
  readonly target: string;
  readonly rule: string;
}

export interface DeadLetterRow {
  readonly code: string;
  readonly reason: string;
}

/** One fact with everything that follows from it; stored whole or not at all. */
export interface Fact {
  readonly identity: Uuid;
  readonly stableHash: Uint8Array;
  readonly verdict: "events" | "ignored" | "dead";
  readonly rule: string | undefined;
  readonly inbound: InboundRow;
  readonly events: readonly EventRow[];
  readonly handoffs: readonly HandoffRow[];
  readonly skips: readonly SkipRow[];
  readonly deadLetter: DeadLetterRow | undefined;
}

export interface HashedBody extends StoredBody {
  /** Over the bytes as they are stored. */
  readonly rowHash: Uint8Array;
}

export interface StoredFact extends Fact {
  readonly bodies: {
    readonly inbound: HashedBody;
    /** In the order of `events`. */
    readonly events: readonly HashedBody[];
  };
  readonly words: readonly PartyWords[];
}
