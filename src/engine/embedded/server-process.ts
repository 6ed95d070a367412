import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Clock } from "../../kernel/clock.ts";
import { embeddedErrors } from "./errors.ts";
import type { Command } from "./identity.ts";
import { lastLines } from "./log-files.ts";
import type { Escalation } from "./processes.ts";
import { describeProcess, sendSignal, stopProcess } from "./processes.ts";
import { removeRunRecord } from "./run-records.ts";
import type { ExitReport, RunningServer } from "./types.ts";

export interface Launch {
  readonly name: string;
  readonly command: Command;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly escalation: readonly Escalation[];
  readonly clock: Clock;
}

export interface LaunchedServer extends RunningServer {
  /** Set once the process is gone. */
  ended(): ExitReport | undefined;
}

/**
 * Starts a server with its output going to a file. It gets a session of its own: Ctrl-C in the
 * terminal reaches us only, and we stop servers in order.
 * Rejects with E_EMBEDDED_START when the program cannot be run at all.
 */
export async function launchServer(launch: Launch): Promise<LaunchedServer> {
  const { name, command, logFile } = launch;
  const output = openSync(logFile, "a");
  let child: ChildProcess;
  try {
    child = spawn(command.file, command.args, {
      ...(command.uid === undefined ? {} : { uid: command.uid }),
      ...(command.gid === undefined ? {} : { gid: command.gid }),
      env: { ...launch.env },
      cwd: "/",
      detached: true,
      stdio: ["ignore", output, output],
    });
  } finally {
    closeSync(output);
  }
  let report: ExitReport | undefined;
  const exited = new Promise<ExitReport>((resolve) => {
    child.once("exit", (code, signal) => {
      report = { code, signal };
      resolve(report);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) => {
      const reason = `${cause.message}.`;
      reject(embeddedErrors.E_EMBEDDED_START({ name, reason, logFile }, cause));
    });
  });
  const pid = child.pid as number;
  const kill = (signal: NodeJS.Signals) => {
    if (report === undefined) sendSignal(pid, signal);
  };
  const stop = async () => {
    const facts = describeProcess(pid);
    if (facts !== undefined && report === undefined) {
      const gone = await stopProcess(facts, launch.escalation, launch.clock);
      if (!gone) throw embeddedErrors.E_EMBEDDED_STOP({ name, pid });
    }
    await exited;
  };
  return { pid, exited, kill, stop, ended: () => report };
}

/** What the caller gets: stopping a server also removes its run record. */
export function handleOf(server: LaunchedServer, dataDir: string, name: string): RunningServer {
  const stop = async () => {
    await server.stop();
    removeRunRecord(dataDir, name);
  };
  return { pid: server.pid, exited: server.exited, kill: server.kill, stop };
}

/** E_EMBEDDED_START with how the server ended and the end of its log. */
export function notStarted(name: string, server: LaunchedServer, logFile: string): Error {
  const exit = server.ended();
  const how = exit === undefined ? "It was not ready in time." : exitText(exit);
  const reason = `${how} ${lastLines(logFile, 3)}`;
  return embeddedErrors.E_EMBEDDED_START({ name, reason, logFile });
}

function exitText({ code, signal }: ExitReport): string {
  return signal === null ? `It ended with code ${code}.` : `It was ended by ${signal}.`;
}
