import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Clock } from "../../kernel/clock.ts";
import type { FaultPlanInput } from "./faults.ts";
import { createFaults } from "./faults.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import { openJournal } from "./journal.ts";
import { jsonAnswer } from "./message.ts";
import { route } from "./router.ts";
import type { RunningSandbox } from "./server.ts";
import { startSandbox } from "./server.ts";

type Posted = { kind: "posted"; reference: string };

const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
const open: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "tieout-kit-"));
  open.push({ close: () => rmSync(path, { recursive: true }) });
  return path;
}

function ledgerOf(file?: string): { journal: Journal<Posted>; posted: string[] } {
  const posted: string[] = [];
  const fold = (entry: JournalEntry<Posted>) => posted.push(entry.reference);
  return { journal: openJournal<Posted>({ clock, fold, file }), posted };
}

async function ledgerSandbox(faults: FaultPlanInput = {}, file?: string, port = 0) {
  const { journal, posted } = ledgerOf(file);
  const sandbox = await startSandbox(
    {
      name: "ledger",
      journal,
      routes: [
        route("POST", "/documents/:reference", "document.post", (request) => {
          journal.append({ kind: "posted", reference: request.params["reference"] ?? "" });
          return jsonAnswer(201, { posted: request.params["reference"], filler: "x".repeat(200) });
        }),
      ],
      state: () => ({ posted: posted.length }),
      reset: () => {
        posted.length = 0;
        journal.clear();
      },
    },
    { port, clock, faults },
  );
  open.push(sandbox);
  return { sandbox, posted, journal };
}

const post = (sandbox: RunningSandbox, reference: string, timeoutMs = 2000) =>
  fetch(`${sandbox.url}/documents/${reference}`, {
    method: "POST",
    signal: AbortSignal.timeout(timeoutMs),
  });

test("given a journal with a cut last line, when opened, then the rest is replayed", () => {
  const file = join(folder(), "journal.jsonl");
  const first = ledgerOf(file);
  first.journal.append({ kind: "posted", reference: "a" });
  first.journal.append({ kind: "posted", reference: "b" });
  first.journal.close();
  appendFileSync(file, '{"seq":3,"at":1,"kind":"pos');
  const second = ledgerOf(file);
  expect(second.posted).toEqual(["a", "b"]);
  expect(second.journal.append({ kind: "posted", reference: "c" }).seq).toBe(3);
  second.journal.close();
  expect(readFileSync(file, "utf8").trimEnd().split("\n")).toHaveLength(3);
  const third = ledgerOf(file);
  open.push(third.journal);
  expect(third.posted).toEqual(["a", "b", "c"]);
});

test("given a journal broken in the middle, when opened, then it names the line", () => {
  const file = join(folder(), "journal.jsonl");
  appendFileSync(file, '{"seq":1,"at":1,"kind":"posted","reference":"a"}\nnot json\n');
  appendFileSync(file, '{"seq":3,"at":1,"kind":"posted","reference":"c"}\n');
  expect(() => ledgerOf(file)).toThrow(/Line 2/);
});

test("given the same plan and seed, when the same calls come, then the same strikes", () => {
  const plan: FaultPlanInput = {
    seed: 7,
    rules: [{ id: "r", match: { method: "post" }, action: { type: "reset-after" }, rate: 0.3 }],
  };
  const strikes = (seed: number, readsBetween: boolean) => {
    const faults = createFaults({ ...plan, seed });
    const call = { target: "/x", operation: "o" };
    return Array.from({ length: 50 }, (_, i) => {
      if (readsBetween) faults.decide({ ...call, seq: 1000 + i, method: "GET" });
      return faults.decide({ ...call, seq: i, method: "POST" }) !== undefined;
    });
  };
  expect(strikes(7, false)).toEqual(strikes(7, true));
  expect(strikes(7, false)).not.toEqual(strikes(8, false));
  expect(strikes(7, false).filter(Boolean).length).toBeGreaterThan(5);
});

test("given rules by number, count, window, when calls pass, then struck just there", () => {
  const faults = createFaults({
    rules: [
      { id: "second", match: { operation: "pay" }, action: { type: "reset-before" }, nth: [2] },
      { id: "twice", action: { type: "status", status: 503 }, times: 2, from: 4 },
    ],
  });
  const struck = [1, 2, 3, 4, 5, 6].map(
    (seq) => faults.decide({ seq, method: "POST", target: "/", operation: "pay" })?.rule,
  );
  expect(struck).toEqual([undefined, "second", undefined, "twice", "twice", undefined]);
  expect(faults.report().rules[0]).toEqual({ id: "second", matched: 6, struck: 1 });
});

const oneRule = (action: NonNullable<FaultPlanInput["rules"]>[number]["action"]) => ({
  rules: [{ id: "it", match: { operation: "document.post" }, action, times: 1 }],
});

test("given a reset before, when a document is posted, then nothing is applied", async () => {
  const { sandbox, posted } = await ledgerSandbox(oneRule({ type: "reset-before" }));
  await expect(post(sandbox, "a")).rejects.toThrow();
  expect(posted).toEqual([]);
  expect(sandbox.calls.list()[0]).toMatchObject({
    fault: "it",
    status: 0,
    operation: "document.post",
  });
});

