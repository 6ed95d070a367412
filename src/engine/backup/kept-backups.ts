/**
 * Which backups the archive serves: the newest two. Log from before the older one is removed when a
 * backup is complete.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { WalArchive } from "../embedded/wal-archive.ts";
import { pruneArchive } from "../embedded/wal-archive.ts";
import type { Manifest } from "./manifest.ts";

const FILE = "backups.json";
const KEPT = 2;

const keptShape = z.array(
  z.strictObject({ folder: z.string(), finishedAt: z.string(), firstSegment: z.string() }),
);
export type KeptBackup = z.infer<typeof keptShape>[number];

/** The complete backups that the archive knows, oldest first; none where it knows none. */
export function keptBackups(archive: WalArchive): readonly KeptBackup[] {
  try {
    const text = readFileSync(path.join(archive.folder, FILE), "utf8");
    return keptShape.parse(JSON.parse(text));
  } catch {
    return [];
  }
}

export function keepLogSince(archive: WalArchive, manifest: Manifest, folder: string): void {
  const firstSegment = manifest.log[0];
  if (firstSegment === undefined) return;
  const one = { folder, finishedAt: manifest.finishedAt, firstSegment };
  const kept = [...keptBackups(archive), one].slice(-KEPT);
  const file = path.join(archive.folder, FILE);
  writeFileSync(`${file}.new`, `${JSON.stringify(kept, null, 1)}\n`);
  renameSync(`${file}.new`, file);
  pruneArchive(archive, kept[0]?.firstSegment ?? firstSegment);
}
