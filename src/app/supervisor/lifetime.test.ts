import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Program } from "../../../test/support/processes.ts";
import {
  listeningLog,
  processesNaming,
  runAndKill,
  runProgram,
} from "../../../test/support/processes.ts";
import { systemClock as clock } from "../../../test/support/system-clock.ts";
import { systemRandom as random } from "../../../test/support/system-random.ts";
import { describeProcess } from "../../engine/embedded/processes.ts";
import { lockHolder, takeLock } from "./lock.ts";
import { postgresChild } from "./server-children.ts";
import { supervise } from "./supervisor.ts";

const PORT = 20170;
let dataDir: string;

beforeEach(() => {
  dataDir = realpathSync(mkdtempSync(path.join(os.tmpdir(), "tieout-lifetime-")));
});

afterEach(() => {
  expect(processesNaming(dataDir)).toEqual([]);
  rmSync(dataDir, { recursive: true });
});

/** A `tieout up` with a ledger, if wanted, and a hub that takes no notice of SIGTERM, if wanted. */
function up(wanted: { ledger: boolean; stubborn: boolean }): Promise<Program> {
  const term = wanted.stubborn ? "() => {}" : "() => process.exit(0)";
  const child = `
    import { createJiti } from "jiti";
    const file = "./src/app/supervisor/lifeline.ts";
    const { holdLifeline } = await createJiti(process.cwd() + "/").import(file);
    process.on("SIGTERM", ${term});
    setInterval(() => {}, 1000);
    holdLifeline().ready({}); // ${dataDir}`;
  return runProgram(`
    const { supervise } = await load("src/app/supervisor/supervisor.ts");
    const { nodeChild } = await load("src/app/supervisor/node-child.ts");
    const { postgresChild } = await load("src/app/supervisor/server-children.ts");
    const { stopOnSignals } = await load("src/app/supervisor/signals.ts");
    const args = ["--input-type=module", "-e", ${JSON.stringify(child)}];
    const ledger = postgresChild({ port: ${PORT}, durable: false, random });
    const hub = nodeChild({ name: "hub", args, env: () => ({}) });
    const children = ${wanted.ledger} ? [ledger, hub] : [hub];
    const one = supervise({ dataDir: ${JSON.stringify(dataDir)}, children, clock, log });
    const stopped = stopOnSignals(one, done);
    await one.start();
    done(one.status().map((child) => child.pid).join(" "));
    await stopped;`);
}

const pidsOf = (program: Program) => program.said.split(" ").map(Number);

/** Processes of this data folder without the one that supervises them. */
const others = (program: Program) =>
  processesNaming(dataDir).filter((line) => !line.startsWith(`${program.process.pid} `));

describe("tieout up", () => {
  test("leaves no process after Ctrl-C", async () => {
    const program = await up({ ledger: true, stubborn: false });
    expect(others(program).length).toBeGreaterThanOrEqual(2);
    program.process.kill("SIGINT");
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(processesNaming(dataDir)).toEqual([]);
    expect(readdirSync(path.join(dataDir, "run"))).toEqual([]);
  });

  test("ends at once after a second Ctrl-C, however stubborn a child is", async () => {
    const program = await up({ ledger: false, stubborn: true });
    const [hub] = pidsOf(program);
    program.process.kill("SIGINT");
    expect(String((await once(program.process.stdout!, "data"))[0])).toContain("stopping");
    expect(await lockHolder(dataDir)).toBe(program.process.pid);
    expect(describeProcess(hub!)).toBeDefined();
    program.process.kill("SIGINT");
    const outcome = await Promise.race([program.exited, sleep(5_000, "still there")]);
    expect(outcome).toEqual({ code: 0, signal: null });
    expect(describeProcess(hub!)).toBeUndefined();
  });

  test("killed, takes its node children along; the next one replaces the server", async () => {
    const program = await up({ ledger: true, stubborn: true });
    const [ledger, hub] = pidsOf(program);
    program.process.kill("SIGKILL");
    await program.exited;
    await expect.poll(() => describeProcess(hub!), { timeout: 3_000 }).toBeUndefined();
    expect(describeProcess(ledger!)).toBeDefined();

    const children = [postgresChild({ port: PORT, durable: false, random })];
    const next = supervise({ dataDir, children, clock, log: listeningLog() });
    await next.start();
    expect(describeProcess(ledger!)).toBeUndefined();
    expect(next.status()[0]?.addresses["url"]).toContain(`:${PORT}/`);
    await next.stop();
  });

  test("is refused on a data folder that a living one holds, and names it", async () => {
    const program = await up({ ledger: false, stubborn: false });
    const second = supervise({ dataDir, children: [], clock, log: listeningLog() });
    await expect(second.start()).rejects.toMatchObject({
      code: "E_SUPERVISOR_LOCKED",
      details: { pid: program.process.pid },
    });
    program.process.kill("SIGTERM");
    await program.exited;
    const third = supervise({ dataDir, children: [], clock, log: listeningLog() });
    await third.start();
    await third.stop();
  });
});

describe("the lock of a data folder", () => {
  test("is free again when its holder was killed, or another process has its pid", async () => {
    const holder = `
      const { takeLock } = await load("src/app/supervisor/lock.ts");
      await takeLock(${JSON.stringify(dataDir)});
      done(process.pid);`;
    await runAndKill(holder);
    const lock = await takeLock(dataDir);
    expect(await lockHolder(dataDir)).toBe(process.pid);
    lock.release();
    mkdirSync(path.join(dataDir, "run"), { recursive: true });
    const recycled = JSON.stringify({ pid: process.ppid, startTime: "1" });
    writeFileSync(path.join(dataDir, "run", "supervisor.7.json"), recycled);
    (await takeLock(dataDir)).release();
    expect(readdirSync(path.join(dataDir, "run"))).toEqual([]);
  });

  test("goes to one of several that find the same stale lock", async () => {
    mkdirSync(path.join(dataDir, "run"), { recursive: true });
    writeFileSync(path.join(dataDir, "run", "supervisor.1.json"), "{");
    const startAt = Date.now() + 1_500;
    const contender = `
      const { takeLock } = await load("src/app/supervisor/lock.ts");
      while (Date.now() < ${startAt});
      setInterval(() => {}, 1000);
      try { await takeLock(${JSON.stringify(dataDir)}); done("won"); } catch (e) { done(e.code); }`;
    const programs = await Promise.all([1, 2, 3].map(() => runProgram(contender)));
    const said = programs.map((program) => program.said).sort();
    for (const program of programs) program.process.kill("SIGKILL");
    await Promise.all(programs.map((program) => program.exited));
    expect(said).toEqual(["E_SUPERVISOR_LOCKED", "E_SUPERVISOR_LOCKED", "won"]);
  });
});
