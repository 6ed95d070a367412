import { spawn } from "node:child_process";
import { once } from "node:events";
import { listProcesses } from "../../src/engine/embedded/processes.ts";
import { rootUrl } from "./root.ts";

/**
 * Runs `body` in a node process of its own, which is SIGKILLed once the body has called
 * `done(value)`. Returns the value. In the body, `load(path)` imports a source file of ours.
 */
export async function runAndKill(body: string): Promise<string> {
  const script = `
    import { createJiti } from "jiti";
    const load = (file) => createJiti(${JSON.stringify(rootUrl.href)}).import("./" + file);
    const clock = { now: () => Date.now(), monotonic: () => performance.now() };
    const log = { info() {}, warn() {} };
    const done = (value) => process.stdout.write(String(value) + "\\n");
    ${body}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    cwd: rootUrl,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  const said = await Promise.race([once(child.stdout, "data"), gone.then(() => undefined)]);
  child.kill("SIGKILL");
  await gone;
  if (said === undefined) throw new Error("the process ended before it was done");
  return String(said[0]).trim();
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
