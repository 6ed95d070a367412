import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listeningLog, processesNaming } from "../../../test/support/processes.ts";
import { rootUrl } from "../../../test/support/root.ts";
import { systemClock as clock } from "../../../test/support/system-clock.ts";
import { readRunRecord } from "../../engine/embedded/run-records.ts";
import { httpProbe, nodeChild } from "./node-child.ts";
import { startOrder } from "./order.ts";
import { supervise } from "./supervisor.ts";
import type { ChildSpec, Supervisor, SupervisorEvents } from "./types.ts";

let dataDir: string;
let supervisor: Supervisor | undefined;

beforeEach(() => {
  dataDir = realpathSync(mkdtempSync(path.join(os.tmpdir(), "tieout-supervisor-")));
});

afterEach(async () => {
  await supervisor?.stop();
  supervisor = undefined;
  expect(processesNaming(dataDir)).toEqual([]);
  rmSync(dataDir, { recursive: true });
});

/** Writes `up` and `down` into the diary; `DIARY_NOTE` too, when it is set. Then runs `body`. */
function diarist(name: string, needs: string[] = [], body = "ready({ at: name });"): ChildSpec {
  const script = `
    import { appendFileSync } from "node:fs";
    import { createJiti } from "jiti";
    const lifeline = "./src/app/supervisor/lifeline.ts";
    const { holdLifeline } = await createJiti(${JSON.stringify(rootUrl.href)}).import(lifeline);
    const { ready } = holdLifeline();
    const name = ${JSON.stringify(name)};
    const diary = ${JSON.stringify(diaryFile())};
    const write = (text) => appendFileSync(diary, name + " " + text + "\\n");
    process.on("SIGTERM", () => { write("down"); process.exit(0); });
    write(["up", process.env.DIARY_NOTE, process.env.NEED_AT].filter(Boolean).join(" "));
    setInterval(() => {}, 1000);
    ${body}`;
  const args = ["--input-type=module", "-e", script];
  return nodeChild({
    name,
    needs,
    args,
    env: (at) => ({ NEED_AT: at[needs[0] ?? ""]?.["at"] ?? "" }),
  });
}

const diaryFile = () => path.join(dataDir, "diary");
const diary = () => readFileSync(diaryFile(), "utf8").trim().split("\n");

async function running(...children: ChildSpec[]): Promise<Supervisor> {
  const backoff = { baseMs: 20, capMs: 80 };
  supervisor = supervise({ dataDir, children, clock, log: listeningLog(), backoff });
  await supervisor.start();
  return supervisor;
}

function heard<Name extends keyof SupervisorEvents>(from: Supervisor, name: Name) {
  const events: SupervisorEvents[Name][] = [];
  from.on(name, (event) => events.push(event));
  return events;
}

