// Runs the tests against a real Tryton server, on SQLite and on PostgreSQL. Installs the server by
// apt where it is missing; where that cannot be, says what to run and exits with 5, which is
// neither passed nor failed. Arguments go to vitest: `-- --project tryton-sqlite`.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { isTieoutError, messageOf } from "../src/kernel/errors.ts";
import { installTryton } from "../src/sandbox/tryton/install-packages.ts";

const CANNOT_BE_INSTALLED = 5;
const root = fileURLToPath(new URL("..", import.meta.url));
const log = {
  info: (_fields: unknown, message: string) => void process.stdout.write(`${message}\n`),
  warn: (_fields: unknown, message: string) => void process.stderr.write(`${message}\n`),
};

try {
  const found = await installTryton({ log });
  process.stdout.write(`Tryton ${found.version}\n`);
} catch (thrown) {
  process.stderr.write(`${messageOf(thrown)}\n`);
  const absent = isTieoutError(thrown, "E_TRYTON_ABSENT");
  process.exit(absent || isTieoutError(thrown, "E_TRYTON_INSTALL") ? CANNOT_BE_INSTALLED : 1);
}

const vitest = createRequire(import.meta.url).resolve("vitest/vitest.mjs");
const args = [vitest, "run", "-c", "vitest.tryton.config.ts", ...process.argv.slice(2)];
const run = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
process.exitCode = run.status ?? 1;
