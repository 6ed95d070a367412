import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { systemClock as clock } from "../../../test/support/system-clock.ts";
import {
  describeByPs,
  describeProcess,
  isSameProcess,
  isServerOf,
  stopProcess,
} from "./processes.ts";

function sleeper(script = "setInterval(() => {}, 1000); console.log('up')") {
  return spawn(process.execPath, ["-e", script, "marker with blanks"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
}

describe("a process", () => {
  test("is known by program, arguments and start, until it is gone", async () => {
    const child = sleeper();
    await once(child.stdout, "data");
    const facts = describeProcess(child.pid!)!;
    expect(isServerOf(facts, "node", "marker with blanks")).toBe(true);
    expect(isServerOf(facts, "node", "another marker")).toBe(false);
    expect(isServerOf(facts, "postgres", "marker with blanks")).toBe(false);
    expect(isSameProcess(facts.pid, facts.startTime)).toBe(true);
    expect(isSameProcess(facts.pid, "1")).toBe(false);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(describeProcess(facts.pid)).toBeUndefined();
  });

  test("is known the same way where there is no /proc", async () => {
    const child = sleeper();
    await once(child.stdout, "data");
    const facts = describeByPs(child.pid!);
    expect(facts?.executable).toBe(process.execPath);
    expect(facts?.args).toContain("marker");
    expect(describeByPs(child.pid!)?.startTime).toBe(facts?.startTime);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(describeByPs(child.pid!)).toBeUndefined();
  });

  test.each([
    ["that ignores the request is insisted upon", "process.on('SIGTERM', () => {});", "SIGKILL"],
    ["that goes when asked is asked only", "", "SIGTERM"],
  ])("%s", async (_what, before, signal) => {
    const child = sleeper(`${before} setInterval(() => {}, 1000); console.log("up")`);
    const exit = once(child, "exit");
    await once(child.stdout, "data");
    const escalation = [
      { signal: "SIGTERM", patience: 300 },
      { signal: "SIGKILL", patience: 2_000 },
    ] as const;
    expect(await stopProcess(describeProcess(child.pid!)!, escalation, clock)).toBe(true);
    expect(await exit).toEqual([null, signal]);
  });

  test("that is stopped by SIGSTOP still ends in order", async () => {
    const child = sleeper();
    const exit = once(child, "exit");
    await once(child.stdout, "data");
    child.kill("SIGSTOP");
    const escalation = [{ signal: "SIGTERM", patience: 5_000 }] as const;
    expect(await stopProcess(describeProcess(child.pid!)!, escalation, clock)).toBe(true);
    expect(await exit).toEqual([null, "SIGTERM"]);
  });
});
