import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../kernel/clock.ts";
import type { Random } from "../../kernel/random.ts";
import type { Databases } from "./databases.ts";
import { lastLines, openDatabases } from "./databases.ts";
import { trytonErrors } from "./errors.ts";
import { TRYTON_MODULES } from "./find-tryton.ts";
import type { TrytonFolder, TrytonSettings } from "./folder.ts";
import { administratorPassword, pidFileOf, trytonFolder, writeConfig } from "./folder.ts";
import type { HeldProcess } from "./held-process.ts";
import {
  removePidFile,
  runningPid,
  startHeld,
  stopNoted,
  waitUntil,
  writePidFile,
} from "./held-process.ts";
import { openTryton } from "./rpc.ts";
import type { TrytonAccess, TrytonDatabase, TrytonExit, TrytonLog } from "./types.ts";

export interface StartTrytonOptions {
  /** Everything of this server lies here. */
  readonly folder: string;
  /** Template and its password; default `<folder>/template`. Servers may use one together. */
  readonly templateFolder?: string;
  /** Loopback port; 0 takes a free one. */
  readonly port: number;
  readonly database: TrytonDatabase;
  /** What the template is made with, and what these need; all of TRYTON_MODULES by default. */
  readonly modules?: readonly string[];
  /** Sections and keys of trytond.conf, e.g. `{ session: { max_age: "60" } }`. */
  readonly settings?: TrytonSettings;
  readonly clock: Clock;
  /** Makes the administrator's password; must not be guessable. */
  readonly random: Random;
  readonly log: TrytonLog;
}

export interface RunningTryton {
  /** Origin, database and the administrator's sign-in. */
  readonly access: TrytonAccess;
  pid(): number;
  /** Settles when the process that runs now is gone. */
  exited(): Promise<TrytonExit>;
  /** Back to the template: stops, copies, starts again on the same port. About 3 s. */
  reset(): Promise<void>;
  /** Ends the server; its data stay. Calling it again does nothing. */
  stop(): Promise<void>;
  /** Ends the server and removes its database (not the template). */
  destroy(): Promise<void>;
}

/**
 * Starts a server on its data, or on a copy of the template where there are none yet, and returns
 * once somebody has signed in. The first start makes the template, which takes about 20 s.
 * Throws E_TRYTON_START, E_TRYTON_DATABASE, E_TRYTON_IN_USE.
 */
export async function startTryton(options: StartTrytonOptions): Promise<RunningTryton> {
  const { folder, database, log } = options;
  const templateFolder = options.templateFolder ?? path.join(folder, "template");
  const place = trytonFolder(folder, templateFolder, database);
  refuseSecond(folder, place);
  const port = options.port === 0 ? await freePort() : options.port;
  writeConfig(place.config, port, database, path.dirname(place.databaseFile), options.settings);
  const databases = openDatabases(place, database);
  if (!databases.templateExists()) {
    log.info({ folder, kind: database.kind }, "initialising a Tryton database, about 20 s");
    await databases.makeTemplate((name) => initialise(options, place, name));
    databases.remove();
  }
  if (!databases.exists()) databases.restore();
  const password = administratorPassword(place.passwordFile, options.random);
  const origin = `http://127.0.0.1:${port}`;
  const access = { url: origin, database: place.database, user: "admin", password };
  const serve = () => launch(options, place, access);
  return handle(place, databases, access, serve, await serve());
}

/**
 * Ends a server that its starter left running on a folder; nothing happens when there is none.
 * For whoever knows that the folder is theirs alone: a server of a living starter is ended too.
 */
export async function stopLeftoverTryton(folder: string, clock: Clock): Promise<void> {
  await stopNoted(pidFileOf(folder), clock);
}

function refuseSecond(folder: string, place: TrytonFolder): void {
  const pid = runningPid(place.pid);
  if (pid !== undefined) throw trytonErrors.E_TRYTON_IN_USE({ folder, pid });
}

function handle(
  place: TrytonFolder,
  databases: Databases,
  access: TrytonAccess,
  serve: () => Promise<HeldProcess>,
  first: HeldProcess,
): RunningTryton {
  let server = first;
  const stop = async () => {
    await server.stop();
    removePidFile(place.pid);
  };
  return {
    access,
    pid: () => server.pid,
    exited: () => server.exited,
    async reset() {
      await stop();
      databases.restore();
      server = await serve();
    },
    stop,
    async destroy() {
      await stop();
      databases.remove();
    },
  };
}

/** Modules, administrator, nothing else. */
async function initialise(
  options: StartTrytonOptions,
  place: TrytonFolder,
  database: string,
): Promise<void> {
  administratorPassword(place.passwordFile, options.random);
  const { modules = TRYTON_MODULES } = options;
  const target = ["-c", place.config, "-d", database, "--email", "admin@example.com"];
  const work = startHeld({
    file: "trytond-admin",
    args: [...target, "--activate-dependencies", "-u", "ir", "res", ...modules],
    home: place.home,
    logFile: place.log,
    env: { TRYTONPASSFILE: place.passwordFile },
  });
  const { code } = await work.exited;
  if (code === 0) return;
  const reason = `trytond-admin ended with ${code}. ${lastLines(place.log, 3)}`;
  throw trytonErrors.E_TRYTON_DATABASE({ database, reason });
}

async function launch(
  options: StartTrytonOptions,
  place: TrytonFolder,
  access: TrytonAccess,
): Promise<HeldProcess> {
  const args = ["-c", place.config, "-d", place.database];
  const command = { file: "trytond", args, home: place.home, logFile: place.log };
  const server = startHeld(command);
  writePidFile(place.pid, server.pid);
  const ready = () =>
    openTryton(access).then(
      () => true,
      () => false,
    );
  if (await waitUntil(server, ready, 60_000, options.clock)) {
    options.log.info({ folder: options.folder, url: access.url }, "Tryton answers");
    return server;
  }
  await server.stop();
  removePidFile(place.pid);
  const reason = lastLines(place.log, 3);
  throw trytonErrors.E_TRYTON_START({ folder: options.folder, reason });
}

/** A port that was free a moment ago; the server itself cannot be asked to choose one. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen({ host: "127.0.0.1", port: 0 }, resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  await sleep(0);
  return typeof address === "object" && address !== null ? address.port : 0;
}
