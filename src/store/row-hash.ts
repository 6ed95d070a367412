import type { Hasher } from "../kernel/hashing.ts";

/**
 * SHA-256 over a row's stored values: each as text or bytes, preceded by its length, so that no
 * two rows make one input. The sealer chains these hashes; they never change, not even when a
 * body is ciphered, for they are taken over what is stored.
 */
export function rowHash(
  hasher: Hasher,
  values: readonly (string | number | Uint8Array | null | undefined)[],
): Buffer {
  let text = "";
  for (const value of values) {
    if (value === null || value === undefined) text += "~;";
    else if (value instanceof Uint8Array) {
      const digest = Buffer.from(hasher.sha256(value)).toString("base64");
      text += `b${value.length}:${digest};`;
    } else {
      const part = String(value);
      text += `${part.length}:${part};`;
    }
  }
  return Buffer.from(hasher.sha256(text));
}
