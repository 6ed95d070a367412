/**
 * What a backup holds.
 *
 * manifest   the list of its files with sizes and SHA-256, and whose ledger it is; written last
 * digest     SHA-256 of the manifest without it: a changed manifest is seen
 * log        the segments of write-ahead log between the copy's beginning and end
 */
import path from "node:path";
import { z } from "zod";
import { readDigested } from "../../store/digested-manifest.ts";
import { backupErrors } from "./errors.ts";

export const FORMAT = "tieout-backup-1";
export const DATA = "data";

const fileShape = z.strictObject({
  /** Below `data`, with `/` between. */
  path: z.string(),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type BackupFile = z.infer<typeof fileShape>;

const manifestShape = z.strictObject({
  format: z.literal(FORMAT),
  /** Of the program that wrote it. */
  version: z.string(),
  server: z.strictObject({
    version: z.string(),
    major: z.number().int(),
    systemIdentifier: z.string(),
  }),
  ledger: z.strictObject({
    migration: z.string().nullable(),
    epoch: z.number().int().nullable(),
  }),
  startedAt: z.string(),
  finishedAt: z.string(),
  startLsn: z.string(),
  stopLsn: z.string(),
  log: z.array(z.string()),
  /** Where the log since then is kept, as a restore to a moment needs it. */
  archive: z.string().nullable(),
  /** PostgreSQL's folder that was copied; while it is there its newest log can be read. */
  cluster: z.string(),
  folders: z.array(z.string()),
  files: z.array(fileShape),
  bytes: z.number().int().nonnegative(),
  digest: z.string(),
});
export type Manifest = z.infer<typeof manifestShape>;

/** Throws E_BACKUP_MANIFEST. */
export function readManifest(folder: string): Manifest {
  const refuse = (reason: string) => backupErrors.E_BACKUP_MANIFEST({ folder, reason });
  const manifest = readDigested(folder, manifestShape, refuse);
  if (manifest.files.some((one) => !isBelow(one.path))) throw refuse("it names a path outside");
  return manifest;
}

/** A path that stays below where it begins. */
function isBelow(name: string): boolean {
  return name !== "" && !path.isAbsolute(name) && !name.split("/").includes("..");
}
