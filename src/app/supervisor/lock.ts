import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { describeProcess, isSameProcess } from "../../engine/embedded/processes.ts";
import { supervisorErrors } from "./errors.ts";
import { holdSocket, isHeld } from "./lock-socket.ts";

const holderSchema = z.object({ pid: z.number().int().positive(), startTime: z.string() });

const LOCK = /^supervisor\.(\d+)\.(?:json|sock)$/;

export interface Lock {
  /** False where only pids could be compared: a holder in another PID namespace is not seen. */
  readonly seesContainers: boolean;
  release(): void;
}

/**
 * Takes the data folder for this process. Throws E_SUPERVISOR_LOCKED while a living process holds
 * it; a killed one holds nothing.
 *
 * The lock is the file with the highest number. A stale one is not replaced but followed by the
 * next number, and a file of one number is made by one process only: so of two that find the same
 * stale lock, one wins. Beside it stands a socket of that number, for holders whose pid is not seen
 * from here; it is held before others are looked for: of two at once one at least sees the other.
 */
export async function takeLock(dataDir: string): Promise<Lock> {
  const folder = path.join(dataDir, "run");
  mkdirSync(folder, { recursive: true });
  const number = takeNumber(dataDir, folder);
  const socket = await holdSocket(folder, socketName(number));
  const release = (): void => {
    socket?.close();
    rmSync(lockFile(folder, number), { force: true });
  };
  try {
    const others = lockNumbers(folder).filter((one) => one !== number);
    await refuseListening(dataDir, folder, others);
    for (const stale of others) {
      rmSync(path.join(folder, socketName(stale)), { force: true });
      rmSync(lockFile(folder, stale), { force: true });
    }
  } catch (thrown) {
    release();
    throw thrown;
  }
  return { seesContainers: socket !== undefined, release };
}

function takeNumber(dataDir: string, folder: string): number {
  const self = describeProcess(process.pid);
  // Not by the pid: each container has a process 1.
  const mine = path.join(folder, `supervisor.json.${randomUUID()}`);
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
      return number;
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** The living process that holds a data folder, if any. */
export async function lockHolder(dataDir: string): Promise<number | undefined> {
  const folder = path.join(dataDir, "run");
  const numbers = lockNumbers(folder);
  return livingHolder(folder, numbers) ?? (await listeningHolder(folder, numbers));
}

function lockFile(folder: string, number: number): string {
  return path.join(folder, `supervisor.${number}.json`);
}

function socketName(number: number): string {
  return `supervisor.${number}.sock`;
}

function lockNumbers(folder: string): number[] {
  try {
    const numbers = readdirSync(folder).flatMap((name) => {
      const number = LOCK.exec(name)?.[1];
      return number === undefined ? [] : [Number(number)];
    });
    return [...new Set(numbers)];
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

async function refuseListening(dataDir: string, folder: string, numbers: readonly number[]) {
  const pid = await listeningHolder(folder, numbers);
  if (pid !== undefined) throw supervisorErrors.E_SUPERVISOR_LOCKED({ dataDir, pid });
}

function livingHolder(folder: string, numbers: readonly number[]): number | undefined {
  for (const number of numbers) {
    const holder = readHolder(lockFile(folder, number));
    if (holder !== undefined && isSameProcess(holder.pid, holder.startTime)) return holder.pid;
  }
  return undefined;
}

/** By the pid that it has where it runs; 0 when it is not written down. */
async function listeningHolder(
  folder: string,
  numbers: readonly number[],
): Promise<number | undefined> {
  for (const number of numbers) {
    if (!(await isHeld(folder, socketName(number)))) continue;
    return readHolder(lockFile(folder, number))?.pid ?? 0;
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
