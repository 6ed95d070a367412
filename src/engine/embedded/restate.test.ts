import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { listeningLog, processesNaming, runAndKill } from "../../../test/support/processes.ts";
import { systemClock as clock } from "../../../test/support/system-clock.ts";
import { describeProcess } from "./processes.ts";
import type { EmbeddedRestate, RestateOptions } from "./restate.ts";
import { findEmbeddedRestate, startEmbeddedRestate } from "./restate.ts";

const ports = { ingress: 20130, admin: 20140, fabric: 20150 };
const started: EmbeddedRestate[] = [];
let dataDir: string;

beforeAll(() => {
  dataDir = realpathSync(mkdtempSync(path.join(os.tmpdir(), "tieout-restate-")));
});

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

async function start(more: Partial<RestateOptions> = {}): Promise<EmbeddedRestate> {
  const options = { dataDir, ports, clock, log: listeningLog(), ...more };
  const server = await startEmbeddedRestate(options);
  started.push(server);
  return server;
}

/** Local addresses a process listens on, from the kernel's own tables. */
function listeningAddresses(): string[] {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map((file) => readFileSync(file, "utf8"));
  const sockets = tables.flatMap((table) => table.trim().split("\n").slice(1));
  const listening = sockets.map((line) => line.trim().split(/\s+/)).filter((f) => f[3] === "0A");
  return listening.map((fields) => fields[1]!);
}

test("the packaged engine answers on loopback only and leaves nothing running", async () => {
  const server = await start();
  expect((await fetch(`${server.ingressUrl}/restate/health`)).status).toBe(200);
  expect((await fetch(`${server.adminUrl}/deployments`)).status).toBe(200);
  expect(findEmbeddedRestate(dataDir)?.adminUrl).toBe(server.adminUrl);
  if (process.platform === "linux") {
    for (const port of Object.values(ports)) {
      const hex = port.toString(16).toUpperCase().padStart(4, "0");
      const bound = listeningAddresses().filter((address) => address.endsWith(`:${hex}`));
      expect(bound).toEqual([`0100007F:${hex}`]);
    }
  }

  await server.stop();

  expect(await server.exited).toEqual({ code: 0, signal: null });
  expect(processesNaming(dataDir)).toEqual([]);
  expect(findEmbeddedRestate(dataDir)).toBeUndefined();
});

test("it starts again after SIGKILL, with another port when its own is taken", async () => {
  const first = await start();
  first.kill("SIGKILL");
  expect(await first.exited).toEqual({ code: null, signal: "SIGKILL" });
  const stranger = createServer().listen(ports.admin, "127.0.0.1");
  const log = listeningLog();
  const second = await start({ log });
  expect(second.ports).toEqual({ ...ports, admin: ports.admin + 1 });
  expect(log.lines).toContain(`port ${ports.admin} is taken, using ${ports.admin + 1}`);
  expect((await fetch(`${second.adminUrl}/health`)).status).toBe(200);
  stranger.close();
});

test("one that outlived its killed starter is stopped and replaced", async () => {
  const body = `
    const { startEmbeddedRestate } = await load("src/engine/embedded/restate.ts");
    const options = ${JSON.stringify({ dataDir, ports })};
    done((await startEmbeddedRestate({ ...options, clock, log })).pid);`;
  const orphan = Number(await runAndKill(body));
  expect(describeProcess(orphan)?.args).toContain(path.join(dataDir, "restate", "config.toml"));
  const server = await start();
  expect(describeProcess(orphan)).toBeUndefined();
  expect(server.ports).toEqual(ports);
});

test("a configuration it cannot read ends in an error that names the log", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tieout-restate-"));
  const env = { RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: "plenty" };
  await expect(start({ dataDir: folder, env })).rejects.toMatchObject({
    code: "E_EMBEDDED_START",
    details: { logFile: path.join(realpathSync(folder), "logs", "restate.log") },
  });
  rmSync(folder, { recursive: true });
});
