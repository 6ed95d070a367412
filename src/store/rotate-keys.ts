/**
 * Wraps every key anew under the current master key, page by page, each page a transaction: it may
 * stop at any time, and whoever reads meanwhile finds each key under one of the two.
 */

import { lockKeysOfOthers, rewrapKeys } from "./data-keys.ts";
import type { Pool } from "./database.ts";
import { inTransaction } from "./database.ts";
import type { MasterKeys } from "./master-key.ts";
import { contextOfKey } from "./master-key.ts";

export interface Rotation {
  readonly master: string;
  readonly rewrapped: number;
  readonly done: boolean;
}

/** Throws E_STORE_MASTER_KEY when the old master key is not at hand any more. */
export async function rotateKeys(
  pool: Pool,
  masters: MasterKeys,
  options: { readonly pageSize: number; readonly shouldStop: () => boolean },
): Promise<Rotation> {
  const master = await masters.current();
  let rewrapped = 0;
  for (let after = 0; ; ) {
    const page = await inTransaction(pool, async (session) => {
      const keys = await lockKeysOfOthers(session, master, after, options.pageSize);
      const renewed = await Promise.all(
        keys.map(async (key) => {
          const context = contextOfKey(key);
          const bytes = await masters.unwrap(key.wrapped as Buffer, key.master, context);
          return { id: key.id, wrapped: (await masters.wrap(bytes, context)).wrapped };
        }),
      );
      if (renewed.length > 0) await rewrapKeys(session, renewed, master);
      return keys;
    });
    rewrapped += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < options.pageSize) {
      return { master, rewrapped, done: true };
    }
    if (options.shouldStop()) return { master, rewrapped, done: false };
    after = last.id;
  }
}
