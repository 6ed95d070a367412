/**
 * Columns of values as PostgreSQL's binary form of arrays, for whoever speaks to a PostgreSQL: the
 * ledger and the warehouse. The driver sends buffers as they are, so nothing is quoted here and
 * nothing parsed there, which is most of the cost of an array in text.
 *
 * Form (PostgreSQL's array_recv): dimensions, has-null flag, element type, length, lower bound,
 * each of 4 bytes, then for each element its byte length (−1 is null) and its bytes.
 */
const HEADER_BYTES = 20;
const BOOL_OID = 16;
const BYTEA_OID = 17;
const BIGINT_OID = 20;
const INTEGER_OID = 23;
const TEXT_OID = 25;
const UUID_OID = 2950;

/** A UTF-16 unit takes at most three bytes in UTF-8. */
const MOST_BYTES_A_UNIT = 3;
/** Up to here a loop is faster than the call out of JavaScript. */
const SHORT = 40;
const UUID_BYTES = 16;

/** As text[]; undefined is null. */
export function textArray(values: readonly (string | null | undefined)[]): Buffer {
  let room = HEADER_BYTES;
  for (const value of values) room += 4 + (value?.length ?? 0) * MOST_BYTES_A_UNIT;
  const buffer = Buffer.allocUnsafe(room);
  let at = HEADER_BYTES;
  let hasNull = false;
  for (const value of values) {
    if (value === null || value === undefined) {
      hasNull = true;
      at = writeLength(buffer, -1, at);
      continue;
    }
    const bytes = writeShort(buffer, value, at + 4) ?? buffer.write(value, at + 4, "utf8");
    at = writeLength(buffer, bytes, at) + bytes;
  }
  return finish(buffer, at, TEXT_OID, values.length, hasNull);
}

/** As uuid[]; each is 32 hexadecimal digits, with or without dashes; undefined is null. */
export function uuidArray(values: readonly (string | null | undefined)[]): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * (4 + UUID_BYTES));
  let at = HEADER_BYTES;
  let hasNull = false;
  for (const value of values) {
    if (value === null || value === undefined) {
      hasNull = true;
      at = writeLength(buffer, -1, at);
      continue;
    }
    at = writeUuid(buffer, value, writeLength(buffer, UUID_BYTES, at));
  }
  return finish(buffer, at, UUID_OID, values.length, hasNull);
}

/** As bytea[]; undefined is null. */
export function byteaArray(values: readonly (Uint8Array | null | undefined)[]): Buffer {
  let room = HEADER_BYTES;
  for (const value of values) room += 4 + (value?.length ?? 0);
  const buffer = Buffer.allocUnsafe(room);
  let at = HEADER_BYTES;
  let hasNull = false;
  for (const value of values) {
    if (value === null || value === undefined) {
      hasNull = true;
      at = writeLength(buffer, -1, at);
      continue;
    }
    at = writeLength(buffer, value.length, at);
    buffer.set(value, at);
    at += value.length;
  }
  return finish(buffer, at, BYTEA_OID, values.length, hasNull);
}

/** As integer[], whole numbers of 32 bits; undefined is null. */
export function integerArray(values: readonly (number | null | undefined)[]): Buffer {
  return fixedArray(values, INTEGER_OID, 4, (buffer, value, at) => buffer.writeInt32BE(value, at));
}

/** As bigint[], from digits; undefined is null. */
export function bigintArray(values: readonly (string | null | undefined)[]): Buffer {
  return fixedArray(values, BIGINT_OID, 8, (buffer, value, at) =>
    buffer.writeBigInt64BE(BigInt(value), at),
  );
}

/** As boolean[]. */
export function booleanArray(values: readonly boolean[]): Buffer {
  return fixedArray(values, BOOL_OID, 1, (buffer, value, at) => {
    buffer[at] = value ? 1 : 0;
  });
}

function fixedArray<T>(
  values: readonly (T | null | undefined)[],
  oid: number,
  bytes: number,
  write: (buffer: Buffer, value: T, at: number) => void,
): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * (4 + bytes));
  let at = HEADER_BYTES;
  let hasNull = false;
  for (const value of values) {
    if (value === null || value === undefined) {
      hasNull = true;
      at = writeLength(buffer, -1, at);
      continue;
    }
    at = writeLength(buffer, bytes, at);
    write(buffer, value, at);
    at += bytes;
  }
  return finish(buffer, at, oid, values.length, hasNull);
}

/** Byte by byte: the platform's writeInt32BE checks more than it writes. */
function writeLength(buffer: Buffer, length: number, at: number): number {
  buffer[at] = length >>> 24;
  buffer[at + 1] = length >>> 16;
  buffer[at + 2] = length >>> 8;
  buffer[at + 3] = length;
  return at + 4;
}

const NO_DIGIT = 0xff;
const DIGITS = new Uint8Array(128).fill(NO_DIGIT);
for (let digit = 0; digit < 16; digit += 1) {
  DIGITS[digit.toString(16).charCodeAt(0)] = digit;
  DIGITS[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/** Where the pairs of digits stand. */
const PLAIN = Array.from({ length: UUID_BYTES }, (_, pair) => pair * 2);
const DASHED = PLAIN.map((at, pair) => at + [4, 6, 8, 10].filter((dash) => pair >= dash).length);

/** By a table: an event has some thirty of them, and each comparison of letters counts. */
function writeUuid(buffer: Buffer, text: string, start: number): number {
  const isPlain = text.length === PLAIN.length * 2;
  const places = isPlain ? PLAIN : DASHED;
  let seen = 0;
  let at = start;
  for (const place of places) {
    const high = DIGITS[text.charCodeAt(place)] ?? NO_DIGIT;
    const low = DIGITS[text.charCodeAt(place + 1)] ?? NO_DIGIT;
    seen |= high | low;
    buffer[at] = (high << 4) | low;
    at += 1;
  }
  if (seen > 15 || !(isPlain || isDashed(text))) throw new RangeError(`not a UUID: ${text}`);
  return at;
}

function isDashed(text: string): boolean {
  return (
    text.length === 36 &&
    text[8] === "-" &&
    text[13] === "-" &&
    text[18] === "-" &&
    text[23] === "-"
  );
}

function finish(
  buffer: Buffer,
  end: number,
  oid: number,
  length: number,
  hasNull: boolean,
): Buffer {
  buffer.writeInt32BE(length === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(hasNull ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  if (length === 0) return buffer.subarray(0, 12);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
  return buffer.subarray(0, end);
}

/** Bytes written; undefined for a text that is long or not all ASCII. */
function writeShort(buffer: Buffer, text: string, at: number): number | undefined {
  if (text.length > SHORT) return undefined;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return undefined;
    buffer[at + i] = unit;
  }
  return text.length;
}
