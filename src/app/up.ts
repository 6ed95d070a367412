/** `tieout up`: starts everything, prints where it is, and stays until Ctrl-C. */
import type { ServerLog } from "../engine/embedded/types.ts";
import { readEnvironment } from "./environment.ts";
import type { Stack } from "./stack.ts";
import { startStack } from "./stack.ts";
import { stopOnSignals } from "./supervisor/signals.ts";

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
  const stack = await startStack({
    environment,
    log: supervisorLog,
    hubs: hubNames(flags.hubs ?? 1),
    reset: flags.reset === true,
  });
  const addresses = stack.addresses();
  if (flags.json === true) process.stdout.write(`${JSON.stringify(addresses)}\n`);
  else for (const line of describe(stack)) say(line);
  stack.supervisor.on("restart", ({ name }) => say(`  ${name} ended and was started again`));
  await stopOnSignals(stack.supervisor, say);
  say("Stopped; the data are kept.");
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
      `  health    ${hub}/readyz`,
      `  figures   ${hub}/metrics`,
    );
  }
  return [...lines, "", "Ctrl-C stops everything."];
}
