/** Programs that never outlive us. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Clock } from "../../kernel/clock.ts";
import { SYSTEM_PATH } from "./find-tryton.ts";
import type { TrytonExit } from "./types.ts";

export interface HeldProcess {
  readonly pid: number;
  /** Settles once, when the process is gone. */
  readonly exited: Promise<TrytonExit>;
  ended(): TrytonExit | undefined;
  /** SIGTERM, and SIGKILL to what still runs `patienceMs` later. */
  stop(patienceMs?: number): Promise<void>;
}

export interface HeldCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly home: string;
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a program whose output goes to a file. The kernel kills it when we die, also by SIGKILL
 * (`setpriv --pdeathsig`, util-linux; it replaces itself by the program, so the pid is the
 * program's). The program has a session of its own: Ctrl-C reaches us only.
 */
export function startHeld(command: HeldCommand): HeldProcess {
  const output = openSync(command.logFile, "a", 0o600);
  let child: ChildProcess;
  try {
    child = spawn("setpriv", ["--pdeathsig", "KILL", command.file, ...command.args], {
      env: {
        PATH: SYSTEM_PATH,
        LC_ALL: "C.UTF-8",
        TZ: "UTC",
        HOME: command.home,
        ...command.env,
      },
      cwd: command.home,
      detached: true,
      stdio: ["ignore", output, output],
    });
  } finally {
    closeSync(output);
  }
  let exit: TrytonExit | undefined;
  const exited = new Promise<TrytonExit>((resolve) => {
    const end = (report: TrytonExit) => {
      exit ??= report;
      resolve(exit);
    };
    child.once("exit", (code, signal) => end({ code, signal }));
    child.once("error", () => end({ code: 127, signal: null }));
  });
  const stop = async (patienceMs = 5_000) => {
    if (exit !== undefined) return;
    child.kill("SIGTERM");
    const timer = new AbortController();
    const patience = sleep(patienceMs, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([exited, patience]);
    timer.abort();
    if (exit === undefined) child.kill("SIGKILL");
    await exited;
  };
  return { pid: child.pid ?? 0, exited, ended: () => exit, stop };
}

const pidFileSchema = z.object({ pid: z.number().int().positive(), startTime: z.string() });

/** Notes which process serves a folder. */
export function writePidFile(file: string, pid: number): void {
  const startTime = startTimeOf(pid);
  if (startTime === undefined) return;
  writeFileSync(file, `${JSON.stringify({ pid, startTime })}\n`);
}

export function removePidFile(file: string): void {
  rmSync(file, { force: true });
}

/** The pid of the server that still runs on a folder; a recycled pid is no match. */
export function runningPid(file: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const noted = pidFileSchema.safeParse(JSON.parse(text));
  if (!noted.success) return undefined;
  const { pid, startTime } = noted.data;
  return startTimeOf(pid) === startTime ? pid : undefined;
}

/** Ends the process that a file notes, by SIGTERM and after 5 s by SIGKILL, and the note. */
export async function stopNoted(file: string, clock: Clock): Promise<void> {
  const pid = runningPid(file);
  if (pid !== undefined) {
    const started = clock.monotonic();
    let signal: NodeJS.Signals = "SIGTERM";
    while (runningPid(file) === pid) {
      sendTo(pid, signal);
      if (clock.monotonic() - started > 5_000) signal = "SIGKILL";
      await sleep(50);
    }
  }
  removePidFile(file);
}

/** A process that ended in this moment needs no signal. */
function sendTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
  }
}

/** Ticks since boot; with the pid it names one process for good. Undefined for a dead one. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Waits until `ready` says so; false when the process ended or the time is over. */
export async function waitUntil(
  process: HeldProcess,
  ready: () => Promise<boolean>,
  patienceMs: number,
  clock: Clock,
): Promise<boolean> {
  const until = clock.monotonic() + patienceMs;
  while (clock.monotonic() < until && process.ended() === undefined) {
    if (await ready()) return true;
    await sleep(100);
  }
  return false;
}
