import { spawn, spawnSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { Random } from "../../kernel/random.ts";
import { embeddedErrors } from "./errors.ts";
import type { Identity } from "./identity.ts";
import { ensureOwner, SYSTEM_PATH } from "./identity.ts";
import type { PostgresBinaries } from "./pg-binaries.ts";
import { HOST_RULES } from "./pg-settings.ts";

/** User and database of the ledger in the embedded server. */
export const LEDGER_NAME = "tieout";

export interface ClusterPlace {
  /** PostgreSQL's own data folder. */
  readonly folder: string;
  readonly passwordFile: string;
  readonly binaries: PostgresBinaries;
  readonly identity: Identity;
  /** Off for clusters that are thrown away. */
  readonly durable: boolean;
  /** Makes the password; must not be guessable. */
  readonly random: Random;
}

export const SERVER_ENV = { PATH: SYSTEM_PATH, LC_ALL: "C", TZ: "UTC" };

/**
 * Refuses a data folder of another major version with E_EMBEDDED_MAJOR: PostgreSQL cannot read it
 * and the package brings no upgrade program.
 */
export function checkMajor(folder: string, wanted: number): void {
  const file = path.join(folder, "PG_VERSION");
  if (!existsSync(file)) return;
  const found = readFileSync(file, "utf8").trim();
  if (found !== String(wanted)) throw embeddedErrors.E_EMBEDDED_MAJOR({ folder, found, wanted });
}

/**
 * Makes the cluster when there is none, hands it to its owner, writes the access rules, and
 * returns the password. A lost password file is replaced, with a new password set in the cluster.
 * The server must not run. Throws E_EMBEDDED_INIT.
 */
export async function prepareCluster(place: ClusterPlace): Promise<string> {
  const { folder, identity } = place;
  const isNew = !existsSync(path.join(folder, "PG_VERSION"));
  if (isNew) {
    if (existsSync(folder)) {
      const reason = "it exists, yet holds no PostgreSQL data. Move it away.";
      throw embeddedErrors.E_EMBEDDED_INIT({ folder, reason });
    }
    await initialise(place);
  } else {
    ensureOwner(folder, identity.owner);
    if (!existsSync(place.passwordFile)) await setPassword(place, folder);
  }
  writeFileSync(path.join(folder, "pg_hba.conf"), HOST_RULES);
  return readFileSync(place.passwordFile, "utf8").trim();
}

/** Built beside and renamed, so that an interrupted start leaves no half cluster behind. */
async function initialise(place: ClusterPlace): Promise<void> {
  const { binaries, folder, identity } = place;
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  if (process.getuid?.() === 0) chownSync(unfinished, identity.owner.uid, identity.owner.gid);
  // Code-point order and Unicode case rules from PostgreSQL itself: the package ships no locales,
  // and an order that follows the machine's library would change under an index.
  const locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  // Nobody can connect yet: a socket is refused and the password comes with the next step.
  const access = ["--auth-host=reject", "--auth-local=reject"];
  const sync = place.durable ? [] : ["--no-sync"];
  const user = ["-U", LEDGER_NAME, "-E", "UTF8"];
  const args = ["-D", unfinished, ...user, ...locale, ...access, ...sync];
  await run(place, binaries.initdb, args, "");
  await setPassword(place, unfinished, `create database ${LEDGER_NAME}`);
  renameSync(unfinished, folder);
}

/**
 * Sets a new password in single-user mode, the only way in without a server. Kept in its file only
 * once it is set: a start interrupted in between finds none and sets another.
 */
export async function setPassword(place: ClusterPlace, folder: string, also = ""): Promise<void> {
  rmSync(place.passwordFile, { force: true });
  const secret = Buffer.from(place.random.bytes(24)).toString("hex");
  const statement = `alter role ${LEDGER_NAME} password '${secret}'`;
  await runAlone(place, folder, "postgres", [statement, also].filter(Boolean));
  // Synced and renamed: an empty file after a power failure would be taken for a password.
  const unfinished = `${place.passwordFile}.new`;
  writeFileSync(unfinished, secret, { mode: 0o600, flush: true });
  renameSync(unfinished, place.passwordFile);
}

/** Statements in single-user mode, with no server running. Throws E_EMBEDDED_INIT. */
export async function runAlone(
  place: ClusterPlace,
  folder: string,
  database: string,
  statements: readonly string[],
): Promise<void> {
  const args = ["--single", "-j", "-D", folder, database];
  await run(place, place.binaries.postgres, args, `${statements.join(";\n\n")};\n\n`);
}

async function run(
  place: ClusterPlace,
  program: string,
  args: readonly string[],
  input: string,
): Promise<void> {
  const { file, args: all, ...user } = place.identity.wrap(program, args);
  const child = spawn(file, all, { ...user, env: SERVER_ENV, cwd: "/" });
  let said = "";
  child.stdout.resume();
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  // A program that ends early closes its input; its exit says more than our failed write.
  child.stdin.on("error", () => undefined).end(input);
  const status = await new Promise<number | null>((resolve) => {
    child.once("close", resolve);
    child.once("error", (cause) => {
      said += cause.message;
    });
  });
  // Single-user mode ends with 0 after a failed statement too; its log level tells.
  if (status === 0 && !/^.*(ERROR|FATAL|PANIC):/m.test(said)) return;
  throw embeddedErrors.E_EMBEDDED_INIT({ folder: place.folder, reason: said.trim() });
}

/** True when this build compresses with lz4; asked of the program itself. */
export function hasLz4(place: ClusterPlace): boolean {
  const args = ["-D", place.folder, "-C", "wal_compression", "-c", "wal_compression=lz4"];
  const { file, args: all, ...user } = place.identity.wrap(place.binaries.postgres, args);
  return spawnSync(file, all, { ...user, env: SERVER_ENV, cwd: "/" }).status === 0;
}
