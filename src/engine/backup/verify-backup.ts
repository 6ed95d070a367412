/** Is a backup what it was when it was made: every file there, whole, and none besides. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { hashFile } from "./copy-file.ts";
import type { Manifest } from "./manifest.ts";
import { DATA, readManifest } from "./manifest.ts";

export interface BackupCheck {
  readonly manifest: Manifest;
  /** Empty: it is whole. Each names a file and what is wrong with it. */
  readonly problems: readonly string[];
}

/** Reads every byte. Throws E_BACKUP_MANIFEST where there is no backup at all. */
export async function verifyBackup(folder: string): Promise<BackupCheck> {
  const manifest = readManifest(folder);
  const problems: string[] = [];
  const data = path.join(folder, DATA);
  for (const file of manifest.files) {
    const found = await hashFile(path.join(data, file.path));
    if (found === undefined) problems.push(`${file.path} is missing`);
    else if (found.bytes !== file.bytes) {
      problems.push(`${file.path} has ${found.bytes} bytes instead of ${file.bytes}`);
    } else if (found.sha256 !== file.sha256) problems.push(`${file.path} was changed`);
  }
  const known = new Set(manifest.files.map((file) => file.path));
  for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
    const name = path.relative(data, path.join(entry.parentPath, entry.name));
    const plain = name.split(path.sep).join("/");
    if (!entry.isDirectory() && !known.has(plain)) problems.push(`${plain} does not belong to it`);
  }
  return { manifest, problems };
}