test("given a reset after, when a document is posted, then it is applied anyway", async () => {
  const { sandbox, posted } = await ledgerSandbox(oneRule({ type: "reset-after" }));
  await expect(post(sandbox, "a")).rejects.toThrow();
  expect(posted).toEqual(["a"]);
});

test("given a late apply, when the caller retries, then the first runs after it", async () => {
  const { sandbox, posted } = await ledgerSandbox(oneRule({ type: "late-apply", delayMs: 150 }));
  await expect(post(sandbox, "first", 50)).rejects.toThrow();
  expect((await post(sandbox, "retry")).status).toBe(201);
  expect(posted).toEqual(["retry"]);
  expect(sandbox.calls.inFlight).toBe(1);
  await expect.poll(() => posted).toEqual(["retry", "first"]);
  await expect.poll(() => sandbox.calls.inFlight).toBe(0);
});

test("given a late answer, when the caller gives up, then it was applied at once", async () => {
  const { sandbox, posted } = await ledgerSandbox(oneRule({ type: "late", delayMs: 300 }));
  await expect(post(sandbox, "a", 80)).rejects.toThrow();
  expect(posted).toEqual(["a"]);
});

test("given a status before or after, when posted, then only the latter is applied", async () => {
  const before = await ledgerSandbox(
    oneRule({ type: "status", status: 429, headers: { "retry-after": "1" }, body: { slow: true } }),
  );
  const refused = await post(before.sandbox, "a");
  expect([refused.status, refused.headers.get("retry-after"), await refused.json()]).toEqual([
    429,
    "1",
    { slow: true },
  ]);
  expect(before.posted).toEqual([]);
  const after = await ledgerSandbox(oneRule({ type: "status-after", status: 502, body: "bad" }));
  const broken = await post(after.sandbox, "a");
  expect([broken.status, await broken.text()]).toEqual([502, "bad"]);
  expect(after.posted).toEqual(["a"]);
});

test("given a half answer, when the body is read, then the caller sees a broken body", async () => {
  const { sandbox, posted } = await ledgerSandbox(oneRule({ type: "half", share: 0.5 }));
  const answer = await post(sandbox, "a");
  expect(answer.status).toBe(201);
  await expect(answer.text()).rejects.toThrow();
  expect(posted).toEqual(["a"]);
});

test("given a drip, when the body is read, then it comes whole and slowly", async () => {
  const { sandbox } = await ledgerSandbox(oneRule({ type: "drip", delayMs: 10, chunkBytes: 20 }));
  const started = performance.now();
  const answer = await (await post(sandbox, "a")).json();
  expect(answer).toMatchObject({ posted: "a" });
  expect(performance.now() - started).toBeGreaterThan(80);
});

test("given the control plane, when it is asked, then it steers and is not counted", async () => {
  const { sandbox } = await ledgerSandbox();
  const control = (method: string, path: string, body?: unknown) =>
    fetch(`${sandbox.url}/__sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  expect((await control("PUT", "faults", { rules: [{ id: "x" }] })).status).toBe(400);
  await control("PUT", "faults", {
    rules: [{ id: "x", action: { type: "status", status: 500 }, nth: [1] }],
    switches: { "stale-search": 60 },
  });
  expect(sandbox.faults.amount("stale-search", 0)).toBe(60);
  await Promise.all([post(sandbox, "a"), post(sandbox, "b"), post(sandbox, "c")]);
  expect(await (await control("GET", "state")).json()).toEqual({ posted: 2 });
  const journal = await (await control("GET", "journal?after=1")).text();
  expect(JSON.parse(journal)).toMatchObject({ seq: 2, kind: "posted" });
  const calls = (await (await control("GET", "calls")).text()).trimEnd().split("\n");
  expect(calls.map((line) => JSON.parse(line).status).sort()).toEqual([201, 201, 500]);
  const shifted = await control("PUT", "clock", { offsetMs: -3_600_000 });
  const time = (await shifted.json()) as { now: number };
  expect(Math.abs(time.now + 3_600_000 - Date.now())).toBeLessThan(1000);
  await control("POST", "reset");
  expect(await (await control("GET", "state")).json()).toEqual({ posted: 0 });
  expect(await (await control("GET", "calls")).text()).toBe("");
  expect(sandbox.faults.report().plan.rules).toEqual([]);
});

test("given a body above the limit, when it is sent, then 413 and no effect", async () => {
  const { journal, posted } = ledgerOf();
  const routes = [
    route("POST", "/d", "d", () => {
      journal.append({ kind: "posted", reference: "d" });
      return jsonAnswer(200, {});
    }),
  ];
  const sandbox = await startSandbox({ name: "s", routes }, { port: 0, clock, maxBodyBytes: 100 });
  open.push(sandbox);
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(sandbox.port, "127.0.0.1");
    socket.on("data", (chunk) => resolve(chunk.toString()));
    socket.write(`POST /d HTTP/1.1\r\nhost: x\r\ncontent-length: 200\r\n\r\n${"x".repeat(200)}`);
  });
  expect(answer).toContain("413");
  expect(posted).toEqual([]);
});

test("given a taken port, when another sandbox wants it, then it says so", async () => {
  const { sandbox } = await ledgerSandbox({}, undefined, 21001);
  await expect(ledgerSandbox({}, undefined, 21001)).rejects.toMatchObject({
    code: "E_SANDBOX_PORT_TAKEN",
  });
  expect((await post(sandbox, "a")).status).toBe(201);
});