describe("the supervisor", () => {
  test("starts needs first, passes their addresses on, and stops in reverse", async () => {
    const up = await running(diarist("hub", ["ledger"]), diarist("ledger"));
    expect(up.status()).toMatchObject([
      { name: "ledger", state: "ready", restarts: 0, addresses: { at: "ledger" } },
      { name: "hub", state: "ready", restarts: 0 },
    ]);
    expect(readRunRecord(dataDir, "hub")?.pid).toBe(up.status()[1]?.pid);
    await up.stop();
    expect(diary()).toEqual(["ledger up", "hub up ledger", "hub down", "ledger down"]);
    expect(up.status().map((child) => [child.state, child.pid])).toEqual([
      ["stopped", undefined],
      ["stopped", undefined],
    ]);
    expect(readRunRecord(dataDir, "hub")).toBeUndefined();
  });

  test("starts a killed child again, with the variables meant for that start only", async () => {
    const up = await running(diarist("hub"));
    const exits = heard(up, "exit");
    const first = up.status()[0]?.pid;
    up.nextEnv("hub", { DIARY_NOTE: "labelled" });
    up.killChild("hub");
    await up.untilReady("hub", 1);
    up.killChild("hub", "SIGABRT");
    await up.untilReady("hub", 2);
    expect(diary()).toEqual(["hub up", "hub up labelled", "hub up"]);
    expect(exits).toMatchObject([
      { pid: first, expected: false, exit: { signal: "SIGKILL" } },
      { expected: false, exit: { signal: "SIGABRT" } },
    ]);
    expect(up.status()[0]).toMatchObject({ state: "ready", restarts: 2 });
  });

  test("waits longer each time a child dies, up to a limit", async () => {
    const dying = diarist("hub", [], "ready({}); setTimeout(() => process.exit(3), 10);");
    const up = await running(dying);
    const delays = heard(up, "restart");
    await up.untilReady("hub", 4);
    expect(delays.slice(0, 4).map((event) => event.delayMs)).toEqual([20, 40, 80, 80]);
  });

  test("pauses and resumes a child without ending it", async () => {
    const up = await running(diarist("hub"));
    const pid = up.status()[0]?.pid ?? 0;
    up.pauseChild("hub");
    if (process.platform === "linux") {
      await expect
        .poll(() => / T /.test(readFileSync(`/proc/${pid}/stat`, "utf8")), { timeout: 2_000 })
        .toBe(true);
    }
    up.resumeChild("hub");
    await up.stop();
    expect(diary()).toEqual(["hub up", "hub down"]);
  });

  test("stops a paused child too", async () => {
    const up = await running(diarist("hub"));
    up.pauseChild("hub");
    await up.stop();
    expect(diary()).toEqual(["hub up", "hub down"]);
  });

  test("restarts a child on request, in order and without delay", async () => {
    const up = await running(diarist("hub"));
    const [exits, delays] = [heard(up, "exit"), heard(up, "restart")];
    await up.restartChild("hub");
    expect(diary()).toEqual(["hub up", "hub down", "hub up"]);
    expect(exits).toMatchObject([{ expected: true }]);
    expect(delays).toEqual([]);
  });

  test("takes along what was started with an address that has changed", async () => {
    const moving = diarist("ledger", [], "ready({ at: process.env.DIARY_NOTE ?? 'here' });");
    const up = await running(moving, diarist("hub", ["ledger"]));
    up.nextEnv("ledger", { DIARY_NOTE: "there" });
    up.killChild("ledger");
    await up.untilReady("hub", 1);
    expect(diary().filter((line) => line.startsWith("hub"))).toEqual([
      "hub up here",
      "hub down",
      "hub up there",
    ]);
  });

  test("stops the others and says why when a child cannot start", async () => {
    const broken = diarist("hub", ["ledger"], "throw new Error('no such setting');");
    await expect(running(diarist("ledger"), broken)).rejects.toThrow(/no such setting/);
    expect(diary()).toEqual(["ledger up", "hub up ledger", "ledger down"]);
  });

  test("can be stopped while a child is still starting", async () => {
    const never = diarist("hub", [], "");
    const starting = running(never);
    const outcome = starting.catch((thrown: unknown) => thrown);
    await expect.poll(() => processesNaming(dataDir).length, { timeout: 5_000 }).toBe(1);
    await supervisor?.stop();
    expect(await outcome).toMatchObject({ name: "TieoutError" });
  });

  test("knows a child to be ready by its answers over HTTP", async () => {
    const url = "http://127.0.0.1:20160";
    const script = `require("http").createServer((q, a) => a.end()).listen(20160, "127.0.0.1");`;
    const probe = httpProbe(url, { url });
    const args = ["-e", script, dataDir];
    const up = await running(nodeChild({ name: "hub", args, env: () => ({}), probe }));
    expect(up.status()[0]).toMatchObject({ state: "ready", addresses: { url } });
    expect((await fetch(url)).status).toBe(200);
  });

  test("refuses a name that is not there", async () => {
    const up = await running();
    expect(() => up.killChild("hub")).toThrow(/no child called hub/);
  });
});

describe("the order of children", () => {
  const child = (name: string, ...needs: string[]): ChildSpec => {
    return { name, needs, start: () => Promise.reject(new Error("not started here")) };
  };

  test("puts needs first and keeps the order given otherwise", () => {
    const given = [child("console", "hub"), child("hub", "b", "a"), child("a"), child("b")];
    expect(startOrder(given).map((one) => one.name)).toEqual(["b", "a", "hub", "console"]);
  });

  test.each([
    ["a circle", [child("a", "b"), child("b", "a")], /a needs b needs a is a circle/],
    ["a need that is not there", [child("a", "b")], /a needs b, which is not there/],
    ["a name used twice", [child("a"), child("a")], /used twice/],
  ])("refuses %s", (_what, children, message) => {
    expect(() => startOrder(children)).toThrow(message);
  });
});
