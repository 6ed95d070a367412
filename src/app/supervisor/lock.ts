import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { describeProcess, isSameProcess } from "../../engine/embedded/processes.ts";
import { supervisorErrors } from "./errors.ts";

const holderSchema = z.object({ pid: z.number().int().positive(), startTime: z.string() });

const LOCK = /^supervisor\.(\d+)\.json$/;

/**
 * Takes the data folder for this process and returns what gives it free. Throws
 * E_SUPERVISOR_LOCKED while a living process holds it; a killed one holds nothing.
 *
 * The lock is the file with the highest number. A stale one is not replaced but followed by the
 * next number, and a file of one number is made by one process only: so of two that find the same
 * stale lock, one wins.
 */
export function takeLock(dataDir: string): () => void {
  const folder = path.join(dataDir, "run");
  mkdirSync(folder, { recursive: true });
  const self = describeProcess(process.pid);
  const mine = path.join(folder, `supervisor.json.${process.pid}`);
  writeFileSync(mine, JSON.stringify({ pid: process.pid, startTime: self?.startTime ?? "" }));
  try {
    for (;;) {
      const numbers = lockNumbers(folder);
      refuseLiving(dataDir, folder, numbers);
      const number = Math.max(0, ...numbers) + 1;
      if (!link(mine, lockFile(folder, number))) continue;
      // Someone may have taken and released in between and another begun at 1 again: look again.
      const others = lockNumbers(folder).filter((one) => one !== number);
      try {
        refuseLiving(dataDir, folder, others);
      } catch (thrown) {
        rmSync(lockFile(folder, number), { force: true });
        throw thrown;
      }
      for (const stale of others) rmSync(lockFile(folder, stale), { force: true });
      return () => rmSync(lockFile(folder, number), { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** The living process that holds a data folder, if any. */
export function lockHolder(dataDir: string): number | undefined {
  const folder = path.join(dataDir, "run");
  return livingHolder(folder, lockNumbers(folder));
}

function lockFile(folder: string, number: number): string {
  return path.join(folder, `supervisor.${number}.json`);
}

function lockNumbers(folder: string): number[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const number = LOCK.exec(name)?.[1];
      return number === undefined ? [] : [Number(number)];
    });
  } catch {
    return [];
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw thrown;
  }
}

function refuseLiving(dataDir: string, folder: string, numbers: readonly number[]): void {
  const pid = livingHolder(folder, numbers);
  if (pid !== undefined) throw supervisorErrors.E_SUPERVISOR_LOCKED({ dataDir, pid });
}

function livingHolder(folder: string, numbers: readonly number[]): number | undefined {
  for (const number of numbers) {
    const holder = readHolder(lockFile(folder, number));
    if (holder !== undefined && isSameProcess(holder.pid, holder.startTime)) return holder.pid;
  }
  return undefined;
}

function readHolder(file: string): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
