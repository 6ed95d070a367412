import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runProgram } from "../../../test/support/processes.ts";
import { rootUrl } from "../../../test/support/root.ts";
import { lockHolder, takeLock } from "./lock.ts";

let dataDir: string;

beforeEach(() => {
  dataDir = realpathSync(mkdtempSync(path.join(os.tmpdir(), "tieout-lock-")));
});

afterEach(() => rmSync(dataDir, { recursive: true }));

const holding = (folder: string) => `
  const { takeLock } = await load("src/app/supervisor/lock.ts");
  setInterval(() => {}, 1000);
  await takeLock(${JSON.stringify(folder)});
  done("held");`;

const inRun = (folder: string, name: string) => path.join(folder, "run", name);

/** A pid that nobody has: Linux gives none that high, other systems none above 99,998. */
const STRANGE = JSON.stringify({ pid: 4_194_305, startTime: "1" });

describe("the lock of a data folder in another container", () => {
  test.each([
    ["a short path", ""],
    ["a path longer than a socket's may be", `${"deep/".repeat(30)}end`],
  ])("given %s and a holder whose pid is not seen, then it is refused", async (_what, below) => {
    const folder = path.join(dataDir, below);
    mkdirSync(folder, { recursive: true });
    const program = await runProgram(holding(folder));
    writeFileSync(inRun(folder, "supervisor.1.json"), STRANGE);
    expect(await lockHolder(folder)).toBe(4_194_305);
    await expect(takeLock(folder)).rejects.toMatchObject({
      code: "E_SUPERVISOR_LOCKED",
      details: { pid: 4_194_305 },
    });
    // Whoever is refused leaves the holder's lock as it was, and nothing of its own.
    const left = ["supervisor.1.json", "supervisor.1.sock"];
    expect(readdirSync(path.join(folder, "run")).sort()).toEqual(left);
    program.process.kill("SIGKILL");
    await program.exited;
    expect(await lockHolder(folder)).toBeUndefined();
    const lock = await takeLock(folder);
    expect(lock.seesContainers).toBe(true);
    lock.release();
    expect(readdirSync(path.join(folder, "run"))).toEqual([]);
  });

  const unshare = ["--pid", "--fork", "--mount-proc", "--kill-child"];
  const works = spawnSync("unshare", [...unshare, "true"]).status === 0;

  // Skipped where this user or system may make no PID namespace.
  test.skipIf(!works)("given two PID namespaces at once, then at most one has it", async () => {
    const script = `
      import { createJiti } from "jiti";
      const jiti = createJiti(${JSON.stringify(rootUrl.href)});
      const { takeLock } = await jiti.import("./src/app/supervisor/lock.ts");
      setInterval(() => {}, 1000);
      const said = await takeLock(${JSON.stringify(dataDir)}).then(() => "held", (e) => e.code);
      process.stdout.write(said);`;
    const start = () => {
      const args = [...unshare, process.execPath, "--input-type=module", "-e", script];
      return spawn("unshare", args, { cwd: rootUrl, stdio: ["ignore", "pipe", "inherit"] });
    };
    const said = async (program: ReturnType<typeof start>) =>
      String((await once(program.stdout, "data"))[0]);
    const end = async (program: ReturnType<typeof start>) => {
      program.kill("SIGKILL");
      await once(program, "exit");
    };
    const first = start();
    expect(await said(first)).toBe("held");
    const second = start();
    expect(await said(second)).toBe("E_SUPERVISOR_LOCKED");
    await Promise.all([end(first), end(second)]);
    const both = [start(), start()];
    const words = await Promise.all(both.map(said));
    expect(words.filter((one) => one === "held").length).toBeLessThan(2);
    await Promise.all(both.map(end));
  });
});
