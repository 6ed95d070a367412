/**
 * The canonical event, as CloudEvents 1.0 with our extensions.
 *
 * fact          what happened in a source, once, however often and by whichever way we hear of it
 * connection    one authenticated account of a source system; the `source` of its events
 * object key    `<connection>/<entity>/<id>`: one business object of one connection, for good
 * subject       the object key an event is about; events of one subject are applied in order
 * root          the object whose story an event belongs to; it decides the correlation id
 * mention       any other id by which a person may look for this object (numbers, payment ids)
 * origin        how we heard: `webhook`, `sweep` (the source's event list), `list` (object listing)
 */
import { z } from "zod";
import type { Instant } from "../kernel/clock.ts";
import type { Json } from "../kernel/strict-json.ts";

export type ObjectKey = string;

/** `<connection>/<entity>/<id>`. */
export function objectKey(connection: string, entity: string, id: string): ObjectKey {
  return `${connection}/${entity}/${id}`;
}

/** The three parts of an object key; the id may itself hold slashes. */
export function parseObjectKey(key: ObjectKey): { connection: string; entity: string; id: string } {
  const [connection = "", entity = "", ...id] = key.split("/");
  return { connection, entity, id: id.join("/") };
}

export type Origin = "webhook" | "sweep" | "list";

/** Another object that an event speaks of; routing turns some roles into needs. */
export interface ObjectReference {
  /** Role in the fact: `customer`, `product`, `invoice`, `payment`, `credit-memo`, … */
  readonly role: string;
  readonly key: ObjectKey;
}

/** What a translator makes of a raw fact, before identity, times of ours and hashes are added. */
export interface EventDraft {
  /** `entity.verb-past`, one of the canonical types. */
  readonly type: string;
  readonly subject: ObjectKey;
  readonly root: ObjectKey;
  /** When it happened in the source. */
  readonly occurred: Instant;
  /**
   * Order among the events of one subject where the source has one (a version, a sequence);
   * otherwise the occurred time in milliseconds. Decimal digits; compared as an integer.
   */
  readonly version: string;
  /** The entity in the shape of its contract; validated before it is kept. */
  readonly data: Json;
  readonly references: readonly ObjectReference[];
  readonly mentions: readonly string[];
  /** Legal entity that the fact belongs to, as the connection's settings say. */
  readonly legalEntity?: string;
  /** The amount at stake, for queues and invariants: minor units as decimal text. */
  readonly amount?: { readonly minor: string; readonly currency: string };
}

/** CloudEvents attributes and extensions as published; `data` follows `dataschema`. */
export const cloudEventSchema = z.object({
  specversion: z.literal("1.0"),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time: z.iso.datetime(),
  dataschema: z.string(),
  datacontenttype: z.literal("application/json"),
  data: z.json(),
  receivedtime: z.iso.datetime(),
  recordedtime: z.iso.datetime().optional(),
  correlationid: z.string(),
  causationid: z.string().optional(),
  inboundid: z.string(),
  entityversion: z.string(),
  region: z.string().optional(),
  hash: z.string(),
});

export type CloudEvent = z.infer<typeof cloudEventSchema>;
