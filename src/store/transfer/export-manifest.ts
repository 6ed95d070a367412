/**
 * What an export holds: a folder with a file for each table, in the text form of COPY, and a
 * manifest, which is written last. Any PostgreSQL that a ledger may run on reads it.
 */
import path from "node:path";
import { z } from "zod";
import { readDigested } from "../digested-manifest.ts";
import { storeErrors } from "../errors.ts";

export const FORMAT = "tieout-export-1";

const tableShape = z.strictObject({
  name: z.string().regex(/^[a-z_][a-z0-9_]*$/),
  columns: z.array(z.string()),
  rows: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ExportedTable = z.infer<typeof tableShape>;

const manifestShape = z.strictObject({
  format: z.literal(FORMAT),
  /** Of the program that wrote it. */
  version: z.string(),
  /** The newest migration of the ledger. */
  migration: z.string(),
  epoch: z.number().int(),
  /** The moment whose rows these are, by the database's clock. */
  exportedAt: z.string(),
  server: z.string(),
  /** Sealed rows keep the numbers of the server they come from; the next ones go above this. */
  highestTx: z.string().regex(/^\d+$/),
  /** First milliseconds of months, in UTC, in which ids were made. */
  months: z.array(z.number().int()),
  tables: z.array(tableShape),
  digest: z.string(),
});
export type ExportManifest = z.infer<typeof manifestShape>;

export function fileOf(folder: string, table: string): string {
  return path.join(folder, `${table}.copy`);
}

/** Throws E_STORE_EXPORT_FOLDER. */
export function readExport(folder: string): ExportManifest {
  return readDigested(folder, manifestShape, (reason) =>
    storeErrors.E_STORE_EXPORT_FOLDER({ folder, reason }),
  );
}
