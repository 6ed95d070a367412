/**
 * What a backup holds.
 *
 * manifest   the list of its files with sizes and SHA-256, and whose ledger it is; written last
 * digest     SHA-256 of the manifest without it: a changed manifest is seen
 * log        the segments of write-ahead log between the copy's beginning and end
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { canonicalJson } from "../../kernel/canonical-json.ts";
import { messageOf } from "../../kernel/errors.ts";
import type { Json } from "../../kernel/strict-json.ts";
import { backupErrors } from "./errors.ts";

export const FORMAT = "tieout-backup-1";
export const MANIFEST = "manifest.json";
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

export function digestOf(manifest: Omit<Manifest, "digest">): string {
  return createHash("sha256")
    .update(canonicalJson(manifest as unknown as Json))
    .digest("hex");
}

/** Throws E_BACKUP_MANIFEST. */
export function readManifest(folder: string): Manifest {
  const file = path.join(folder, MANIFEST);
  const refuse = (reason: string) => backupErrors.E_BACKUP_MANIFEST({ folder, reason });
  if (!existsSync(file)) throw refuse(`there is no ${MANIFEST}`);
  let text: unknown;
  try {
    text = JSON.parse(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw refuse(messageOf(thrown));
  }
  const parsed = manifestShape.safeParse(text);
  if (!parsed.success) throw refuse(parsed.error.issues[0]?.message ?? "unknown shape");
  const { digest, ...rest } = parsed.data;
  if (digestOf(rest) !== digest) throw refuse(`${MANIFEST} was changed`);
  if (rest.files.some((one) => !isBelow(one.path))) throw refuse("it names a path outside");
  return parsed.data;
}

/** A path that stays below where it begins. */
function isBelow(name: string): boolean {
  return name !== "" && !path.isAbsolute(name) && !name.split("/").includes("..");
}
