// Runs the tests against a real Tryton server, on SQLite and on PostgreSQL. Installs the server by
// apt where it is missing; where that cannot be, says what to run and exits with 5, which is
// neither passed nor failed. Without arguments the fault run follows, small, on both databases;
// arguments go to vitest, which then is all: `-- --project tryton-sqlite`.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isTieoutError, messageOf } from "../src/kernel/errors.ts";
import { ensurePackages, installTryton } from "../src/sandbox/tryton/install-packages.ts";
import { hasHledger } from "./run-hledger.ts";

const CANNOT_BE_INSTALLED = 5;
const root = fileURLToPath(new URL("..", import.meta.url));
const log = {
  info: (_fields: unknown, message: string) => void process.stdout.write(`${message}\n`),
  warn: (_fields: unknown, message: string) => void process.stderr.write(`${message}\n`),
};

try {
  const found = await installTryton({ log });
  // One test has hledger add up what Tryton posted.
  await ensurePackages({ packages: ["hledger"], isThere: hasHledger, log });
  process.stdout.write(`Tryton ${found.version}\n`);
} catch (thrown) {
  process.stderr.write(`${messageOf(thrown)}\n`);
  const absent = isTieoutError(thrown, "E_TRYTON_ABSENT");
  process.exit(absent || isTieoutError(thrown, "E_TRYTON_INSTALL") ? CANNOT_BE_INSTALLED : 1);
}

const packageFile = createRequire(import.meta.url).resolve("vitest/package.json");
const vitest = path.join(path.dirname(packageFile), "vitest.mjs");
const args = [vitest, "run", "-c", "vitest.tryton.config.ts", ...process.argv.slice(2)];
const options = { cwd: root, stdio: "inherit" } as const;
const run = spawnSync(process.execPath, args, options);
process.exitCode = run.status ?? 1;

const databases = process.argv.length > 2 || process.exitCode !== 0 ? [] : ["sqlite", "postgres"];
for (const database of databases) {
  const wishes = ["--target", "tryton", "--size", "small", "--database", database];
  const faults = spawnSync("npm", ["run", "--silent", "faults", "--", ...wishes], options);
  if (faults.status !== 0) process.exitCode = faults.status ?? 1;
}
