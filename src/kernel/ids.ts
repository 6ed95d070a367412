/**
 * Identifiers of ours.
 *
 * Every row id is a UUID whose first 48 bits are a time in milliseconds, so that the monthly
 * partition follows from the id alone. Version 7 is made once and random; version 8 is a function
 * of a fact's identity, so that the same fact has the same id however often and by whichever way it
 * arrives. People see `prefix_` and 32 hexadecimal digits.
 */
import type { Clock } from "./clock.ts";
import { kernelErrors } from "./errors.ts";
import { hex } from "./hex.ts";
import type { Random } from "./random.ts";

export type Uuid = string;

const PREFIXES = {
  inbound: "inb",
  event: "evt",
  handoff: "hof",
  attempt: "att",
  outcome: "out",
  exception: "exc",
  correlation: "cor",
  operation: "opn",
  person: "per",
  token: "tok",
  proposal: "pro",
} as const;

export type IdKind = keyof typeof PREFIXES;

/** Lays a UUID out: 48 bits of milliseconds, the version, 74 bits of content. */
export function uuidFromParts(ms: number, version: 7 | 8, content: Uint8Array): Uuid {
  const bytes = new Uint8Array(16);
  const time = Math.max(0, Math.floor(ms));
  bytes[0] = Math.floor(time / 2 ** 40) & 0xff;
  bytes[1] = Math.floor(time / 2 ** 32) & 0xff;
  bytes[2] = (time >>> 24) & 0xff;
  bytes[3] = (time >>> 16) & 0xff;
  bytes[4] = (time >>> 8) & 0xff;
  bytes[5] = time & 0xff;
  for (let i = 0; i < 10; i += 1) bytes[6 + i] = content[i] ?? 0;
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return textOf(bytes);
}

const DIGITS = Array.from({ length: 256 }, (_, byte) => hex(Uint8Array.of(byte)));

/** In one go: a fact has half a dozen ids, and no text in between is of use to anybody. */
function textOf(bytes: Uint8Array): Uuid {
  const at = (i: number): string => DIGITS[bytes[i] ?? 0] ?? "";
  const low = `${at(0)}${at(1)}${at(2)}${at(3)}`;
  const node = `${at(10)}${at(11)}${at(12)}${at(13)}${at(14)}${at(15)}`;
  return `${low}-${at(4)}${at(5)}-${at(6)}${at(7)}-${at(8)}${at(9)}-${node}`;
}

/** 32 hexadecimal digits in the usual groups. */
function dashed(digits: string): Uuid {
  const groups = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16)];
  return [...groups, digits.slice(16, 20), digits.slice(20)].join("-");
}

/** A new id, ordered by the wall clock to the millisecond. */
export function uuidV7(clock: Clock, random: Random): Uuid {
  return uuidFromParts(clock.now(), 7, random.bytes(10));
}

/** The id that a fact always has: when it occurred, and 74 bits of its identity's hash. */
export function uuidFromHash(occurredMs: number, hash: Uint8Array): Uuid {
  return uuidFromParts(occurredMs, 8, hash);
}

/** The milliseconds that an id carries. */
export function uuidTime(uuid: Uuid): number {
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}

/** `evt_0190…` for people and other systems. */
export function formatId(kind: IdKind, uuid: Uuid): string {
  return `${PREFIXES[kind]}_${uuid.replaceAll("-", "")}`;
}

const KINDS = new Map<string, IdKind>(
  (Object.entries(PREFIXES) as [IdKind, string][]).map(([kind, prefix]) => [prefix, kind]),
);

/** Reads an id of ours, or returns undefined when the text is something else. */
export function tryParseId(text: string): { kind: IdKind; uuid: Uuid } | undefined {
  const match = /^([a-z]{3})_([0-9a-f]{32})$/.exec(text);
  const kind = KINDS.get(match?.[1] ?? "");
  const digits = match?.[2];
  if (kind === undefined || digits === undefined) return undefined;
  return { kind, uuid: dashed(digits) };
}

/** Reads an id of ours. Throws E_ID_MALFORMED. */
export function parseId(text: string): { kind: IdKind; uuid: Uuid } {
  const parsed = tryParseId(text);
  if (parsed === undefined) throw kernelErrors.E_ID_MALFORMED({ text });
  return parsed;
}
