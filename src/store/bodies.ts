/**
 * Bodies as they are stored, and back. The one way to read what may be ciphered.
 *
 * body        what arrived, what was sent, what was answered; ciphered whole under its day's key
 * data        an event's; stored as JSON that keeps its contract, with blanks where personal fields
 *             were and, under `~`, those fields ciphered under the party's key
 * erased      the key is destroyed, or the body gave way to `erasedBody`
 *
 * What is sealed is bound to its row: the same bytes in another row do not open.
 */
import type { TakenOut } from "../contracts/personal.ts";
import { joinPersonal } from "../contracts/personal.ts";
import type { Json } from "../kernel/strict-json.ts";
import { storeErrors } from "./errors.ts";
import type { DataKey, Keyring } from "./keyring.ts";

/** No field of a contract is called so; it comes last. */
const SEALED = "~";
/** Before the key's number and the ciphertext in base64; no answer of a target begins so. */
const SEALED_TEXT = /^~(\d+):([A-Za-z0-9+/=]*)$/;

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

export type BodyKind = "inbound" | "attempt";

/** What lies where a body was erased; never sent and never translated. */
export const erasedBody = utf8.encode('{"erased":true}');

export function isErasedBody(body: Uint8Array): boolean {
  return Buffer.compare(body, erasedBody) === 0;
}

/** What a sealed body is bound to. */
export function bodyContext(kind: BodyKind, id: string): string {
  return `${kind}:${id}`;
}

export interface StoredBody {
  readonly bytes: Uint8Array;
  readonly keyId: number | null;
}

/** Ciphers a body whole. A destroyed key ciphers nothing: the erased body takes its place. */
export function sealBody(
  keyring: Keyring,
  key: DataKey | undefined,
  kind: BodyKind,
  id: string,
  clear: Uint8Array,
): StoredBody {
  if (key?.bytes === undefined) {
    return keyring.ciphers ? { bytes: erasedBody, keyId: null } : { bytes: clear, keyId: null };
  }
  return { bytes: keyring.cipher.seal(key.bytes, clear, bodyContext(kind, id)), keyId: key.id };
}

export interface StoredRow {
  readonly id: string;
  readonly key_id: number | null;
  readonly bytes: Buffer | null;
}

/**
 * In the order given; undefined where there is none, or it can be read no more. Throws
 * E_STORE_BODY_CHANGED for bytes that are not those that were sealed.
 */
export async function openBodies(
  keyring: Keyring,
  kind: BodyKind,
  rows: readonly StoredRow[],
): Promise<(Uint8Array | undefined)[]> {
  const keys = await keyring.numbered(rows.map((row) => row.key_id));
  return rows.map(({ id, key_id, bytes }) => {
    if (bytes === null) return undefined;
    const body =
      key_id === null ? bytes : openOne(keyring, keys.get(key_id), bodyContext(kind, id), bytes);
    return body === undefined || isErasedBody(body) ? undefined : body;
  });
}

function openOne(
  keyring: Keyring,
  key: DataKey | undefined,
  context: string,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (key?.bytes === undefined) return undefined;
  const open = keyring.cipher.open(key.bytes, sealed, context);
  if (open === undefined) throw storeErrors.E_STORE_BODY_CHANGED({ row: context });
  return open;
}

/** An answer is a text beside other columns, so it says by itself under which key it is. */
export function sealAnswer(
  keyring: Keyring,
  key: DataKey | undefined,
  outcomeId: string,
  answer: string | undefined,
): string | undefined {
  if (answer === undefined || key?.bytes === undefined) {
    return keyring.ciphers ? undefined : answer;
  }
  const sealed = keyring.cipher.seal(key.bytes, utf8.encode(answer), `outcome:${outcomeId}`);
  return `~${key.id}:${Buffer.from(sealed).toString("base64")}`;
}

