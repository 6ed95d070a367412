import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { z } from "zod";

/**
 * Makes a server's part of the data folder and returns the data folder's real path, which process
 * lists are compared with. New folders can be passed through but not listed by others: PostgreSQL
 * may have to run as another user; what is secret has a mode of its own.
 */
export function openDataFolder(dir: string, part: string): string {
  for (const folder of [dir, path.join(dir, part)]) {
    if (existsSync(folder)) continue;
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o711);
  }
  return realpathSync(dir);
}

const retirementShape = z.strictObject({ at: z.string(), reason: z.string() });
export type Retirement = z.infer<typeof retirementShape>;

const retirementFile = (dataDir: string): string => path.join(dataDir, "retired.json");
const restoreText = (note: object): string => `${JSON.stringify(note, null, 1)}\n`;
const restoreFile = (dataDir: string): string => path.join(dataDir, "restore.json");

/** Keeps a data folder from being served again: its ledger was restored elsewhere. */
export function retire(dataDir: string, retirement: Retirement): void {
  writeFileSync(retirementFile(dataDir), `${JSON.stringify(retirement, null, 1)}\n`);
}

export function retirementOf(dataDir: string): Retirement | undefined {
  const file = retirementFile(dataDir);
  if (!existsSync(file)) return undefined;
  try {
    return retirementShape.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // Whoever put it there meant it, whatever became of its words.
    return { at: "an unknown time", reason: `${file} cannot be read` };
  }
}

export function unfinishedRestore(dataDir: string): boolean {
  return existsSync(restoreFile(dataDir));
}

/** Whether the restore that was begun there, and not seen to its end, is this one. */
export function isRestoreOf(dataDir: string, note: object): boolean {
  try {
    return readFileSync(restoreFile(dataDir), "utf8") === restoreText(note);
  } catch {
    return false;
  }
}

export function noteRestore(dataDir: string, note: object): void {
  writeFileSync(restoreFile(dataDir), restoreText(note));
}

export function forgetRestore(dataDir: string): void {
  rmSync(restoreFile(dataDir), { force: true });
}
