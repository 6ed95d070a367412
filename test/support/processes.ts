import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { listProcesses } from "../../src/engine/embedded/processes.ts";
import { rootUrl } from "./root.ts";

export interface Program {
  readonly process: ChildProcess;
  /** What the body gave to `done`. */
  readonly said: string;
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
}

/**
 * Runs `body` in a node process of its own and returns once it has called `done(value)`. In the
 * body, `load(path)` imports a source file of ours; `clock`, `random` and `log` are there.
 */
export async function runProgram(body: string): Promise<Program> {
  const script = `
    import { createJiti } from "jiti";
    const load = (file) => createJiti(${JSON.stringify(rootUrl.href)}).import("./" + file);
    const clock = { now: () => Date.now(), monotonic: () => performance.now() };
    const log = { info() {}, warn() {} };
    const { systemRandom: random } = await load("test/support/system-random.ts");
    const done = (value) => process.stdout.write(String(value) + "\\n");
    ${body}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    cwd: rootUrl,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit").then(([code, signal]) => ({ code, signal }));
  const said = await Promise.race([once(child.stdout, "data"), exited.then(() => undefined)]);
  if (said === undefined) throw new Error("the process ended before it was done");
  return { process: child, said: String(said[0]).trim(), exited };
}

/** The same, SIGKILLed once it is done. Returns what it said. */
export async function runAndKill(body: string): Promise<string> {
  const program = await runProgram(body);
  program.process.kill("SIGKILL");
  await program.exited;
  return program.said;
}

/** Living processes with this text in their command line or executable, ourselves left out. */
export function processesNaming(text: string): string[] {
  return listProcesses()
    .filter((one) => one.pid !== process.pid)
    .filter((one) => one.executable.includes(text) || one.args.some((arg) => arg.includes(text)))
    .map((one) => `${one.pid} ${one.args.join(" ")}`);
}

/** Collects what a server says in its log. */
export function listeningLog() {
  const lines: string[] = [];
  const write = (_fields: unknown, message: string) => void lines.push(message);
  return { lines, info: write, warn: write };
}
