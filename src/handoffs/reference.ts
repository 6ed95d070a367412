/**
 * The names of an effect.
 *
 * reference   our name of one effect in one target account. It is a function of what the effect
 *             *is* (account, source, object, operation, sub-id) and of nothing that changes on the
 *             way (version, arrival, content, our own ids), so a restored ledger makes the same.
 * generation  rises only when a repair follows a definite refusal or a proven absence
 * send key    reference and generation; for effects that set a state also the content's hash.
 *             One send key carries one request, byte for byte.
 */
import { base32 } from "../kernel/base32.ts";
import type { Hasher } from "../kernel/hashing.ts";
import { hex } from "../kernel/hex.ts";

export interface EffectName {
  readonly targetAccount: string;
  readonly sourceConnection: string;
  /** The object key of the event's subject. */
  readonly object: string;
  readonly operation: string;
  /** Tells apart several effects of one operation on one object; usually empty. */
  readonly subId: string;
}

/** SAP's document reference holds 16 characters, the shortest field of all targets. */
const REFERENCE_LENGTH = 16;

/**
 * 16 lower-case base32 characters: 80 bits. Parts are joined with their lengths, so that no two
 * different names make one text. Lower case because some systems' ids ignore case.
 */
export function referenceOf(name: EffectName, hasher: Hasher): string {
  const parts = [
    name.targetAccount,
    name.sourceConnection,
    name.object,
    name.operation,
    name.subId,
  ];
  const text = parts.map((part) => `${part.length}:${part}`).join("");
  return base32(hasher.sha256(text)).slice(0, REFERENCE_LENGTH);
}

/** True for a text that could be a reference of ours; whether it is one only the ledger knows. */
export function looksLikeReference(text: string): boolean {
  return /^[a-z2-7]{16}$/.test(text);
}

export interface SendKeyInput {
  readonly reference: string;
  readonly generation: number;
  readonly effect: "fact" | "state";
  /** Hash of the event's data; only a state's key depends on it. */
  readonly contentHash: () => Uint8Array;
}

export function sendKeyOf(input: SendKeyInput): string {
  const key = `${input.reference}.${input.generation}`;
  return input.effect === "fact" ? key : `${key}.${hex(input.contentHash()).slice(0, 24)}`;
}
