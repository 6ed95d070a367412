/** What holds the master key: the environment, a file, or a key service. */
import type { KeyName } from "./data-keys.ts";

export interface MasterKeys {
  /** The name of the key that wraps now; rotation changes it. */
  current(): Promise<string>;
  /** Puts a new key in front, where the holder keeps them itself (a file). */
  readonly renew?: () => Promise<void>;
  /** Under the current one. */
  wrap(key: Uint8Array, context: string): Promise<{ wrapped: Uint8Array; master: string }>;
  /** Throws E_STORE_MASTER_KEY when this master key is not at hand. */
  unwrap(wrapped: Uint8Array, master: string, context: string): Promise<Uint8Array>;
}

/** What a wrapped key is bound to: it does not open as somebody else's. */
export function contextOfKey({ use, owner }: KeyName): string {
  return `data-key:${use}:${owner}`;
}
