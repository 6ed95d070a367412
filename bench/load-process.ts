/**
 * The load: signed webhooks over HTTP, as many connections as told, each sending its next request
 * when the last one is answered. Bodies and signatures are made before the clock starts.
 *
 * Input: urls, prefix, count, connections (over all urls). Says when it started (epoch
 * milliseconds), how long it took, the latencies and its own processor time a request; an answer
 * that is not 2xx ends it with an error.
 */
import { createHmac } from "node:crypto";
import type { Dispatcher } from "undici";
import { Pool } from "undici";
import { ACCOUNT_SECRET, invoiceEvent, SOURCE } from "./load-events.ts";
import { percentilesOf } from "./percentiles.ts";
import { programInput, say } from "./programs.ts";

interface LoadInput {
  readonly urls: readonly string[];
  readonly prefix: string;
  readonly count: number;
  readonly connections: number;
}

/** The answer's status; the body is read to its end and not kept. */
function send(pool: Pool, options: Dispatcher.DispatchOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    let status = 0;
    pool.dispatch(options, {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, code) => {
        status = code;
      },
      onResponseData: () => undefined,
      onResponseEnd: () => resolve(status),
      onResponseError: (_controller, error) => reject(error),
    });
  });
}

async function inParallel(
  connections: number,
  count: number,
  one: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await one(index);
    }
  };
  await Promise.all(Array.from({ length: connections }, runner));
}

const { urls, prefix, count, connections } = programInput<LoadInput>();
const created = Math.floor(Date.now() / 1000) - 60;
const bodies = Array.from({ length: count }, (_, index) =>
  Buffer.from(JSON.stringify(invoiceEvent(index, prefix, created))),
);
// A signature is good for 300 seconds; making them takes a second per 100,000.
const seconds = Math.floor(Date.now() / 1000);
const signatures = bodies.map((body) => {
  const hmac = createHmac("sha256", ACCOUNT_SECRET);
  return `t=${seconds},v1=${hmac.update(`${seconds}.`).update(body).digest("hex")}`;
});

const pools = urls.map(
  (url) => new Pool(url, { connections: Math.ceil(connections / urls.length), pipelining: 1 }),
);
const poolAt = (index: number): Pool => pools[index % pools.length] as Pool;
// Connections are open and this process is compiled before the clock starts.
await inParallel(connections, connections * 20, async (index) => {
  await send(poolAt(index), { method: "GET", path: "/healthz" });
});

const latencies = new Float64Array(count);
const refused = new Map<number, number>();
const startedAt = Date.now();
const cpu = process.cpuUsage();
const started = performance.now();
await inParallel(connections, count, async (index) => {
  const sent = performance.now();
  const status = await send(poolAt(index), {
    method: "POST",
    path: `/in/${SOURCE}`,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "stripe-signature": signatures[index] as string,
    },
    body: bodies[index] as Buffer,
  });
  latencies[index] = performance.now() - sent;
  if (status < 200 || status > 299) refused.set(status, (refused.get(status) ?? 0) + 1);
});
const tookSeconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
await Promise.all(pools.map((pool) => pool.close()));
if (refused.size > 0) {
  const text = [...refused].map(([status, times]) => `${times} × ${status}`).join(", ");
  throw new Error(`not every event was taken: ${text}`);
}
const { p50, p99, worst } = percentilesOf(latencies);
const cpuMs = (user + system) / 1000 / count;
say({ startedAt, seconds: tookSeconds, p50, p99, worst, cpuMs, bodyBytes: bodies[0]?.length ?? 0 });
