/**
 * Processes of a run: the hub, the load, the target, the peers. Each takes one JSON object as its
 * argument and answers with JSON lines on standard output; what else it says goes to standard
 * error. None outlives this process.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export type Said = Readonly<Record<string, unknown>>;

export interface Program {
  readonly pid: number;
  /** Its first line. */
  readonly first: Said;
  /** Asks it to end in order and waits until it has. Throws when it ends with an error. */
  stop(): Promise<void>;
}

const living = new Set<ChildProcess>();

process.on("exit", killPrograms);

/** Ends at once whatever still runs. */
export function killPrograms(): void {
  for (const child of living) child.kill("SIGKILL");
}

/** Starts a program that stays, and returns once it has said its first line. */
export async function startProgram(
  file: string,
  input: object,
  nodeArguments: readonly string[] = [],
): Promise<Program> {
  const { child, ended, lines } = launch(file, input, nodeArguments);
  const first = await Promise.race([
    lines.next().then((line) => line.value as string | undefined),
    ended.then(() => undefined),
  ]);
  if (first === undefined) throw new Error(`${file} ended before it was ready`);
  // Nobody reads the rest, and an unread pipe would stop its writer.
  void (async () => {
    for (let line = await lines.next(); !line.done; line = await lines.next());
  })();
  return {
    pid: child.pid ?? 0,
    first: JSON.parse(first) as Said,
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 60_000);
      const code = await ended;
      clearTimeout(late);
      if (code !== 0) throw new Error(`${file} ended with ${code}`);
    },
  };
}

/** Runs a program to its end and returns its last line. Throws when it ends with an error. */
export async function runProgram(file: string, input: object): Promise<Said> {
  const { ended, lines } = launch(file, input, []);
  let last = "";
  for (let line = await lines.next(); !line.done; line = await lines.next()) last = line.value;
  const code = await ended;
  if (code !== 0) throw new Error(`${file} ended with ${code}`);
  return JSON.parse(last) as Said;
}

function launch(file: string, input: object, nodeArguments: readonly string[]) {
  const child = spawn(process.execPath, [...nodeArguments, file, JSON.stringify(input)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  living.add(child);
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      living.delete(child);
      resolve(code ?? signal ?? "no code");
    });
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, ended, lines };
}

/** In a program: ends in order when the parent asks, or is gone. */
export function endWithParent(stop: () => Promise<void>): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    stop().then(
      () => process.exit(0),
      (thrown: unknown) => {
        process.stderr.write(`${String(thrown)}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  process.stdin.on("end", end);
  process.stdin.resume();
}

/** In a program: the JSON object it was started with. */
export function programInput<T>(): T {
  return JSON.parse(process.argv[2] ?? "{}") as T;
}

/** In a program: one line for the parent. */
export function say(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
