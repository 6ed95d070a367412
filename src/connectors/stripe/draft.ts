/**
 * Drafts of canonical events, with what all of them have in common.
 *
 * rank   order of the facts of one object inside one second, 0–999. Stripe dates to the second
 *        and sends in any order; an invoice is often finalized and paid within one. Two facts of
 *        one second and one rank (two updates) have the same version: refetch and keep the later.
 *        A state that was read has the second of asking and rank 0: what happened within that
 *        second may be after it and wins, what began in it ties, and ties are read again.
 */
import type { EventDraft, ObjectKey, ObjectReference } from "../../contracts/envelope.ts";
import { objectKey } from "../../contracts/envelope.ts";
import { dateInZone, instant } from "../../kernel/clock.ts";
import type { MoneyWire } from "../../kernel/money.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/json-read.ts";
import { isObject } from "../kit/json-read.ts";
import { stripeErrors } from "./errors.ts";
import type { Fact } from "./fact.ts";
import { entityNamed, metadatasOf, ownersIn } from "./legal-entity.ts";
import type { LegalEntitySetting, StripeSettings } from "./settings.ts";

export interface Scene {
  readonly fact: Fact;
  readonly settings: StripeSettings;
  readonly entity: LegalEntitySetting;
}

/**
 * The scene of what stands for itself: master records, agreements, invoices, payouts. Without the
 * key it is the connection's own entity. Throws E_STRIPE_LEGAL_ENTITY. `metadatas`: the object's
 * own, then that of what it belongs to.
 */
export function sceneOf(
  fact: Fact,
  settings: StripeSettings,
  metadatas: readonly (Json | undefined)[],
): Scene {
  return { fact, settings, entity: entityNamed(settings, metadatas) ?? settings.legalEntity };
}

/**
 * The scene of money and credit, which belong to a document. Stripe copies no metadata from an
 * invoice to its payments, so silence does not mean the connection's own entity: the invoice may be
 * of another, and its payment in these books would be in the wrong ones. Throws
 * E_STRIPE_LEGAL_ENTITY and, where the body names no entity, E_STRIPE_LEGAL_ENTITY_MISSING.
 *
 * `objects`: the one in question, then what it stands in.
 */
export function ownedSceneOf(
  fact: Fact,
  settings: StripeSettings,
  ...objects: readonly JsonObject[]
): Scene {
  const rule = settings.legalEntityByMetadata;
  const owners = objects.flatMap(ownersIn);
  const entity = entityNamed(settings, owners.flatMap(metadatasOf));
  // An invoice that is told whole and names none is the connection's own, and so is its money.
  const settled = rule === undefined || owners.some((one) => one["object"] === "invoice");
  if (settled || entity !== undefined) {
    return { fact, settings, entity: entity ?? settings.legalEntity };
  }
  const object = String(objects[0]?.["object"]).slice(0, 60);
  const id = String(objects[0]?.["id"]).slice(0, 60);
  throw stripeErrors.E_STRIPE_LEGAL_ENTITY_MISSING({ object, id, key: rule.key });
}

export interface DraftParts {
  readonly type: string;
  readonly entity: string;
  readonly id: string;
  readonly rank: number;
  readonly data: object;
  readonly root?: ObjectKey | undefined;
  readonly references?: readonly (ObjectReference | undefined)[];
  readonly mentions?: readonly (string | undefined)[];
  readonly amount?: MoneyWire;
  /** When it happened, where that is known better than by the event's own time. */
  readonly atMs?: number | undefined;
  /** A state read from the source: its version is the second of asking. */
  readonly state?: boolean;
}

export function draftOf(scene: Scene, parts: DraftParts): EventDraft {
  const { fact } = scene;
  const subject = keyOf(scene, parts.entity, parts.id);
  const atMs = parts.atMs ?? fact.atMs;
  const observed = fact.retrieved && parts.state === true;
  const draft = {
    type: parts.type,
    subject,
    root: parts.root ?? subject,
    occurred: instant(atMs),
    version: String(observed ? Math.floor(fact.atMs / 1000) * 1000 : atMs + parts.rank),
    // Fields that are undefined are absent in JSON; the contract check comes before any storing.
    data: parts.data as Json,
    references: distinct(parts.references ?? []),
    mentions: [...new Set(parts.mentions?.filter((mention) => mention !== undefined) ?? [])],
    legalEntity: scene.entity.id,
  };
  return parts.amount === undefined ? draft : { ...draft, amount: stakeOf(parts.amount) };
}

function stakeOf(amount: MoneyWire): { minor: string; currency: string } {
  return { minor: BigInt(amount.amount.replace(".", "")).toString(), currency: amount.currency };
}

function distinct(references: readonly (ObjectReference | undefined)[]): ObjectReference[] {
  const kept = new Map<string, ObjectReference>();
  for (const reference of references) {
    if (reference !== undefined) kept.set(`${reference.role} ${reference.key}`, reference);
  }
  return [...kept.values()];
}

export function keyOf(scene: Scene, entity: string, id: string): ObjectKey {
  return objectKey(scene.settings.connection, entity, id);
}

/** A reference whose role is the entity's name; none without an id. */
export function referenceTo(
  scene: Scene,
  entity: string,
  id: string | undefined,
): ObjectReference | undefined {
  return id === undefined ? undefined : { role: entity, key: keyOf(scene, entity, id) };
}

/**
 * Remembers what was made of a key: lines of one invoice, and invoices of one cycle, share their
 * days, and a look into a zone's rules or a calendar is dear.
 */
function remembered<Key>(make: (key: Key) => string): (key: Key) => string {
  const known = new Map<Key, string>();
  return (key) => {
    let made = known.get(key);
    if (made === undefined) {
      made = make(key);
      if (known.size >= MOST_DAYS) known.clear();
      known.set(key, made);
    }
    return made;
  };
}

const MOST_DAYS = 4_000;
const zones = new Map<string, (seconds: number) => string>();

/** The business day of epoch seconds in the legal entity's zone. */
export function dayOf(scene: Scene, seconds: number): string {
  const { timeZone } = scene.entity;
  let days = zones.get(timeZone);
  if (days === undefined) {
    days = remembered((at) => dateInZone(at * 1000, timeZone));
    zones.set(timeZone, days);
  }
  return days(seconds);
}

export function instantOf(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : instant(seconds * 1000);
}

const DAY_MS = 86_400_000;

const dayBefore = remembered((day: string) =>
  new Date(Date.parse(`${day}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10),
);

/**
 * First and last day of a period of epoch seconds. The day on which the next period begins belongs
 * to the next: consecutive periods share no day and leave none out. An end written as 23:59:59
 * means the whole of its day. A period inside one day is that day.
 */
export function periodOf(scene: Scene, start: number, end: number): { start: string; end: string } {
  const first = dayOf(scene, start);
  const next = dayOf(scene, end + 1);
  if (next <= first) return { start: first, end: first };
  return { start: first, end: dayBefore(next) };
}

/** The notes on the object, as the contract wants them. */
export function metadataOf(object: JsonObject): Record<string, string> {
  const value = object["metadata"];
  const texts: Record<string, string> = {};
  if (!isObject(value)) return texts;
  for (const [name, text] of Object.entries(value))
    if (typeof text === "string") texts[name] = text;
  return texts;
}
