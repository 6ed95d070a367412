/** `tieout up`: starts everything, prints where it is, and stays until Ctrl-C. */
import { DEMO_UK } from "../demo/names.ts";
import type { ServerLog } from "../engine/embedded/types.ts";
import { installTryton } from "../sandbox/tryton/install-packages.ts";
import { connect } from "./connect.ts";
import { describeDemoPeople, ensureDemoPeople } from "./demo-people.ts";
import type { Environment } from "./environment.ts";
import { readEnvironment } from "./environment.ts";
import type { Stack, StackOptions } from "./stack.ts";
import { startStack } from "./stack.ts";
import { stopOnSignals } from "./supervisor/signals.ts";
import type { Supervisor } from "./supervisor/types.ts";
import { trytonIsInstalled } from "./tryton-process.ts";

export interface UpFlags {
  readonly reset?: boolean;
  readonly hubs?: number;
  readonly json?: boolean;
  readonly with?: "tryton";
  readonly without?: "tryton";
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
  const tryton = environment.configFile === undefined && (await secondCompanyRuns(flags));
  const stack = await startOrStop({
    environment,
    log: supervisorLog,
    hubs: hubNames(flags.hubs ?? 1),
    reset: flags.reset === true,
    tryton,
  });
  if (stack === undefined) {
    say("Stopped before everything was up.");
    return;
  }
  const addresses = stack.addresses();
  if (flags.json === true) process.stdout.write(`${JSON.stringify(addresses)}\n`);
  else for (const line of describe(stack)) say(line);
  if (environment.configFile === undefined) {
    await sayDemoPeople(environment).catch((thrown: unknown) => {
      // A Ctrl-C at this moment takes the ledger away; that is no failure.
      if (!stack.isStopping()) throw thrown;
    });
  }
  stack.supervisor.on("restart", ({ name }) => say(`  ${name} ended and was started again`));
  await stack.ended;
  say("Stopped; the data are kept.");
}

/**
 * Whether the demo's second company runs: it does where a Tryton server is, which `--with tryton`
 * installs. Where none is, its documents would have no books to go to, so it is left out, and this
 * says so. Throws E_TRYTON_ABSENT and E_TRYTON_INSTALL, which say what a person can do.
 */
export async function secondCompanyRuns(
  flags: Pick<UpFlags, "with" | "without">,
): Promise<boolean> {
  if (flags.without === "tryton") return false;
  if (flags.with === "tryton") await installTryton({ log: installLog });
  else if (!trytonIsInstalled()) {
    say(`  No Tryton server here: ${DEMO_UK.company}, whose books it keeps, is left out.`);
    say("  `npm run demo -- --with tryton` installs one (Debian 12, as root).");
    return false;
  }
  return true;
}

const installLog: ServerLog = {
  info: (_fields, message) => say(`  ${message} …`),
  warn: (_fields, message) => say(`  ${message}`),
};

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
  /** True from the first signal on. */
  isStopping(): boolean;
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
    return { ...stack, ended, isStopping: () => asked };
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
