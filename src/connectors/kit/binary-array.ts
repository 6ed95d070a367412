/**
 * Columns of values as PostgreSQL's binary form of arrays, for whoever speaks to a PostgreSQL: the
 * ledger and the warehouse. The driver sends buffers as they are, so nothing is quoted here and
 * nothing parsed there, which is most of the cost of an array in text.
 *
 * Form (PostgreSQL's array_recv): dimensions, has-null flag, element type, length, lower bound,
 * each of 4 bytes, then for each element its byte length (−1 is null) and its bytes.
 */
const HEADER_BYTES = 20;
const BYTEA_OID = 17;
const TEXT_OID = 25;
const UUID_OID = 2950;

/** A UTF-16 unit takes at most three bytes in UTF-8. */
const MOST_BYTES_A_UNIT = 3;
/** Up to here a loop is faster than the call out of JavaScript. */
const SHORT = 40;
const UUID_BYTES = 16;
const DASH = 45;

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

/** As uuid[]; each is 32 hexadecimal digits, with or without dashes. */
export function uuidArray(values: readonly string[]): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * (4 + UUID_BYTES));
  let at = HEADER_BYTES;
  for (const value of values) {
    at = writeLength(buffer, UUID_BYTES, at);
    const end = at + UUID_BYTES;
    for (let i = 0; i < value.length && at < end; i += 2) {
      if (value.charCodeAt(i) === DASH) i += 1;
      buffer[at] = (nibble(value, i) << 4) | nibble(value, i + 1);
      at += 1;
    }
    if (at !== end) throw new RangeError(`not a UUID: ${value}`);
  }
  return finish(buffer, at, UUID_OID, values.length, false);
}

/** As bytea[]. */
export function byteaArray(values: readonly Uint8Array[]): Buffer {
  const room = values.reduce((sum, value) => sum + 4 + value.length, HEADER_BYTES);
  const buffer = Buffer.allocUnsafe(room);
  let at = HEADER_BYTES;
  for (const value of values) {
    at = writeLength(buffer, value.length, at);
    buffer.set(value, at);
    at += value.length;
  }
  return finish(buffer, at, BYTEA_OID, values.length, false);
}

/** Byte by byte: the platform's writeInt32BE checks more than it writes. */
function writeLength(buffer: Buffer, length: number, at: number): number {
  buffer[at] = length >>> 24;
  buffer[at + 1] = length >>> 16;
  buffer[at + 2] = length >>> 8;
  buffer[at + 3] = length;
  return at + 4;
}

function nibble(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit >= 48 && unit <= 57) return unit - 48;
  const letter = unit | 32;
  if (letter >= 97 && letter <= 102) return letter - 87;
  throw new RangeError(`not a UUID: ${text}`);
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
