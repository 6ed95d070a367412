import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { demoAuthorization } from "../../../test/support/netsuite-signing.ts";
import type { Clock } from "../../kernel/clock.ts";
import { seededRandom } from "../../kernel/random.ts";
import type { FaultPlanInput } from "../kit/faults.ts";
import type { NetSuiteSandbox, NetSuiteSandboxOptions } from "./sandbox.ts";
import { startNetSuiteSandbox } from "./sandbox.ts";

const clock: Clock = {
  now: () => Date.parse("2026-03-15T20:00:00Z") + performance.now(),
  monotonic: () => performance.now(),
};

let sandbox: NetSuiteSandbox;
const folders: string[] = [];

async function begin(options: Partial<NetSuiteSandboxOptions> = {}): Promise<void> {
  sandbox = await startNetSuiteSandbox({ port: 0, clock, random: seededRandom(7), ...options });
}

interface Asked {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly timeoutMs?: number;
}

async function call(method: string, path: string, asked: Asked = {}) {
  const { body, headers = {}, timeoutMs = 5000 } = asked;
  const url = `${sandbox.url}${path}`;
  const authorization = demoAuthorization(method, url, sandbox.clock.now());
  const response = await fetch(url, {
    method,
    headers: { authorization, ...headers },
    signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const location = response.headers.get("location");
  const json = text === "" ? undefined : JSON.parse(text);
  return { status: response.status, json, location, headers: response.headers };
}

const at = (path: string) => `/services/rest/record/v1/${path}`;
const failing = (plan: FaultPlanInput) => sandbox.faults.replace(plan);
const customer = (companyName: string) => ({ companyName, subsidiary: { id: "1" } });
const upsert = (name: string, timeoutMs = 5000) =>
  call("PUT", at(`customer/eid:${name}`), { body: customer(name), timeoutMs });
const ask = (q: string, page = "") =>
  call("POST", `/services/rest/query/v1/suiteql${page}`, {
    body: { q },
    headers: { prefer: "transient" },
  });
const until = async (holds: () => boolean) => {
  for (let tries = 0; tries < 200 && !holds(); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(holds()).toBe(true);
};

beforeEach(() => begin());
afterEach(async () => {
  await sandbox.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe("the concurrency gate", () => {
  test("more requests in flight than seats: the rest get 429 and no Retry-After", async () => {
    sandbox.world.setServiceTime({ minMs: 500, maxMs: 500 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call("GET", at("customer"))),
    );
    const turnedAway = sandbox.calls.list().filter((one) => one.status === 429);
    // Whoever reads the log still finds the call by its nonce.
    expect(new Set(turnedAway.map((one) => one.note)).size).toBe(5);
    expect(turnedAway[0]?.refused).toContain("no seat");
    const refused = answers.filter((one) => one.status === 429);
    expect(answers.filter((one) => one.status === 200)).toHaveLength(15);
    expect(refused).toHaveLength(5);
    expect(refused[0]?.json).toEqual({
      type: "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html",
      title: "Bad Request",
      status: 429,
      "o:errorDetails": [
        {
          detail: "Concurrent request limit exceeded. Request blocked.",
          "o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED",
        },
      ],
    });
    expect(refused[0]?.headers.get("retry-after")).toBeNull();
    expect(sandbox.world.gate.peak).toBe(15);
    expect(Math.max(...sandbox.calls.list().map((one) => one.inFlight))).toBeGreaterThan(15);
  });

  test("other tools take seats, at random, and the limit changes while it runs", async () => {
    const gate = { seats: 8, foreign: { min: 0, max: 8, changeMs: 0 } };
    const url = `${sandbox.url}/__sandbox/netsuite/gate`;
    await fetch(url, { method: "PUT", body: JSON.stringify(gate) });
    const seen: number[] = [];
    for (let n = 0; n < 60; n += 1) seen.push((await call("GET", at("customer"))).status);
    const refused = seen.filter((status) => status === 429).length;
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(30);
  });

  test("a request that takes longer than allowed is cut off and not applied", async () => {
    await sandbox.close();
    await begin({ longestRequestMs: 20, serviceTime: { minMs: 60, maxMs: 60 } });
    expect((await upsert("slow")).status).toBe(504);
    expect(sandbox.world.list("customer")).toHaveLength(0);
  });

  test("a body above the limit is refused", async () => {
    await sandbox.close();
    await begin({ maxBodyBytes: 1000 });
    const body = { ...customer("big"), comments: "x".repeat(2000) };
    expect((await call("POST", at("customer"), { body })).status).toBe(413);
  });
});

describe("lost answers", () => {
  test("reset after the commit: no answer, one record, a second POST is refused", async () => {
    failing({ rules: [{ id: "cut", action: { type: "reset-after" }, times: 1 }] });
    const body = { ...customer("Lost Ltd"), externalId: "lost" };
    await expect(call("POST", at("customer"), { body })).rejects.toThrow();
    expect((await call("GET", at("customer/eid:lost"))).status).toBe(200);
    const again = await call("POST", at("customer"), { body });
    expect(again.json["o:errorDetails"][0].detail).toMatch(/This entity already exists\.$/);
    expect(sandbox.world.list("customer")).toHaveLength(1);
  });

  test("a 5xx before the commit leaves nothing, one after it leaves the record", async () => {
    const rule = { times: 1, match: { method: "PUT" } };
    failing({ rules: [{ ...rule, id: "before", action: { type: "status", status: 503 } }] });
    expect((await upsert("a")).status).toBe(503);
    expect(sandbox.world.byExternalId("customer", "a")).toBeUndefined();
    failing({ rules: [{ ...rule, id: "after", action: { type: "status-after", status: 500 } }] });
    expect((await upsert("a")).status).toBe(500);
    expect(sandbox.world.byExternalId("customer", "a")).toBeDefined();
  });

  test("a late first upsert runs after its own retry: one invoice, its lines twice", async () => {
    await call("POST", at("customer"), { body: { ...customer("Late"), externalId: "late" } });
    const item = { itemId: "Item", incomeAccount: { id: "151" } };
    await call("POST", at("serviceSaleItem"), { body: item });
    const line = { item: { id: "2001" }, amount: 10 };
    const body = { entity: { externalId: "late" }, item: { items: [line] } };
    const action = { type: "late-apply", delayMs: 300 } as const;
    failing({ rules: [{ id: "late", action, times: 1 }] });
    const put = (timeoutMs: number) => call("PUT", at("invoice/eid:i"), { body, timeoutMs });
    await expect(put(100)).rejects.toThrow();
    expect((await put(5000)).status).toBe(204);
    await until(() => sandbox.world.list("invoice")[0]?.facts?.total === "2000");
    expect(sandbox.world.list("invoice")).toHaveLength(1);
  });
});

describe("asynchronous requests", () => {
  const headers = { prefer: "respond-async", "x-netsuite-idempotency-key": "k-1" };
  const post = (externalId: string, more: Record<string, string> = headers) =>
    call("POST", at("customer"), { body: { ...customer(externalId), externalId }, headers: more });
  const job = "/services/rest/async/v1/job/1";

  test("202 with a job; the key again is HTTP 400 and the way to the first job", async () => {
    await sandbox.close();
    await begin({ asyncDelayMs: 1000 });
    const accepted = await post("a");
    expect(accepted).toMatchObject({ status: 202, location: job });
    expect(accepted.headers.get("preference-applied")).toBe("respond-async");
    expect((await call("GET", job)).json).toMatchObject({ completed: false, progress: "pending" });
    expect((await call("GET", `${job}/task/1/result`)).status).toBe(404);
    const again = await post("b");
    expect(again).toMatchObject({ status: 400, location: job });
    expect(again.json).toMatchObject({
      title: "Conflict",
      "o:errorDetails": [{ "o:errorCode": "IDEMPOTENCY_ERROR" }],
    });
    await until(() => sandbox.world.list("customer").length === 1);
    expect((await call("GET", job)).json).toMatchObject({ completed: true, progress: "succeeded" });
    expect((await call("GET", `${job}/task`)).json.items).toHaveLength(1);
    const result = await call("GET", `${job}/task/1/result`);
    expect(result.status).toBe(204);
    expect(result.location).toMatch(/customer\/701$/);
    const journal = await (await fetch(`${sandbox.url}/__sandbox/journal`)).text();
    expect(journal).toContain('"origin":"async"');
  });

  test("a synchronous request does not look at the key", async () => {
    await post("a");
    const plain = { "x-netsuite-idempotency-key": "k-1" };
    expect((await post("c", plain)).status).toBe(204);
    expect((await post("d", plain)).status).toBe(204);
  });

  test("a refused job fails with the refusal; a job survives a restart", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "tieout-netsuite-"));
    folders.push(dataDir);
    await sandbox.close();
    await begin({ dataDir, asyncDelayMs: 60_000 });
    await post("survivor");
    await sandbox.close();
    await begin({ dataDir, asyncDelayMs: 1 });
    await until(() => sandbox.world.byExternalId("customer", "survivor") !== undefined);
    expect((await post("other")).location).toBe(job);
    await post("survivor", { ...headers, "x-netsuite-idempotency-key": "k-2" });
    const second = "/services/rest/async/v1/job/2";
    await until(() => sandbox.world.books.jobs.get("2")?.progress === "failed");
    const result = await call("GET", `${second}/task/1/result`);
    expect(result.json["o:errorDetails"][0].detail).toMatch(/already exists\.$/);
  });
});

describe("SuiteQL over HTTP", () => {
  test("a fresh record is not found by a stale search, and is by GET", async () => {
    failing({ switches: { "stale-search": 60 } });
    await upsert("fresh");
    const find = "SELECT id FROM customer WHERE externalid = 'fresh'";
    expect((await ask(find)).json.items).toEqual([]);
    expect((await call("GET", at("customer/eid:fresh"))).status).toBe(200);
    sandbox.clock.advance(61_000);
    expect((await ask(find)).json.items).toEqual([{ links: [], id: "701" }]);
    await call("PATCH", at("customer/701"), { body: { companyName: "Renamed" } });
    const name = "SELECT companyname FROM customer";
    expect((await ask(name)).json.items[0].companyname).toBe("fresh");
    sandbox.clock.advance(61_000);
    expect((await ask(name)).json.items[0].companyname).toBe("Renamed");
  });

  test("pages need Prefer, a fitting offset and an order", async () => {
    for (let n = 0; n < 30; n += 1) sandbox.world.create("customer", customer(`c${n}`));
    const bare = await call("POST", "/services/rest/query/v1/suiteql", {
      body: { q: "SELECT id FROM customer" },
    });
    expect(bare.json["o:errorDetails"][0]["o:errorCode"]).toBe("INVALID_HEADER");
    const odd = await ask("SELECT id FROM customer", "?limit=10&offset=5");
    expect(odd.json["o:errorDetails"][0]["o:errorCode"]).toBe("INVALID_PARAMETER");
    expect((await ask("SELECT id FROM customer", "?limit=1001")).status).toBe(400);
    const collect = async (q: string) => {
      const ids = new Set<string>();
      for (const offset of [0, 10, 20]) {
        const page = await ask(q, `?limit=10&offset=${offset}`);
        expect(page.json).toMatchObject({ totalResults: 30, count: 10, hasMore: offset < 20 });
        for (const { id } of page.json.items) ids.add(id);
      }
      return ids.size;
    };
    expect(await collect("SELECT id FROM customer ORDER BY id")).toBe(30);
    expect(await collect("SELECT id FROM customer")).toBeLessThan(30);
  });
});
