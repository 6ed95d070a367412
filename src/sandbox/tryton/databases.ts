/** Makes, copies and removes the databases a server works on. */
import { spawnSync } from "node:child_process";
import { constants, copyFileSync, existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { trytonErrors } from "./errors.ts";
import { PYTHON, SYSTEM_PATH } from "./find-tryton.ts";
import type { TrytonFolder } from "./folder.ts";
import type { TrytonDatabase } from "./types.ts";

export interface Databases {
  templateExists(): boolean;
  exists(): boolean;
  /** Makes an empty database, lets `fill` work on it by its name, and keeps it as the template. */
  makeTemplate(fill: (name: string) => Promise<void>): Promise<void>;
  /** Replaces the server's database by a copy of the template. The server must not run. */
  restore(): void;
  remove(): void;
}

/** Throws E_TRYTON_DATABASE from each of its verbs. */
export function openDatabases(place: TrytonFolder, database: TrytonDatabase): Databases {
  return database.kind === "sqlite" ? inFiles(place) : onServer(place, database);
}

function inFiles(place: TrytonFolder): Databases {
  const remove = () => {
    for (const tail of ["", "-wal", "-shm", "-journal"]) {
      rmSync(`${place.databaseFile}${tail}`, { force: true });
    }
  };
  return {
    templateExists: () => existsSync(place.templateFile) && existsSync(place.passwordFile),
    exists: () => existsSync(place.databaseFile),
    async makeTemplate(fill) {
      remove();
      // The server takes a database for existing when its file does, empty or not.
      copyFileSync("/dev/null", place.databaseFile);
      try {
        await fill(place.database);
      } catch (thrown) {
        remove();
        throw thrown;
      }
      // A copy under another name first: an interrupted start leaves no half template.
      renameSync(place.databaseFile, `${place.templateFile}.new`);
      renameSync(`${place.templateFile}.new`, place.templateFile);
    },
    restore() {
      remove();
      copyFileSync(place.templateFile, place.databaseFile, constants.COPYFILE_FICLONE);
    },
    remove,
  };
}

type OnPostgres = Extract<TrytonDatabase, { kind: "postgres" }>;

function onServer(place: TrytonFolder, database: OnPostgres): Databases {
  const name = plainName(place.database);
  const template = plainName(database.template ?? "tryton_template");
  const run = (...statements: string[]) => runSql(database.url, name, statements);
  const has = (wanted: string) =>
    run(`select 1 from pg_database where datname = '${wanted}'`).includes("1");
  return {
    templateExists: () => existsSync(place.passwordFile) && has(template),
    exists: () => has(name),
    async makeTemplate(fill) {
      const unfinished = plainName(`${template}_new`);
      const drop = [template, unfinished].map((one) => `drop database if exists ${one}`);
      run(...drop, `create database ${unfinished} template template0`);
      await fill(unfinished);
      run(`alter database ${unfinished} rename to ${template}`);
    },
    restore() {
      const copy = `create database ${name} template ${template} strategy file_copy`;
      run(`drop database if exists ${name} with (force)`, copy);
    },
    remove: () => void run(`drop database if exists ${name} with (force)`),
  };
}

/** Names stand in statements that take no parameters. */
function plainName(name: string): string {
  if (/^[a-z][a-z0-9_]{0,50}$/.test(name)) return name;
  throw trytonErrors.E_TRYTON_DATABASE({ database: name, reason: "not a plain name." });
}

/**
 * Python, because the server's own driver is there whenever the server is, and the folder needs no
 * other. The URL goes by the environment: arguments can be read by everyone on the machine.
 */
const RUN_SQL = `
import json, os, sys, psycopg2
connection = psycopg2.connect(os.environ["DATABASE"])
connection.autocommit = True
cursor = connection.cursor()
for statement in json.loads(os.environ["STATEMENTS"]):
    cursor.execute(statement)
    if cursor.description:
        print(json.dumps(cursor.fetchall()))
`;

function runSql(url: string, name: string, statements: readonly string[]): string {
  const server = new URL(url);
  server.protocol = "postgresql:";
  const env = {
    PATH: SYSTEM_PATH,
    LC_ALL: "C.UTF-8",
    DATABASE: server.href,
    STATEMENTS: JSON.stringify(statements),
  };
  const done = spawnSync(PYTHON, ["-I", "-c", RUN_SQL], { encoding: "utf8", env });
  if (done.status === 0) return done.stdout;
  const reason = done.stderr.trim().split("\n").slice(-2).join(" ");
  throw trytonErrors.E_TRYTON_DATABASE({ database: name, reason });
}

/** The last lines of a log, for an error's text. */
export function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-count).join(" ");
  } catch {
    return "";
  }
}
