import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { Clock } from "../../kernel/clock.ts";
import { embeddedErrors } from "./errors.ts";
import type { Escalation, ProcessFacts } from "./processes.ts";
import {
  describeProcess,
  isSameProcess,
  isServerOf,
  listProcesses,
  stopProcess,
} from "./processes.ts";
import type { ServerLog } from "./types.ts";

const processMark = z.object({ pid: z.number().int().positive(), startTime: z.string() });

/** `run/<name>.json`: the process that serves a data folder, and the process that started it. */
const runRecordSchema = processMark.extend({
  name: z.string(),
  executable: z.string(),
  dataDir: z.string(),
  ports: z.record(z.string(), z.number().int()),
  owner: processMark,
});
export type RunRecord = z.infer<typeof runRecordSchema>;

function recordFile(dataDir: string, name: string): string {
  return path.join(dataDir, "run", `${name}.json`);
}

/** Notes a process we started. Nothing is written for a process that is gone already. */
export function writeRunRecord(
  dataDir: string,
  name: string,
  pid: number,
  ports: Readonly<Record<string, number>>,
): RunRecord | undefined {
  const facts = describeProcess(pid);
  const self = describeProcess(process.pid);
  if (facts === undefined || self === undefined) return undefined;
  const record: RunRecord = {
    name,
    pid,
    startTime: facts.startTime,
    executable: facts.executable,
    dataDir,
    ports: { ...ports },
    owner: { pid: self.pid, startTime: self.startTime },
  };
  const file = recordFile(dataDir, name);
  mkdirSync(path.dirname(file), { recursive: true });
  // Written beside and renamed: a reader sees the old record or the new one, never half of one.
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${file}.${process.pid}`, file);
  return record;
}

/** The record of a server, or undefined when there is none or it cannot be read. */
export function readRunRecord(dataDir: string, name: string): RunRecord | undefined {
  try {
    return runRecordSchema.parse(JSON.parse(readFileSync(recordFile(dataDir, name), "utf8")));
  } catch {
    return undefined;
  }
}

export function removeRunRecord(dataDir: string, name: string): void {
  rmSync(recordFile(dataDir, name), { force: true });
}

/** The record, when the process it names is still that very process. */
export function livingRecord(dataDir: string, name: string): RunRecord | undefined {
  const record = readRunRecord(dataDir, name);
  return record !== undefined && isSameProcess(record.pid, record.startTime) ? record : undefined;
}

export interface LeftoverQuery {
  readonly dataDir: string;
  readonly name: string;
  /** File name of the executable, `postgres`. */
  readonly program: string;
  /** An argument that only a server of this data folder carries; without one the record decides. */
  readonly marker?: string;
  readonly escalation: readonly Escalation[];
  readonly clock: Clock;
  readonly log: ServerLog;
}

/**
 * Stops what an earlier, killed process left running on this data folder. A server whose starter
 * still lives is refused with E_EMBEDDED_IN_USE; a stranger under a recycled pid is left alone.
 * Without a record (killed between start and note) the process list is searched instead.
 */
export async function stopLeftover(query: LeftoverQuery): Promise<void> {
  const { dataDir, name, program, marker, clock, log } = query;
  const record = livingRecord(dataDir, name);
  if (record !== undefined && isSameProcess(record.owner.pid, record.owner.startTime)) {
    const owner = record.owner.pid;
    throw embeddedErrors.E_EMBEDDED_IN_USE({ name, dataDir, pid: record.pid, owner });
  }
  for (const facts of leftovers(record, program, marker)) {
    log.warn({ server: name, pid: facts.pid }, `stopping the ${name} an earlier run left behind`);
    if (!(await stopProcess(facts, query.escalation, clock))) {
      throw embeddedErrors.E_EMBEDDED_STOP({ name, pid: facts.pid });
    }
  }
  removeRunRecord(dataDir, name);
}

function leftovers(
  record: RunRecord | undefined,
  program: string,
  marker: string | undefined,
): ProcessFacts[] {
  const named = record === undefined ? undefined : describeProcess(record.pid);
  if (named !== undefined && isServerOf(named, program, marker)) return [named];
  if (marker === undefined) return [];
  return listProcesses().filter((facts) => isServerOf(facts, program, marker));
}
