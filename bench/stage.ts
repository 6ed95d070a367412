/** The servers of a run, and how to start the hub, the target and the load on them. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { request } from "undici";
import { outDir, peerFile, programFile } from "./files.ts";
import type { HubInput } from "./hub-input.ts";
import type { Program } from "./programs.ts";
import { runProgram, startProgram } from "./programs.ts";
import type { Servers } from "./servers.ts";
import type { Settings } from "./settings.ts";
import type { StatementCost, StatementMeter } from "./statements.ts";
import { statementLines } from "./statements.ts";

/** Where hubs leave their profiles, with `--profile`. */
export const profilesDir = path.join(outDir, "profiles");

export interface Stage {
  readonly servers: Servers;
  readonly settings: Settings;
  /** A sentence for the person who waits. */
  readonly tell: (text: string) => void;
}

export interface Hub {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

export type HubWishes = Omit<HubInput, "engine" | "name">;

let hubs = 0;

/** Each hub has a name of its own: the engine remembers the seats of the one before. */
export async function startHubProcess(stage: Stage, wishes: HubWishes): Promise<Hub> {
  hubs += 1;
  const input: HubInput = { ...wishes, name: `bench${hubs}`, engine: stage.servers.engine };
  if (stage.settings.profile) mkdirSync(profilesDir, { recursive: true });
  const flags = stage.settings.profile ? ["--cpu-prof", `--cpu-prof-dir=${profilesDir}`] : [];
  const program = await startProgram(programFile("hub-process"), input, flags);
  const { pid } = program;
  return { pid, url: String(program.first["url"]), stop: () => program.stop() };
}

/** Several hubs on one ledger, as a busy company runs them. */
export interface Hubs {
  readonly urls: readonly string[];
  /** Process ids by name, for the meter of processor time. */
  readonly pids: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

export async function startHubs(stage: Stage, count: number, wishes: HubWishes): Promise<Hubs> {
  const started: Hub[] = [];
  for (let i = 0; i < count; i += 1) started.push(await startHubProcess(stage, wishes));
  return {
    urls: started.map((hub) => hub.url),
    pids: Object.fromEntries(
      started.map((hub, at) => [at === 0 ? "hub" : `hub ${at + 1}`, hub.pid]),
    ),
    async stop() {
      await Promise.all(started.map((hub) => hub.stop()));
    },
  };
}

export interface Target {
  readonly pid: number;
  readonly url: string;
  stats(): Promise<{ readonly created: number; readonly repeated: number }>;
  stop(): Promise<void>;
}

export async function startTarget(): Promise<Target> {
  const program: Program = await startProgram(peerFile("target"), { port: 0 });
  const url = String(program.first["url"]);
  return {
    pid: program.pid,
    url,
    async stats() {
      const answer = await request(`${url}/stats`);
      return (await answer.body.json()) as { created: number; repeated: number };
    },
    stop: () => program.stop(),
  };
}

export interface LoadReport {
  /** Epoch milliseconds of the first request. */
  readonly startedAt: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** Processor time of the load itself, milliseconds a request. */
  readonly cpuMs: number;
  readonly bodyBytes: number;
}

export interface LoadWishes {
  /** Requests go to these in turn. */
  readonly urls: readonly string[];
  readonly prefix: string;
  readonly count: number;
  readonly connections: number;
}

/** Sends `count` events and returns when all were answered with 2xx; throws when one was not. */
export async function runLoad(wishes: LoadWishes): Promise<LoadReport> {
  return (await runProgram(programFile("load-process"), wishes)) as unknown as LoadReport;
}

/** With `--profile`: the statements on which the ledger spent its time, told and returned. */
export async function tellDearest(
  stage: Stage,
  meter: StatementMeter | undefined,
): Promise<readonly StatementCost[]> {
  const dearest = (await meter?.dearest(20)) ?? [];
  for (const line of statementLines(dearest)) stage.tell(line);
  return dearest;
}
