/**
 * P2: Restate, one invocation with two steps for each event. The idempotency key is the event's
 * id, so that an event sent twice runs once. The caller starts the server; this program is the
 * service and the sender.
 *
 * Input: databaseUrl, targetUrl, ingressUrl, adminUrl, count, warmup, concurrency, record, payload,
 * `mode` ("send": accepted durably, then run; "call": the sender waits for the end),
 * `deduplicate: false` leaves the idempotency key out, `endpointPort` (any free one).
 */
import "./promise-with-resolvers.mjs";
import http2 from "node:http2";
import * as restate from "@restatedev/restate-sdk";
import { Pool, request } from "undici";
import { inParallel, mustBe, readInput, runPeer, timed, until } from "./contract.mjs";
import { jobInput, openJob } from "./two-step-job.mjs";

const input = readInput();
if (input.ingressUrl === undefined || input.adminUrl === undefined)
  throw new Error("ingressUrl and adminUrl of a running restate-server are needed");
/** What the running invocation needs; the service is registered once, the job changes with runs. */
const running = { job: undefined, finished: 0, onDone: (_id) => {} };

const handoff = restate.service({
  name: "handoff",
  // Nobody looks at finished invocations here: their journals need not be kept for a day.
  options: { journalRetention: 0 },
  handlers: {
    run: async (ctx, event) => {
      const targetId = await ctx.run("call", () => running.job.call(event));
      await ctx.run("record", () => running.job.keep(event, targetId));
      running.finished += 1;
      running.onDone(event.id);
      return targetId;
    },
  },
});

const endpoint = await serve(input.endpointPort ?? 0);
const deployment = await register(input.adminUrl, endpoint.uri);
try {
  await runPeer({
    peer: "restate",
    what: "P2: one invocation with two steps per event",
    library: "@restatedev/restate-sdk",
    settings: [
      { mode: "send", concurrency: 32 },
      { mode: "call", concurrency: 64 },
      { mode: "call", concurrency: 128 },
      { mode: "call", concurrency: 256 },
    ],
    notes: [
      "Events enter through Restate's ingress: no signature, no translation before the invocation.",
      "An outside call in a step may run more than once; nothing probes the target before it does.",
      "Engine idempotency keys are kept for a day and do not compare bodies.",
      `Server ${await serverVersion(input.adminUrl)}, as the caller started it.`,
    ],
    measure,
  });
} finally {
  await request(`${input.adminUrl}/deployments/${deployment}?force=true`, { method: "DELETE" });
  endpoint.stop();
}

async function measure({ setting, count, warmup, databaseUrl }) {
  const { targetUrl, record, payload } = input;
  // In "send" mode the server decides how many run at once, so the connections are not tied to it.
  const size = Math.max(setting.concurrency, 64);
  running.job = await openJob({ databaseUrl, targetUrl, size, record });
  const ingress = new Pool(input.ingressUrl, { connections: setting.concurrency, pipelining: 1 });
  const prefix = `restate${Date.now()}x`;
  try {
    await sendAll(ingress, setting, warmup, (index) => jobInput(index, `w${prefix}`, payload));
    const result = await sendAll(ingress, setting, count, (index) =>
      jobInput(index, prefix, payload),
    );
    await running.job.verify(warmup + count);
    return result;
  } finally {
    await ingress.close();
    await running.job.close();
  }
}

/** Latency: from the sending of an event to its record, or to the answer in "call" mode. */
async function sendAll(ingress, setting, count, eventAt) {
  const called = setting.mode === "call";
  const bodies = Array.from({ length: count }, (_, index) => eventAt(index)).map((event) => {
    return { id: event.id, body: JSON.stringify(event) };
  });
  const started = new Map();
  const latencies = [];
  const done = (id) => {
    const since = started.get(id);
    if (since === undefined) return;
    started.delete(id);
    latencies.push(performance.now() - since);
  };
  running.finished = 0;
  running.onDone = called ? () => {} : done;
  const path = called ? "/handoff/run" : "/handoff/run/send";
  const seconds = await timed(async () => {
    await inParallel(setting.concurrency, count, async (index) => {
      const { id, body } = bodies[index];
      started.set(id, performance.now());
      await post(ingress, path, id, body);
      if (called) done(id);
    });
    await until(() => started.size === 0, `${count} finished invocations`);
  });
  mustBe(count, running.finished, "finished invocations");
  return { seconds, latencies };
}

async function post(ingress, path, id, body) {
  const headers = { "content-type": "application/json" };
  if (input.deduplicate !== false) headers["idempotency-key"] = id;
  const answer = await ingress.request({ method: "POST", path, headers, body });
  const text = await answer.body.text();
  if (answer.statusCode >= 300)
    throw new Error(`the ingress answered ${answer.statusCode} ${text}`);
}

/** The SDK's own `serve` binds every interface; this one only loopback. */
async function serve(port) {
  const handler = restate.createEndpointHandler({ services: [handoff], logger: warnings });
  const server = http2.createServer(handler);
  const sessions = new Set();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const stop = () => {
    server.close();
    for (const session of sessions) session.destroy();
  };
  return { uri: `http://127.0.0.1:${server.address().port}`, stop };
}

/** The SDK's default logger writes two lines per invocation to standard output. */
function warnings({ level }, message, ...more) {
  if (level === "warn" && /without validating request signatures/.test(String(message))) return;
  if (level === "warn" || level === "error")
    process.stderr.write(`restate: ${[message, ...more].join(" ")}\n`);
}

async function register(adminUrl, uri) {
  const answer = await request(`${adminUrl}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri, force: true }),
  });
  const body = await answer.body.json();
  if (answer.statusCode >= 300) throw new Error(`not registered: ${JSON.stringify(body)}`);
  return body.id;
}

async function serverVersion(adminUrl) {
  const answer = await request(`${adminUrl}/version`);
  return (await answer.body.json()).version;
}
