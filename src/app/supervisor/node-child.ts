import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { embeddedErrors } from "../../engine/embedded/errors.ts";
import { lastLines, rotateLog } from "../../engine/embedded/log-files.ts";
import type { Escalation } from "../../engine/embedded/processes.ts";
import { describeProcess, sendSignal, stopProcess } from "../../engine/embedded/processes.ts";
import {
  removeRunRecord,
  stopLeftover,
  writeRunRecord,
} from "../../engine/embedded/run-records.ts";
import type { ExitReport } from "../../engine/embedded/types.ts";
import { supervisorErrors } from "./errors.ts";
import { readyMessageSchema } from "./lifeline.ts";
import type { Addresses, ChildSpec, StartContext, StartedChild } from "./types.ts";

export interface NodeChildOptions {
  readonly name: string;
  readonly needs?: readonly string[];
  /** What node is started with: `["dist/app/main.js", "hub"]`. */
  readonly args: readonly string[];
  /** All variables of the process; those of `nextEnv` are added. */
  env(addresses: StartContext["addresses"]): Readonly<Record<string, string>>;
  /**
   * Unset: the child says `holdLifeline().ready(addresses)`. Otherwise it is ready once this says
   * so, which is asked every 50 ms.
   */
  readonly probe?: () => Promise<Addresses | undefined>;
  /** How long it may take to become ready, milliseconds; 60,000 by default. */
  readonly startPatienceMs?: number;
  /** How long it may take to end after SIGTERM, milliseconds; 20,000 by default. */
  readonly stopPatienceMs?: number;
}

/** A child that runs node, tied to the supervisor by its IPC channel. */
export function nodeChild(options: NodeChildOptions): ChildSpec {
  const { name, needs = [] } = options;
  return { name, needs, start: (context) => startNodeChild(options, context) };
}

async function startNodeChild(
  options: NodeChildOptions,
  context: StartContext,
): Promise<StartedChild> {
  const { name } = options;
  const { dataDir, clock, log } = context;
  const escalation: readonly Escalation[] = [
    { signal: "SIGTERM", patience: options.stopPatienceMs ?? 20_000 },
    { signal: "SIGKILL", patience: 5_000 },
  ];
  const program = path.basename(process.execPath);
  await stopLeftover({ dataDir, name, program, escalation, clock, log });
  const logFile = rotateLog(dataDir, name);
  const child = spawnNode(options, context, logFile);
  const exited = exitOf(child);
  let gone = false;
  const ended = exited.then(() => {
    gone = true;
  });
  if (child.pid === undefined) {
    await ended;
    const reason = "node cannot be run.";
    throw supervisorErrors.E_SUPERVISOR_CHILD_START({ name, reason, logFile });
  }
  const pid = child.pid;
  writeRunRecord(dataDir, name, pid, {});
  const stop = async () => {
    const facts = describeProcess(pid);
    if (facts !== undefined && !gone && !(await stopProcess(facts, escalation, clock))) {
      throw embeddedErrors.E_EMBEDDED_STOP({ name, pid });
    }
    await ended;
    removeRunRecord(dataDir, name);
  };
  const kill = (signal: NodeJS.Signals) => {
    if (!gone) sendSignal(pid, signal);
  };
  const addresses = await untilReady(child, options, context, ended);
  if (addresses === undefined) {
    const reason = gone ? `It ended. ${lastLines(logFile, 5)}` : "It was not ready in time.";
    await stop();
    throw supervisorErrors.E_SUPERVISOR_CHILD_START({ name, reason, logFile });
  }
  return { pid, exited, stop, kill, addresses };
}

/** A session of its own: Ctrl-C reaches the supervisor only, which stops its children in order. */
function spawnNode(
  options: NodeChildOptions,
  context: StartContext,
  logFile: string,
): ChildProcess {
  const output = openSync(logFile, "a");
  try {
    return spawn(process.execPath, options.args, {
      env: { ...options.env(context.addresses), ...context.env },
      detached: true,
      stdio: ["ignore", output, output, "ipc"],
    });
  } finally {
    closeSync(output);
  }
}

function exitOf(child: ChildProcess): Promise<ExitReport> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => {
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
}

/** The addresses, or undefined when the child ends, takes too long, or is no longer wanted. */
async function untilReady(
  child: ChildProcess,
  options: NodeChildOptions,
  context: StartContext,
  ended: Promise<void>,
): Promise<Addresses | undefined> {
  const over = new AbortController();
  const patience = options.startPatienceMs ?? 60_000;
  const signal = AbortSignal.any([over.signal, context.signal]);
  const late = sleep(patience, undefined, { signal }).catch(() => undefined);
  const { probe } = options;
  const said = probe === undefined ? readyMessage(child) : probed(probe, () => signal.aborted);
  try {
    return await Promise.race([said, late, ended.then(() => undefined)]);
  } finally {
    over.abort();
  }
}

function readyMessage(child: ChildProcess): Promise<Addresses> {
  return new Promise((resolve) => {
    child.on("message", (message) => {
      const ready = readyMessageSchema.safeParse(message);
      if (ready.success) resolve(ready.data.addresses);
    });
  });
}

async function probed(
  probe: () => Promise<Addresses | undefined>,
  isOver: () => boolean,
): Promise<Addresses | undefined> {
  while (!isOver()) {
    const addresses = await probe();
    if (addresses !== undefined) return addresses;
    await sleep(50);
  }
  return undefined;
}

/** A probe for `NodeChildOptions.probe`: ready once `url` answers with 2xx. */
export function httpProbe(url: string, addresses: Addresses) {
  return async (): Promise<Addresses | undefined> => {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      await answer.arrayBuffer();
      return answer.ok ? addresses : undefined;
    } catch {
      return undefined;
    }
  };
}
