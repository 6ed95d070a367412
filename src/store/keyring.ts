/**
 * The keys that personal data are ciphered under, and the one way to cipher and decipher.
 *
 * master key   wraps all others; from the environment, a file, or a key service (MasterKeys)
 * data key     of a party, of the bodies of one day, or of the ledger; kept wrapped in `data_key`
 * destroyed    a data key that is gone for good, with all that was ciphered under it
 * digest       a hash of content, keyed, so that nobody can try out guesses against it
 * blind        a word as the search keeps it
 */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Cipher } from "../kernel/cipher.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Random } from "../kernel/random.ts";
import type { KeyName, KeyRow, NewKey } from "./data-keys.ts";
import { countKeys, findKeysById, findKeysByName, insertKeys } from "./data-keys.ts";
import { storeErrors } from "./errors.ts";
import type { MasterKeys } from "./master-key.ts";
import { contextOfKey } from "./master-key.ts";
import type { Rotation } from "./rotate-keys.ts";
import { rotateKeys } from "./rotate-keys.ts";

export interface DataKey {
  readonly id: number;
  /** Undefined: destroyed. */
  readonly bytes: Uint8Array | undefined;
}

export interface LedgerSecrets {
  /** Of a SHA-256; the same for the same content, for as long as the ledger. */
  digest(hash: Uint8Array): Uint8Array;
  /** Eight bytes. */
  blind(word: string): Uint8Array;
}

export interface Keyring {
  /** False where bodies are kept clear: in tests of other things, and without a ledger. */
  readonly ciphers: boolean;
  /** Keys to write with, made where there are none; by `keyText` of the name. */
  named(names: readonly KeyName[]): Promise<ReadonlyMap<string, DataKey>>;
  /** Keys to read with; null is what was kept clear and has none. */
  numbered(ids: Iterable<number | null>): Promise<ReadonlyMap<number, DataKey>>;
  secrets(): Promise<LedgerSecrets>;
  readonly cipher: Pick<Cipher, "seal" | "open">;
  /** Wraps all keys under the newest master key; makes one where that is the holder's to do. */
  rotate(shouldStop: () => boolean): Promise<Rotation>;
  count(): Promise<{ master: string; keys: number }[]>;
  /** Forgets what it remembers, so that a destroyed key is destroyed here too. */
  forget(): void;
  close(): Promise<void>;
}

export function keyText({ use, owner }: KeyName): string {
  return `${use}\n${owner}`;
}

/** Keeps bodies as they are. `sha256` blinds words. */
export function clearKeyring(sha256: (text: string) => Uint8Array): Keyring {
  return {
    ciphers: false,
    named: async () => new Map(),
    numbered: async () => new Map(),
    secrets: async () => ({
      digest: (hash) => hash,
      blind: (word) => sha256(word).subarray(0, BLIND_BYTES),
    }),
    cipher: { seal: (_, clear) => clear, open: () => undefined },
    rotate: async () => ({ master: "none", rewrapped: 0, done: true }),
    count: async () => [],
    forget: () => undefined,
    close: async () => undefined,
  };
}

const BLIND_BYTES = 8;
const KEY_BYTES = 32;
const ROTATED_AT_ONCE = 1000;
/** Of one generation; two are remembered, some ten megabytes at most. */
const MOST_REMEMBERED = 20_000;
/** A key destroyed by another process is forgotten here after twice this time at the latest. */
const REMEMBER_MS = 60_000;

export interface KeyringOptions {
  readonly url: string;
  readonly cipher: Cipher;
  readonly random: Random;
  readonly clock: Clock;
  readonly master: MasterKeys;
  readonly onIdleError: (cause: Error) => void;
}

/**
 * Connects when it is first asked. It has a connection of its own: a key is asked for by those who
 * hold one already, and must be committed whatever becomes of their transaction.
 */
export function openKeyring(options: KeyringOptions): Keyring {
  const { cipher } = options;
  const pool = openKeyPool(options);
  const memory = rememberKeys(options.clock);
  const keep = async (rows: readonly KeyRow[]): Promise<(KeyName & DataKey)[]> =>
    Promise.all(
      rows.map(async (row) => {
        const { id, use, owner } = row;
        const bytes = row.wrapped === null ? undefined : await unwrap(options.master, row);
        const key = { id, use, owner, bytes };
        memory.keep(key);
        return key;
      }),
    );
  const named: Keyring["named"] = async (names) => {
    const found = new Map<string, DataKey>();
    const wanted = new Map<string, KeyName>();
    for (const name of names) {
      const text = keyText(name);
      const known = memory.byName(text);
      if (known === undefined) wanted.set(text, name);
      else found.set(text, known);
    }
    const add = async (rows: readonly KeyRow[]): Promise<void> => {
      for (const key of await keep(rows)) {
        found.set(keyText(key), key);
        wanted.delete(keyText(key));
      }
    };
    if (wanted.size > 0) await add(await findKeysByName(pool, [...wanted.values()]));
    if (wanted.size > 0) {
      const lacking = [...wanted.values()];
      await insertKeys(pool, await Promise.all(lacking.map((name) => makeKey(options, name))));
      await add(await findKeysByName(pool, lacking));
    }
    return found;
  };
  let secrets: Promise<LedgerSecrets> | undefined;
  return {
    ciphers: true,
    cipher,
    named,
    numbered: (ids) =>
      findNumbered(ids, memory.byId, async (wanted) => keep(await findKeysById(pool, wanted))),
    secrets() {
      secrets ??= readSecrets(named, cipher).catch((thrown: unknown) => {
        secrets = undefined;
        throw thrown;
      });
      return secrets;
    },
    rotate: (shouldStop) =>
      oneAtATime(pool, async () => {
        await options.master.renew?.();
        return rotateKeys(pool, options.master, { pageSize: ROTATED_AT_ONCE, shouldStop });
      }),
    count: () => countKeys(pool),
    forget: memory.forget,
    close: () => pool.end(),
  };
}

