/**
 * Makes the bodies of facts as they are stored: the raw message ciphered whole under the key of its
 * day, the personal fields of each event under the key of its party. The keys of a whole group are
 * asked for at once.
 *
 * A party whose key is destroyed stays erased: what is told of it later keeps its amounts and
 * numbers, and its personal fields are dropped before anything is written.
 */

import type { Parted } from "../contracts/personal.ts";
import { contractFor } from "../contracts/registry.ts";
import type { Hasher } from "../kernel/hashing.ts";
import type { StoredBody } from "./bodies.ts";
import { erasedBody, sealBody, sealData } from "./bodies.ts";
import type { KeyName } from "./data-keys.ts";
import type { EventRow, Fact, HashedBody, StoredFact } from "./fact-rows.ts";
import type { DataKey, Keyring, LedgerSecrets } from "./keyring.ts";
import { keyText } from "./keyring.ts";
import { beginningsOf } from "./name-words.ts";
import type { PartyWords } from "./party-words.ts";

/** One stored fact for each fact, in order. */
export async function sealFacts(
  keyring: Keyring,
  hasher: Hasher,
  facts: readonly Fact[],
): Promise<StoredFact[]> {
  const secrets = await keyring.secrets();
  const parted = new Map<EventRow, Parted>();
  const names: KeyName[] = [];
  for (const fact of facts) {
    if (keyring.ciphers) names.push(bodyKeyOf(fact));
    for (const event of fact.events) {
      const parts = partOf(event, keyring.ciphers);
      parted.set(event, parts);
      if (keyring.ciphers && concernsParty(event, parts)) names.push(partyKeyOf(event));
    }
  }
  const keys = await keyring.named(names);
  const sealing: Sealing = { keyring, hasher, secrets, parted, keys };
  return facts.map((fact) => sealFact(sealing, fact));
}

interface Sealing {
  readonly keyring: Keyring;
  readonly hasher: Hasher;
  readonly secrets: LedgerSecrets;
  readonly parted: ReadonlyMap<EventRow, Parted>;
  readonly keys: ReadonlyMap<string, DataKey>;
}

function bodyKeyOf({ inbound }: Fact): KeyName {
  return { use: "inbound", owner: inbound.receivedAt.slice(0, 10) };
}

function partyKeyOf({ party }: EventRow): KeyName {
  return { use: "party", owner: party };
}

/** Asked also where no field is personal: the raw message may say more than we read in it. */
function concernsParty(event: EventRow, { personal }: Parted): boolean {
  return personal.length > 0 || event.party !== event.subject || isCustomer(event);
}

function isCustomer({ type }: EventRow): boolean {
  return contractFor(type)?.entity === "customer";
}

function isOfErased({ keys }: Sealing, event: EventRow): boolean {
  const key = keys.get(keyText(partyKeyOf(event)));
  return key !== undefined && key.bytes === undefined;
}

function partOf(event: EventRow, ciphers: boolean): Parted {
  const contract = ciphers ? contractFor(event.type, event.contractVersion) : undefined;
  return contract?.part(event.data) ?? { clear: event.data, personal: [] };
}

function sealFact(sealing: Sealing, fact: Fact): StoredFact {
  const { keyring, hasher, secrets, keys } = sealing;
  const { inbound, events } = fact;
  const isErased = events.some((event) => isOfErased(sealing, event));
  const body = isErased ? erasedBody : inbound.body;
  const key = keys.get(keyText(bodyKeyOf(fact)));
  const hashed = (stored: StoredBody): HashedBody => ({
    ...stored,
    rowHash: hasher.sha256(stored.bytes),
  });
  return {
    ...fact,
    stableHash: secrets.digest(fact.stableHash),
    bodies: {
      inbound: hashed(sealBody(keyring, key, "inbound", inbound.id, body)),
      events: events.map((event) => hashed(sealEvent(sealing, event))),
    },
    words: events.flatMap((event) => wordsOfParty(sealing, event)),
  };
}

/** Undefined where the event has nothing personal; `bytes` null where the key is destroyed. */
function partyKey(
  { keys, parted }: Sealing,
  event: EventRow,
): { id: number; bytes: Uint8Array | null } | undefined {
  if ((parted.get(event)?.personal.length ?? 0) === 0) return undefined;
  const key = keys.get(keyText(partyKeyOf(event)));
  return key === undefined ? undefined : { id: key.id, bytes: key.bytes ?? null };
}

function sealEvent(sealing: Sealing, event: EventRow): StoredBody {
  const { clear, personal } = sealing.parted.get(event) ?? { clear: event.data, personal: [] };
  const key = partyKey(sealing, event);
  // In the order of its contract: sorting costs three times the writing, and whoever compares two
  // contents sorts them then (read-claimed.ts).
  const text = JSON.stringify(clear);
  if (key === undefined) return { bytes: Buffer.from(text), keyId: null };
  if (key.bytes === null) return { bytes: Buffer.from(text), keyId: key.id };
  const bytes = sealData(sealing.keyring, key.bytes, event.id, text, personal);
  return { bytes, keyId: key.id };
}

/** The party itself is found by its name; its documents are found through it. */
function wordsOfParty(sealing: Sealing, event: EventRow): PartyWords[] {
  if (!isCustomer(event) || isOfErased(sealing, event)) return [];
  const { name } = event.data as { name?: unknown };
  if (typeof name !== "string") return [];
  const words = beginningsOf(name).map((word) => sealing.secrets.blind(word));
  return words.length === 0 ? [] : [{ party: event.party, words }];
}
