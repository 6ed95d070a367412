/**
 * A steady load: so many signed webhooks a second, for as long as it lives. Each twentieth is told
 * again, as sources do. Input: url, perSecond. Says its own address, where `/stats` answers what
 * was sent, what was refused, and the latencies since it was asked last.
 */
import { createHmac } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";
import { ACCOUNT_SECRET, invoiceEvent, SOURCE } from "../load-events.ts";
import { percentilesOf } from "../percentiles.ts";
import { endWithParent, programInput, say } from "../programs.ts";

export interface LoadStats {
  /** Different events that were answered with 2xx. */
  readonly taken: number;
  readonly repeated: number;
  readonly refused: number;
  readonly p50: number;
  readonly p99: number;
}

/** Each so many, the same event once more. */
const REPEAT_EACH = 20;
const TICK_MS = 20;
const CONNECTIONS = 16;

const { url, perSecond } = programInput<{ url: string; perSecond: number }>();
const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
const counts = { taken: 0, repeated: 0, refused: 0 };
let latencies: number[] = [];
let next = 0;

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** The same bytes each time, under a signature of now: another second would be another fact. */
async function send(body: string): Promise<boolean> {
  const at = nowSeconds();
  const mac = createHmac("sha256", ACCOUNT_SECRET).update(`${at}.${body}`).digest("hex");
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "stripe-signature": `t=${at},v1=${mac}`,
  };
  const started = performance.now();
  const answer = await pool.request({ method: "POST", path: `/in/${SOURCE}`, headers, body });
  await answer.body.dump();
  latencies.push(performance.now() - started);
  return answer.statusCode >= 200 && answer.statusCode < 300;
}

/** A refused event is sent until it is taken, as a source does: none may be lacking at the end. */
async function tell(index: number): Promise<void> {
  const body = JSON.stringify(invoiceEvent(index, "soak", nowSeconds()));
  while (!(await send(body).catch(() => false))) {
    counts.refused += 1;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  counts.taken += 1;
  if (index % REPEAT_EACH === 0 && (await send(body).catch(() => false))) counts.repeated += 1;
}

const underWay = new Set<Promise<void>>();
const began = performance.now();
let stopped = false;
/** What is late is made up for, so that the rate holds over the run and not only in quiet times. */
const timer = setInterval(() => {
  const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
  for (; next < due && underWay.size < CONNECTIONS * 4 && !stopped; next += 1) {
    const one = tell(next).finally(() => underWay.delete(one));
    underWay.add(one);
  }
}, TICK_MS);

const server = http.createServer((request, response) => {
  const answer = (): void => {
    const { p50, p99 } = percentilesOf(latencies.length === 0 ? [0] : latencies);
    latencies = [];
    response.end(JSON.stringify({ ...counts, p50, p99 } satisfies LoadStats));
  };
  if (request.url !== "/end") return answer();
  stopped = true;
  clearInterval(timer);
  void Promise.all(underWay).then(answer);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
endWithParent(async () => {
  clearInterval(timer);
  server.closeAllConnections();
  server.close();
  await pool.close();
});
say({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