function openKeyPool({ url, onIdleError }: KeyringOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    application_name: "tieout keys",
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  pool.on("error", onIdleError);
  pool.on("connect", (client) => client.on("error", onIdleError));
  return pool;
}

/** "keys" in hexadecimal. */
const ROTATION_LOCK = 0x6b657973;
const WAIT_MS = 100;

/**
 * Of two processes that put a new master key in front of a file at once, one's would be gone from
 * it while keys are wrapped under it. Who waits holds no connection: the other one needs them.
 */
async function oneAtATime<T>(pool: pg.Pool, act: () => Promise<T>): Promise<T> {
  for (;;) {
    const client = await pool.connect();
    try {
      const text = "select pg_try_advisory_lock($1) as mine";
      const { rows } = await client.query<{ mine: boolean }>(text, [ROTATION_LOCK]);
      if (rows[0]?.mine === true) return await act();
    } finally {
      // The lock ends with its connection, whatever became of it.
      client.release(true);
    }
    await sleep(WAIT_MS);
  }
}

async function findNumbered(
  ids: Iterable<number | null>,
  known: (id: number) => DataKey | undefined,
  read: (ids: readonly number[]) => Promise<readonly DataKey[]>,
): Promise<ReadonlyMap<number, DataKey>> {
  const found = new Map<number, DataKey>();
  const wanted = new Set<number>();
  for (const id of ids) {
    if (id === null || found.has(id)) continue;
    const key = known(id);
    if (key === undefined) wanted.add(id);
    else found.set(id, key);
  }
  if (wanted.size > 0) for (const key of await read([...wanted])) found.set(key.id, key);
  return found;
}

function unwrap(master: MasterKeys, row: KeyRow): Promise<Uint8Array> {
  return master.unwrap(row.wrapped as Buffer, row.master, contextOfKey(row));
}

async function makeKey({ random, master }: KeyringOptions, name: KeyName): Promise<NewKey> {
  const bytes = Uint8Array.from(random.bytes(KEY_BYTES));
  return { ...name, ...(await master.wrap(bytes, contextOfKey(name))) };
}

async function readSecrets(named: Keyring["named"], cipher: Cipher): Promise<LedgerSecrets> {
  const names = ["digest", "search"].map((owner) => ({ use: "ledger" as const, owner }));
  const keys = await named(names);
  const bytesOf = (owner: string): Uint8Array => {
    const bytes = keys.get(keyText({ use: "ledger", owner }))?.bytes;
    if (bytes === undefined) throw storeErrors.E_STORE_KEY_DESTROYED({ owner });
    return bytes;
  };
  const [digest, search] = [bytesOf("digest"), bytesOf("search")];
  return {
    digest: (hash) => cipher.mac(digest, hash),
    blind: (word) => cipher.mac(search, word).subarray(0, BLIND_BYTES),
  };
}

type Remembered = KeyName & DataKey;

interface Generation {
  readonly names: Map<string, Remembered>;
  readonly ids: Map<number, Remembered>;
}

/** Two generations: what nobody asked for in the younger one's time is forgotten with the older. */
function rememberKeys(clock: Clock) {
  const empty = (): Generation => ({ names: new Map(), ids: new Map() });
  let [young, old] = [empty(), empty()];
  let bornMs = clock.monotonic();
  const age = (): void => {
    const elapsedMs = clock.monotonic() - bornMs;
    if (elapsedMs < REMEMBER_MS && young.ids.size < MOST_REMEMBERED) return;
    old = elapsedMs < 2 * REMEMBER_MS ? young : empty();
    young = empty();
    bornMs = clock.monotonic();
  };
  return {
    byName(text: string): DataKey | undefined {
      age();
      return young.names.get(text) ?? old.names.get(text);
    },
    byId(id: number): DataKey | undefined {
      age();
      return young.ids.get(id) ?? old.ids.get(id);
    },
    keep(key: Remembered): void {
      young.names.set(keyText(key), key);
      young.ids.set(key.id, key);
    },
    forget(): void {
      [young, old] = [empty(), empty()];
    },
  };
}
