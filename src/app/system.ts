/** The platform's clock, randomness and hashing: the only place where the process reads them. */
import { createCipheriv, createDecipheriv, createHmac, hash, randomBytes } from "node:crypto";
import type { Cipher } from "../kernel/cipher.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Hasher } from "../kernel/hashing.ts";
import type { Random } from "../kernel/random.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

export const systemHasher: Hasher = {
  // One call instead of an object per hash: intake makes a dozen a fact. By way of a text: a buffer
  // made there has memory of its own, which costs more than the hash; ours shares a slab.
  sha256: (data) => Buffer.from(hash("sha256", data, "binary"), "latin1"),
};

/** Random bytes are drawn in blocks: ids need ten at a time, thousands of times a second. */
const BLOCK = 4096;

function bufferedRandom(): Random {
  let block = randomBytes(BLOCK);
  let at = 0;
  const bytes = (count: number): Uint8Array => {
    if (count > BLOCK) return randomBytes(count);
    if (at + count > BLOCK) {
      block = randomBytes(BLOCK);
      at = 0;
    }
    at += count;
    return block.subarray(at - count, at);
  };
  return { bytes, unit: () => Buffer.from(bytes(6)).readUIntBE(0, 6) / 2 ** 48 };
}

export const systemRandom: Random = bufferedRandom();

const NONCE = 12;
const TAG = 16;

export const systemCipher: Cipher = {
  seal(key, clear, context) {
    // Bytes of its own: the drawn ones are a view of a block that is drawn from again.
    const nonce = Uint8Array.from(systemRandom.bytes(NONCE));
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    cipher.setAAD(Buffer.from(context));
    return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
  },
  open(key, sealed, context) {
    if (sealed.length < NONCE + TAG) return undefined;
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE));
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
    try {
      const clear = decipher.update(sealed.subarray(NONCE, sealed.length - TAG));
      return Buffer.concat([clear, decipher.final()]);
    } catch {
      return undefined;
    }
  },
  mac: (key, data) => createHmac("sha256", key).update(data).digest(),
};
