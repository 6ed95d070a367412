/**
 * The journal of effects: what a sandbox has truly done, and therefore the oracle of every check.
 *
 * effect   one change of the sandbox's state, described well enough to be applied again
 * entry    an effect with its number and time, one line of the file
 * fold     the function that applies an entry to the state; the only way state changes
 */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Clock } from "../../kernel/clock.ts";
import { sandboxKitErrors } from "./errors.ts";

export interface Effect {
  readonly kind: string;
}

export type JournalEntry<E extends Effect> = E & {
  /** 1, 2, 3 … without gaps; starts again at 1 after a reset. */
  readonly seq: number;
  /** Epoch milliseconds of the sandbox's clock. */
  readonly at: number;
};

export interface Journal<E extends Effect> {
  /** Writes the effect, applies it by the fold, and returns it numbered. Synchronous on purpose. */
  append(effect: E): JournalEntry<E>;
  /** Entries whose number is greater than `after`, oldest first. */
  entries(after?: number): readonly JournalEntry<E>[];
  readonly size: number;
  /** Forgets everything. The owner clears its own state. */
  clear(): void;
  close(): void;
}

export interface JournalOptions<E extends Effect> {
  readonly clock: Clock;
  readonly fold: (entry: JournalEntry<E>) => void;
  /** Without a file the journal lives in memory only. */
  readonly file?: string | undefined;
}

/**
 * Opens a journal and replays what the file holds through the fold. A last line cut by a kill
 * is dropped (its answer was never sent, see `append`); a broken line before it raises
 * E_SANDBOX_JOURNAL_CORRUPT.
 */
export function openJournal<E extends Effect>(options: JournalOptions<E>): Journal<E> {
  const { clock, fold, file } = options;
  const kept: JournalEntry<E>[] = [];
  const descriptor = file === undefined ? undefined : openSync(file, "a+");
  if (file !== undefined && descriptor !== undefined) {
    const good = replay<E>(file, (entry) => {
      kept.push(entry);
      fold(entry);
    });
    ftruncateSync(descriptor, good);
  }
  return {
    append(effect) {
      const entry: JournalEntry<E> = { seq: kept.length + 1, at: clock.now(), ...effect };
      // Written before the fold and before any answer leaves: a SIGKILL between the two loses at
      // most an answer, never an effect. No fsync: the page cache outlives the process.
      if (descriptor !== undefined) writeWhole(descriptor, `${JSON.stringify(entry)}\n`);
      kept.push(entry);
      fold(entry);
      return entry;
    },
    entries: (after = 0) => kept.slice(Math.max(0, after)),
    get size() {
      return kept.length;
    },
    clear() {
      kept.length = 0;
      if (descriptor !== undefined) ftruncateSync(descriptor, 0);
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}

function writeWhole(descriptor: number, line: string): void {
  const bytes = Buffer.from(line);
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}

/** Returns the length of the part that was understood. */
function replay<E extends Effect>(file: string, apply: (entry: JournalEntry<E>) => void): number {
  const bytes = readFileSync(file);
  let start = 0;
  for (let line = 1; start < bytes.length; line += 1) {
    const end = bytes.indexOf(10, start);
    if (end === -1) break;
    const entry = parseEntry<E>(bytes.toString("utf8", start, end), line);
    if (entry === undefined) throw sandboxKitErrors.E_SANDBOX_JOURNAL_CORRUPT({ file, line });
    apply(entry);
    start = end + 1;
  }
  return start;
}

function parseEntry<E extends Effect>(text: string, line: number): JournalEntry<E> | undefined {
  try {
    const entry = JSON.parse(text) as JournalEntry<E>;
    return entry.seq === line ? entry : undefined;
  } catch {
    return undefined;
  }
}
