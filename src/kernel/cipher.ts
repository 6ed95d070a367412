/** Ciphering is passed in, as hashing is, so that who decides needs no platform. */
export interface Cipher {
  /**
   * AES-256-GCM: 12 bytes of nonce, the ciphertext, 16 bytes of tag. `context` is authenticated
   * with it: what was sealed for one row does not open in another.
   */
  seal(key: Uint8Array, clear: Uint8Array, context: string): Uint8Array;
  /** Undefined where key, context or bytes are not those it was sealed with. */
  open(key: Uint8Array, sealed: Uint8Array, context: string): Uint8Array | undefined;
  /** HMAC with SHA-256: 32 bytes. */
  mac(key: Uint8Array, data: Uint8Array | string): Uint8Array;
}
