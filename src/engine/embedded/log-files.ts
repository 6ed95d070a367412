import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";

const KEPT = 3;

/**
 * The file the next run of a server writes to, `logs/<name>.log`. The two runs before it are kept
 * as `<name>.1.log` and `<name>.2.log`; older ones are overwritten.
 */
export function rotateLog(dataDir: string, name: string): string {
  const folder = path.join(dataDir, "logs");
  mkdirSync(folder, { recursive: true });
  const file = (age: number) => path.join(folder, age === 0 ? `${name}.log` : `${name}.${age}.log`);
  for (let age = KEPT - 2; age >= 0; age -= 1) {
    if (existsSync(file(age))) renameSync(file(age), file(age + 1));
  }
  return file(0);
}

/** The last lines of a log, for an error message. Empty when there are none. */
export function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-count).join("\n");
  } catch {
    return "";
  }
}
