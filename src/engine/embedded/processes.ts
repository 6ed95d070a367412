import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../kernel/clock.ts";

/** What identifies a process beyond its pid, which is recycled. */
export interface ProcessFacts {
  readonly pid: number;
  /** Opaque; equal for the same process only. Linux: ticks since boot, /proc/<pid>/stat 22. */
  readonly startTime: string;
  /** Absolute where the system tells it; else the first argument. */
  readonly executable: string;
  readonly args: readonly string[];
}

/** Reads a living process; undefined when it is gone or a zombie. */
export function describeProcess(pid: number): ProcessFacts | undefined {
  return process.platform === "linux" ? describeByProc(pid) : describeByPs(pid);
}

function describeByProc(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may itself hold blanks and brackets.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = fields[0];
    const startTime = fields[19];
    if (startTime === undefined || state === "Z" || state === "X") return undefined;
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
    return { pid, startTime, executable: linkOf(pid) ?? args[0] ?? "", args };
  } catch {
    return undefined;
  }
}

/** Another user's process hides its executable from a root without CAP_SYS_PTRACE. */
function linkOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
  } catch {
    return undefined;
  }
}

/** For systems without /proc. Arguments with blanks in them arrive cut up. */
export function describeByPs(pid: number): ProcessFacts | undefined {
  const asked = spawnSync("ps", ["-ww", "-p", String(pid), "-o", "stat=,lstart=,args="], {
    encoding: "utf8",
    env: { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" },
  });
  // stat, then "Mon Jan  1 10:00:00 2026", then the command line.
  const found = /^\s*(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/m.exec(asked.stdout ?? "");
  const [, state, startTime, line] = found ?? [];
  if (state === undefined || startTime === undefined || line === undefined) return undefined;
  if (state.startsWith("Z")) return undefined;
  const args = line.trim().split(/\s+/);
  return { pid, startTime, executable: args[0] ?? "", args };
}

/** Every living process this user can see. */
export function listProcesses(): ProcessFacts[] {
  return pids().flatMap((pid) => describeProcess(pid) ?? []);
}

function pids(): number[] {
  const names =
    process.platform === "linux"
      ? readdirSync("/proc")
      : (spawnSync("/bin/ps", ["-ax", "-o", "pid="], { encoding: "utf8" }).stdout ?? "").split(
          "\n",
        );
  return names.map((name) => Number(name.trim())).filter((pid) => Number.isInteger(pid) && pid > 0);
}

/** True when the pid still is the process it was when `startTime` was read. */
export function isSameProcess(pid: number, startTime: string): boolean {
  return describeProcess(pid)?.startTime === startTime;
}

/**
 * True when a process runs `program` (a file name) and names `marker` (a path in the data folder)
 * among its arguments. Both are checked, so a stranger under a recycled pid never matches.
 */
export function isServerOf(
  facts: ProcessFacts,
  program: string,
  marker: string | undefined,
): boolean {
  const runs = path.basename(facts.executable) === program;
  return runs && (marker === undefined || facts.args.includes(marker));
}

/** Sends a signal and swallows only "no such process". */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
  }
}

export interface Escalation {
  readonly signal: NodeJS.Signals;
  /** How long the process may take after this signal, milliseconds. */
  readonly patience: number;
}

/** Signals one after the other until the process is gone; false when it survives them all. */
export async function stopProcess(
  facts: Pick<ProcessFacts, "pid" | "startTime">,
  escalation: readonly Escalation[],
  clock: Clock,
): Promise<boolean> {
  for (const { signal, patience } of escalation) {
    if (!isSameProcess(facts.pid, facts.startTime)) return true;
    sendSignal(facts.pid, signal);
    // A stopped process (SIGSTOP) acts on nothing but SIGKILL until it is continued.
    sendSignal(facts.pid, "SIGCONT");
    const until = clock.monotonic() + patience;
    while (clock.monotonic() < until) {
      if (!isSameProcess(facts.pid, facts.startTime)) return true;
      await sleep(20);
    }
  }
  return !isSameProcess(facts.pid, facts.startTime);
}
