import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { listeningLog, processesNaming, runAndKill } from "../../../test/support/processes.ts";
import { systemClock as clock } from "../../../test/support/system-clock.ts";
import { systemRandom as random } from "../../../test/support/system-random.ts";
import type { EmbeddedPostgres, PostgresOptions } from "./postgres.ts";
import { becomesReady, findEmbeddedPostgres, startEmbeddedPostgres } from "./postgres.ts";
import { describeProcess, isSameProcess } from "./processes.ts";

const PORT = 20110;
const isRoot = process.getuid?.() === 0;
let dataDir: string;

beforeAll(() => {
  dataDir = realpathSync(mkdtempSync(path.join(os.tmpdir(), "tieout-postgres-")));
});

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const started: EmbeddedPostgres[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

async function start(more: Partial<PostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const options = {
    dataDir,
    port: PORT,
    clock,
    random,
    log: listeningLog(),
    durable: false,
    ...more,
  };
  const server = await startEmbeddedPostgres(options);
  started.push(server);
  return server;
}

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: "array" })).rows.flat();
  } finally {
    await client.end();
  }
}

/** Starts a server in a process that is then SIGKILLed; returns the server's pid. */
async function leftBehind(): Promise<number> {
  const body = `
    const { startEmbeddedPostgres } = await load("src/engine/embedded/postgres.ts");
    const options = ${JSON.stringify({ dataDir, port: PORT, durable: false })};
    done((await startEmbeddedPostgres({ ...options, clock, log, random })).pid);`;
  return Number(await runAndKill(body));
}

const inData = (...names: string[]) => path.join(dataDir, ...names);

describe("the packaged PostgreSQL", () => {
  test("starts on an empty folder, keeps strangers out, and leaves nothing running", async () => {
    const server = await start();
    const settings = "select current_setting('fsync'), current_setting('TimeZone')";
    expect(await ask(server.url, settings)).toEqual(["off", "UTC"]);
    expect(await ask(server.url, "select current_setting('unix_socket_directories')")).toEqual([
      "",
    ]);
    expect(await ask(server.url, "select upper('é'), 'Z' < 'a'")).toEqual(["É", true]);
    const guess = new URL(server.url);
    guess.password = "guess";
    await expect(ask(guess.href, "select 1")).rejects.toThrow(/password authentication failed/);
    expect(statSync(inData("postgres", "password")).mode & 0o777).toBe(0o600);
    expect(findEmbeddedPostgres(dataDir)).toEqual({ url: server.url, port: server.port });

    await server.stop();

    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(processesNaming(dataDir)).toEqual([]);
    expect(findEmbeddedPostgres(dataDir)).toBeUndefined();
    expect(existsSync(inData("run", "postgres.json"))).toBe(false);
  });

  test("is durable unless told otherwise", async () => {
    const server = await start({ durable: true });
    const settings = "select current_setting('fsync'), current_setting('synchronous_commit')";
    expect(await ask(server.url, settings)).toEqual(["on", "on"]);
    await server.stop();
  });

  test("keeps data, address and password over SIGKILL and restart", async () => {
    const first = await start({ durable: true });
    await ask(first.url, "create table kept as select 7 as id");
    first.kill("SIGKILL");
    await first.exited;
    const second = await start();
    expect(await ask(second.url, "select id from kept")).toEqual([7]);
    expect(second.url).toBe(first.url);
    await second.stop();
    expect(existsSync(inData("logs", "postgres.2.log"))).toBe(true);
    expect(existsSync(inData("logs", "postgres.3.log"))).toBe(false);
  });

  test("takes another port when its own is taken, says so, and remembers it", async () => {
    const stranger = createServer().listen(PORT, "127.0.0.1");
    const log = listeningLog();
    const moved = await start({ log });
    expect(moved.port).toBe(PORT + 1);
    expect(log.lines).toContain(`port ${PORT} is taken, using ${PORT + 1}`);
    await moved.stop();
    stranger.close();
    const again = await startEmbeddedPostgres({ dataDir, clock, random, log, durable: false });
    started.push(again);
    expect(again.port).toBe(PORT + 1);
    await again.stop();
  });

  test("replaces a lost password", async () => {
    rmSync(inData("postgres", "password"));
    const server = await start();
    expect(await ask(server.url, "select 1")).toEqual([1]);
    await server.stop();
  });

  test("refuses a second start while the first one's starter lives", async () => {
    const server = await start();
    await expect(start()).rejects.toMatchObject({
      code: "E_EMBEDDED_IN_USE",
      details: { pid: server.pid, owner: process.pid },
    });
    expect(await ask(server.url, "select 1")).toEqual([1]);
    await server.stop();
  });
});

