/** `tieout up`: starts everything, prints where it is, and stays until Ctrl-C. */
import type { ServerLog } from "../engine/embedded/types.ts";
import { connect } from "./connect.ts";
import { describeDemoPeople, ensureDemoPeople } from "./demo-people.ts";
import type { Environment } from "./environment.ts";
import { readEnvironment } from "./environment.ts";
import type { Stack, StackOptions } from "./stack.ts";
import { startStack } from "./stack.ts";
import { stopOnSignals } from "./supervisor/signals.ts";
import type { Supervisor } from "./supervisor/types.ts";

export interface UpFlags {
  readonly reset?: boolean;
  readonly hubs?: number;
  readonly json?: boolean;
}

/** Words go to standard error, so that data on standard output stays clean. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** What the supervisor has to say to a person: ports that were taken, processes that came back. */
export const supervisorLog: ServerLog = {
  info: () => undefined,
  warn: (_fields, message) => say(`  ${message}`),
};

export function hubNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `h${index + 1}`);
}

export async function up(flags: UpFlags): Promise<void> {
  const environment = readEnvironment();
  say("Tieout is starting …");
  const stack = await startOrStop({
    environment,
    log: supervisorLog,
    hubs: hubNames(flags.hubs ?? 1),
    reset: flags.reset === true,
  });
  if (stack === undefined) {
    say("Stopped before everything was up.");
    return;
  }
  const addresses = stack.addresses();
  if (flags.json === true) process.stdout.write(`${JSON.stringify(addresses)}\n`);
  else for (const line of describe(stack)) say(line);
  if (environment.configFile === undefined) await sayDemoPeople(environment);
  stack.supervisor.on("restart", ({ name }) => say(`  ${name} ended and was started again`));
  await stack.ended;
  say("Stopped; the data are kept.");
}

async function sayDemoPeople(environment: Environment): Promise<void> {
  const connected = await connect(environment);
  if (connected === undefined) return;
  try {
    const accounts = await ensureDemoPeople(connected.context, environment.dataDir);
    for (const line of describeDemoPeople(accounts, environment.dataDir)) say(line);
  } finally {
    await connected.close();
  }
}

export interface WatchedStack extends Stack {
  /** Resolves when a signal has stopped everything. */
  readonly ended: Promise<unknown>;
}

/** Starts the stack under Ctrl-C from its first process on; undefined when that came meanwhile. */
export async function startOrStop(options: StackOptions): Promise<WatchedStack | undefined> {
  let ended: Promise<unknown> = Promise.resolve();
  let asked = false;
  const onSupervisor = (supervisor: Supervisor): void => {
    ended = stopOnSignals(supervisor, (text) => {
      asked = true;
      say(text);
    });
  };
  try {
    const stack = await startStack({ ...options, onSupervisor });
    return { ...stack, ended };
  } catch (thrown) {
    if (!asked) throw thrown;
    await ended;
    return undefined;
  }
}

function describe(stack: Stack): string[] {
  const lines = ["", "Tieout runs:"];
  for (const [child, places] of Object.entries(stack.addresses())) {
    for (const [use, url] of Object.entries(places)) {
      lines.push(`  ${child.padEnd(9)} ${use.padEnd(9)} ${url.replace(/\/\/[^@/]*@/, "//***@")}`);
    }
  }
  const hub = stack.addresses()["h1"]?.["http"];
  if (hub !== undefined) {
    lines.push(
      "",
      `  webhooks  POST ${hub}/in/<connection>`,
      `  api       ${hub}/api/v1 (documents: ${hub}/api/docs)`,
      `  health    ${hub}/readyz`,
      `  figures   ${hub}/metrics`,
    );
  }
  return [...lines, "", "Ctrl-C stops everything."];
}