export async function openAnswers(
  keyring: Keyring,
  rows: readonly { readonly id: string | null; readonly answer: string | null }[],
): Promise<(string | undefined)[]> {
  const parts = rows.map(({ answer }) => SEALED_TEXT.exec(answer ?? ""));
  const keys = await keyring.numbered(parts.map((one) => (one === null ? null : Number(one[1]))));
  return rows.map(({ id, answer }, index) => {
    const sealed = parts[index];
    if (sealed === null || sealed === undefined) return answer ?? undefined;
    const bytes = Buffer.from(sealed[2] ?? "", "base64");
    const open = openOne(keyring, keys.get(Number(sealed[1])), `outcome:${id}`, bytes);
    return open === undefined || isErasedBody(open) ? undefined : decoder.decode(open);
  });
}

/** `clear`: JSON of an object. */
export function sealData(
  keyring: Keyring,
  key: Uint8Array,
  eventId: string,
  clear: string,
  personal: readonly TakenOut[],
): Uint8Array {
  const text = Buffer.from(JSON.stringify(personal));
  const sealed = Buffer.from(keyring.cipher.seal(key, text, `event:${eventId}`)).toString("base64");
  const comma = clear === "{}" ? "" : ",";
  return Buffer.from(`${clear.slice(0, -1)}${comma}"${SEALED}":"${sealed}"}`);
}

interface Stored {
  readonly clear: Json;
  readonly sealed: string | undefined;
}

function parseStored(stored: Uint8Array | string): Stored {
  const text = typeof stored === "string" ? stored : decoder.decode(stored);
  const parsed = JSON.parse(text) as Json;
  const plain =
    parsed === null || typeof parsed !== "object" || Array.isArray(parsed) || !(SEALED in parsed);
  if (plain) return { clear: parsed, sealed: undefined };
  const { [SEALED]: sealed, ...clear } = parsed as { [name: string]: Json };
  return typeof sealed === "string" ? { clear, sealed } : { clear: parsed, sealed: undefined };
}

/** An event's data without its personal fields: amounts, numbers, dates, references. */
export function clearData(stored: Uint8Array | string): Json {
  return parseStored(stored).clear;
}

export interface OpenedData {
  /** Keeps its contract, erased or not. */
  readonly data: Json;
  /** The personal fields are gone for good. */
  readonly erased: boolean;
}

export interface DataRow {
  readonly id: string;
  readonly key_id: number | null;
  /** As it lies there; its text where many are read at once: bytes travel in hexadecimal. */
  readonly data: Buffer | string;
}

/** Whole data of events, in the order given. */
export async function openData(keyring: Keyring, rows: readonly DataRow[]): Promise<OpenedData[]> {
  return (await dataReaders(keyring, rows)).map((read) => read());
}

/**
 * What reads each event's data, in the order given. Each call reads the text anew: a thousand
 * parsed documents that wait for each other cost the collector of garbage more than their parsing.
 * A reader throws E_STORE_BODY_CHANGED for bytes that are not those that were sealed.
 */
export async function dataReaders(
  keyring: Keyring,
  rows: readonly DataRow[],
): Promise<(() => OpenedData)[]> {
  const keys = await keyring.numbered(rows.map((row) => row.key_id));
  return rows.map((row) => () => openDatum(keyring, keys, row));
}

function openDatum(
  keyring: Keyring,
  keys: ReadonlyMap<number, DataKey>,
  { id, key_id, data }: DataRow,
): OpenedData {
  const { clear, sealed } = parseStored(data);
  if (key_id === null) return { data: clear, erased: false };
  const key = keys.get(key_id);
  if (sealed === undefined || key?.bytes === undefined) return { data: clear, erased: true };
  const personal = openOne(keyring, key, `event:${id}`, Buffer.from(sealed, "base64"));
  if (personal === undefined) return { data: clear, erased: true };
  const taken = JSON.parse(decoder.decode(personal)) as TakenOut[];
  return { data: joinPersonal(clear, taken), erased: false };
}
