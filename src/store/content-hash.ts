import type { Hasher } from "../kernel/hashing.ts";

/**
 * The `row_hash` of a row whose content is texts: SHA-256 over each text behind its number of
 * UTF-8 bytes, `~` for none, so that no two contents make one input. The same as `evidence_content`
 * in the ledger makes. Where the content is bytes (a body, a request), it is their SHA-256.
 */
export function contentHash(hasher: Hasher, texts: readonly (string | undefined)[]): Uint8Array {
  let input = "";
  for (const text of texts) {
    input += text === undefined ? "~;" : `${Buffer.byteLength(text)}:${text};`;
  }
  return hasher.sha256(input);
}