describe("after a killed run", () => {
  test("the server it left behind is stopped and replaced", async () => {
    const orphan = await leftBehind();
    expect(describeProcess(orphan)?.executable).toContain(dataDir);

    const server = await start();

    expect(describeProcess(orphan)).toBeUndefined();
    expect(server.port).toBe(PORT);
    expect(await ask(server.url, "select id from kept")).toEqual([7]);
    await server.stop();
    expect(processesNaming(dataDir)).toEqual([]);
  });

  test("the server is found without its record too", async () => {
    const orphan = await leftBehind();
    rmSync(inData("run", "postgres.json"));
    const server = await start();
    expect(describeProcess(orphan)).toBeUndefined();
    await server.stop();
  });

  test.each(["another process's", "its own"])(
    "a stranger under the recycled pid, with %s start time on record, is left alone",
    async (whose) => {
      const stranger = spawn("sleep", ["60"]);
      const facts = describeProcess(stranger.pid!)!;
      const startTime = whose === "its own" ? facts.startTime : "1";
      const mark = { pid: facts.pid, startTime, owner: { pid: facts.pid, startTime: "1" } };
      const record = { ...mark, name: "postgres", executable: "x", dataDir, ports: { sql: 1 } };
      writeFileSync(inData("run", "postgres.json"), JSON.stringify(record));
      const stale = `${facts.pid}\n${inData("postgres", "data")}\n1\n${PORT}\n\n127.0.0.1\n\n`;
      writeFileSync(inData("postgres", "data", "postmaster.pid"), stale);

      const server = await start();

      expect(await ask(server.url, "select 1")).toEqual([1]);
      expect(isSameProcess(facts.pid, facts.startTime)).toBe(true);
      await server.stop();
      stranger.kill("SIGKILL");
    },
  );

  test("given that another container may be on the folder, then PostgreSQL's own guard stays", async () => {
    const cluster = inData("postgres", "data");
    const { uid } = statSync(cluster);
    const stranger = spawn("sleep", ["60"], process.getuid?.() === 0 ? { uid } : {});
    const guard = `${stranger.pid}\n${cluster}\n1\n${PORT}\n\n127.0.0.1\n\n`;
    writeFileSync(path.join(cluster, "postmaster.pid"), guard);
    try {
      await expect(start({ alone: false })).rejects.toMatchObject({ code: "E_EMBEDDED_START" });
      expect(readFileSync(path.join(cluster, "postmaster.pid"), "utf8")).toBe(guard);
    } finally {
      stranger.kill("SIGKILL");
    }
    await (await start()).stop();
  });

  test("a half made cluster is made anew", async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "tieout-half-"));
    mkdirSync(path.join(folder, "postgres", "data.new", "base"), { recursive: true });
    const server = await start({ dataDir: folder, port: PORT + 5 });
    expect(await ask(server.url, "select 1")).toEqual([1]);
    await server.stop();
    rmSync(folder, { recursive: true });
  });
});

describe("what cannot be started", () => {
  test.each([
    ["of another major version", "E_EMBEDDED_MAJOR", "17"],
    ["that is not PostgreSQL's", "E_EMBEDDED_INIT", undefined],
  ])("a data folder %s is refused and not touched", async (_what, code, version) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "tieout-refused-"));
    const data = path.join(folder, "postgres", "data");
    mkdirSync(data, { recursive: true });
    const file = path.join(data, version === undefined ? "notes.txt" : "PG_VERSION");
    writeFileSync(file, version ?? "mine");
    await expect(start({ dataDir: folder })).rejects.toMatchObject({ code });
    expect(readFileSync(file, "utf8")).toBe(version ?? "mine");
    rmSync(folder, { recursive: true });
  });

  test("a setting PostgreSQL does not know ends with its own words", async () => {
    const settings = { no_such_setting: "1" };
    await expect(start({ settings })).rejects.toThrow(/no_such_setting/);
    expect(processesNaming(dataDir)).toEqual([]);
  });
});

describe.runIf(isRoot)("as root", () => {
  const owner = () => lstatSync(inData("postgres", "data")).uid;

  test("runs in a user namespace and its files stay root's", async () => {
    const server = await start({ identities: ["namespace"] });
    expect(server.identity).toBe("namespace");
    expect(owner()).toBe(0);
    await server.stop();
  });

  test("without namespaces the data go to an unprivileged user, and come back", async () => {
    chmodSync(dataDir, 0o711);
    const nobody = await start({ identities: ["nobody"] });
    expect(await ask(nobody.url, "select id from kept")).toEqual([7]);
    expect(owner()).not.toBe(0);
    await nobody.stop();
    const back = await start({ identities: ["namespace"] });
    expect(await ask(back.url, "select id from kept")).toEqual([7]);
    expect(owner()).toBe(0);
    await back.stop();
  });

  test("a data folder under mode 0700 costs the unprivileged user one capability", async () => {
    chmodSync(dataDir, 0o700);
    await expect(start({ identities: ["nobody"] })).rejects.toMatchObject({
      code: "E_EMBEDDED_IDENTITY",
    });
    const granted = await start({ identities: ["nobody", "granted"] });
    expect(granted.identity).toBe("granted");
    expect(await ask(granted.url, "select id from kept")).toEqual([7]);
    await granted.stop();
    expect(processesNaming(dataDir)).toEqual([]);
  });
});

test("given a recovery that takes hours, then it is waited for as long as the server lives", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tieout-recovery-"));
  const file = path.join(folder, "postmaster.pid");
  let hours = 0;
  const slow = {
    now: () => 0,
    monotonic: () => {
      hours += 1;
      if (hours === 5) writeFileSync(file, `7${"\n".repeat(7)}ready`);
      return hours * 3_600_000;
    },
  };
  const server = { pid: 7, ended: () => undefined } as Parameters<typeof becomesReady>[0];
  try {
    const waited = becomesReady(server, folder, slow, undefined, Number.POSITIVE_INFINITY);
    expect(await waited).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
