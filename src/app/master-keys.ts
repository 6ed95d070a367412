/**
 * The master key: 32 bytes that wrap every other key. From `TIEOUT_MASTER_KEY`, or from the file
 * `master.key` in the data folder, which the first start makes. A key service takes the place of
 * both by offering the same three functions.
 *
 * current   the key that wraps: the variable's, or the first line of the file
 * old       keys that still unwrap: `TIEOUT_MASTER_KEY_OLD`, or the file's other lines
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { Cipher } from "../kernel/cipher.ts";
import { hex } from "../kernel/hex.ts";
import { storeErrors } from "../store/errors.ts";
import type { MasterKeys } from "../store/master-key.ts";
import type { Environment } from "./environment.ts";
import { appErrors } from "./errors.ts";
import { systemCipher, systemHasher, systemRandom } from "./system.ts";

const BYTES = 32;

interface Master {
  readonly id: string;
  readonly bytes: Uint8Array;
}

export function masterKeyFile(dataDir: string): string {
  return path.join(dataDir, "master.key");
}

/** A name that tells a key from others and tells nothing of it. */
function named(bytes: Uint8Array): Master {
  return { id: hex(systemHasher.sha256(`tieout master key ${hex(bytes)}`)).slice(0, 12), bytes };
}

function parseKey(text: string, where: string): Master {
  const bytes = /^[0-9a-f]{64}$/i.test(text)
    ? Buffer.from(text, "hex")
    : Buffer.from(text, "base64");
  if (bytes.length !== BYTES) throw appErrors.E_APP_MASTER_KEY({ where });
  return named(bytes);
}

/** Keys of given bytes: the first wraps, all unwrap. */
export function mastersOf(
  read: () => readonly Master[],
  cipher: Pick<Cipher, "seal" | "open">,
): MasterKeys {
  let keys: readonly Master[] = [];
  const first = (): Master => {
    if (keys.length === 0) keys = read();
    const current = keys[0];
    if (current === undefined) {
      throw storeErrors.E_STORE_MASTER_KEY({ wanted: "of its own", found: "none is here" });
    }
    return current;
  };
  const find = (id: string): Master | undefined => keys.find((one) => one.id === id);
  return {
    current: async () => {
      // Another process may have rotated it since.
      keys = read();
      return first().id;
    },
    async wrap(key, context) {
      const { id, bytes } = first();
      return { wrapped: cipher.seal(bytes, key, context), master: id };
    },
    async unwrap(wrapped, master, context) {
      if (find(master) === undefined) keys = read();
      const known = find(master);
      const open = known && cipher.open(known.bytes, wrapped, context);
      if (open !== undefined) return open;
      const here = keys.map((one) => one.id).join(", ");
      const found = here === "" ? "none is here" : `here is ${here}`;
      throw storeErrors.E_STORE_MASTER_KEY({ wanted: master, found });
    },
  };
}

/** Keys that are given, the current one first; for tests and benchmarks. */
export function fixedMasterKey(...texts: readonly string[]): MasterKeys {
  const masters = texts.map((text) => named(systemHasher.sha256(text)));
  return mastersOf(() => masters, systemCipher);
}

type Where = Pick<Environment, "variables" | "dataDir">;

/** What the environment names, else the data folder's file. Read when it is first needed. */
export function masterKeys(where: Where): MasterKeys {
  const { variables, dataDir } = where;
  const given = variables["TIEOUT_MASTER_KEY"] ?? "";
  if (given === "") {
    const file = masterKeyFile(dataDir);
    return { ...mastersOf(() => readFile(file), systemCipher), renew: async () => renewFile(file) };
  }
  const old = (variables["TIEOUT_MASTER_KEY_OLD"] ?? "").split(",").filter((one) => one !== "");
  return mastersOf(
    () => [
      parseKey(given, "TIEOUT_MASTER_KEY"),
      ...old.map((one) => parseKey(one.trim(), "TIEOUT_MASTER_KEY_OLD")),
    ],
    systemCipher,
  );
}

function readFile(file: string): Master[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line.trim() !== "").map((line) => parseKey(line.trim(), file));
}

function newLine(): string {
  return `${Buffer.from(systemRandom.bytes(BYTES)).toString("base64")}\n`;
}

/**
 * Makes the file where no key is given and none is there. Of several that start at once, the first
 * one's file counts.
 */
export function ensureMasterKey(environment: Where): void {
  const { variables, dataDir } = environment;
  const file = masterKeyFile(dataDir);
  if ((variables["TIEOUT_MASTER_KEY"] ?? "") !== "" || existsSync(file)) return;
  mkdirSync(dataDir, { recursive: true });
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, newLine(), DURABLY);
  try {
    linkSync(mine, file);
    syncFolder(dataDir);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Puts a new key in front of the file's. The old ones stay in it: a hub that has not read the file
 * since may still wrap a new key under one of them.
 */
function renewFile(file: string): void {
  const old = existsSync(file) ? readFileSync(file, "utf8") : "";
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, newLine() + old, DURABLY);
  renameSync(mine, file);
  syncFolder(path.dirname(file));
}

/**
 * On the disk before anything is wrapped under it: what the ledger commits survives a power
 * failure, and without its key it would be ciphertext for good.
 */
const DURABLY = { mode: 0o600, flush: true } as const;

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } catch (thrown) {
    // Some file systems refuse to sync a folder and keep their names durable by themselves.
    if ((thrown as NodeJS.ErrnoException).code !== "EINVAL") throw thrown;
  } finally {
    closeSync(handle);
  }
}
