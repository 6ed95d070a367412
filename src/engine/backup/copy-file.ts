/** Copies with the hash of what was written; nothing counts as there before it is synced. */
import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { writeWhole } from "../../store/write-whole.ts";

const PIECE = 1024 * 1024;

export interface Copied {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Copies a file that others may be writing to; undefined when it is gone. Pages torn by a write in
 * the middle are put right by the log.
 */
export async function copyFile(from: string, to: string): Promise<Copied | undefined> {
  const source = await opened(from);
  if (source === undefined) return undefined;
  try {
    const target = await open(to, "wx", 0o600);
    try {
      const copied = await pump(source, (piece) => writeWhole(target, piece));
      await target.datasync();
      return copied;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Hash and size of a file; undefined when it is gone. */
export async function hashFile(file: string): Promise<Copied | undefined> {
  const source = await opened(file);
  if (source === undefined) return undefined;
  try {
    return await pump(source, async () => undefined);
  } finally {
    await source.close();
  }
}

async function opened(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, "r");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}

async function pump(source: FileHandle, write: (piece: Buffer) => Promise<void>): Promise<Copied> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(PIECE);
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, PIECE);
    if (bytesRead === 0) return { bytes, sha256: hash.digest("hex") };
    const piece = buffer.subarray(0, bytesRead);
    hash.update(piece);
    await write(piece);
    bytes += bytesRead;
  }
}

/** Makes names in a folder durable: after files were made in it, and after a rename. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (thrown) {
    // Some file systems refuse to sync a folder and keep their names durable by themselves.
    if ((thrown as NodeJS.ErrnoException).code !== "EINVAL") throw thrown;
  } finally {
    await handle.close();
  }
}
