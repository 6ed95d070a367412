/** Hashing is passed in, so that the pure folders need no platform. */
export interface Hasher {
  /** SHA-256 of bytes, or of the UTF-8 form of a text: 32 bytes. */
  sha256(data: Uint8Array | string): Uint8Array;
}
