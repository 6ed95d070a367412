/** A write may take a part and say so instead of failing: a disk that is filling, a network's. */
import type { FileHandle } from "node:fs/promises";

/** Writes all of it behind what was written before. Throws what the file system says. */
export async function writeWhole(
  file: Pick<FileHandle, "write">,
  piece: Uint8Array,
): Promise<void> {
  for (let at = 0; at < piece.length; ) {
    at += (await file.write(piece, at, piece.length - at)).bytesWritten;
  }
}
