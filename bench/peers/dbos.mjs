/**
 * P2: DBOS Transact, a workflow with two steps for each event. The workflow's id is the event's,
 * so that an event taken twice runs once.
 *
 * Input: databaseUrl, targetUrl, count, warmup, concurrency, poolSize, record, payload and
 * `mode`: "direct" starts the workflow in this process and waits for it; "queued" enqueues all
 * events and lets the queue's dispatcher run them, `concurrency` at a time.
 */
import { DBOS } from "@dbos-inc/dbos-sdk";
import pg from "pg";
import { inParallel, mustBe, readInput, runPeer, timed, until } from "./contract.mjs";
import { jobInput, openJob } from "./two-step-job.mjs";

const QUEUE = "handoffs";
const queued = readInput().mode === "queued";
/** What the running workflow needs; workflows are registered once, the job changes with the run. */
const running = { job: undefined, finished: 0, onDone: (_id) => {} };

const handoff = DBOS.registerWorkflow(
  async (event) => {
    const targetId = await DBOS.runStep(() => running.job.call(event), { name: "call" });
    await DBOS.runStep(() => running.job.keep(event, targetId), { name: "record" });
    running.finished += 1;
    running.onDone(event.id);
    return targetId;
  },
  { name: "handoff" },
);

const direct = [
  { concurrency: 32, poolSize: 20 },
  { concurrency: 64, poolSize: 32 },
  { concurrency: 128, poolSize: 48 },
  { concurrency: 256, poolSize: 48 },
];
const viaQueue = [
  { concurrency: 32, poolSize: 20, pollMs: 20 },
  { concurrency: 64, poolSize: 32, pollMs: 20 },
  { concurrency: 200, poolSize: 48, pollMs: 50 },
];

await runPeer({
  peer: queued ? "dbos queued" : "dbos direct",
  what: "P2: one workflow with two steps per event",
  library: "@dbos-inc/dbos-sdk",
  settings: queued ? viaQueue : direct,
  notes: [
    "Events are handed over in process: no HTTP, no signature, no translation before the workflow.",
    "A step may run more than once after a crash; nothing probes the target before it runs again.",
    "One Node process; its system tables and the records share the measured PostgreSQL.",
  ],
  measure,
});

async function measure({ input, setting, count, warmup, databaseUrl }) {
  const { targetUrl, record, payload } = input;
  DBOS.setConfig({
    name: "bench",
    systemDatabaseUrl: databaseUrl,
    systemDatabasePoolSize: setting.poolSize,
    logLevel: "error",
  });
  await DBOS.launch();
  running.job = await openJob({ databaseUrl, targetUrl, size: setting.concurrency, record });
  try {
    if (queued)
      await DBOS.registerQueue(QUEUE, {
        workerConcurrency: setting.concurrency,
        minPollingIntervalMs: setting.pollMs,
      });
    const run = queued ? runQueued : runDirect;
    const prefix = `dbos${Date.now()}x`;
    await run(setting, warmup, (index) => jobInput(index, `w${prefix}`, payload));
    const result = await run(setting, count, (index) => jobInput(index, prefix, payload));
    await running.job.verify(warmup + count);
    mustBe(warmup + count, await succeeded(databaseUrl), "workflows with success");
    return result;
  } finally {
    await DBOS.shutdown();
    await running.job.close();
  }
}

async function runDirect(setting, count, eventAt) {
  const latencies = new Float64Array(count);
  const events = Array.from({ length: count }, (_, index) => eventAt(index));
  const seconds = await timed(() =>
    inParallel(setting.concurrency, count, async (index) => {
      const started = performance.now();
      const event = events[index];
      const handle = await DBOS.startWorkflow(handoff, { workflowID: event.id })(event);
      await handle.getResult();
      latencies[index] = performance.now() - started;
    }),
  );
  return { seconds, latencies };
}

/** An event's latency runs from its enqueueing to its record; the whole backlog is waited for. */
async function runQueued(setting, count, eventAt) {
  const started = new Map();
  const latencies = [];
  const events = Array.from({ length: count }, (_, index) => eventAt(index));
  running.finished = 0;
  running.onDone = (id) => latencies.push(performance.now() - started.get(id));
  let enqueued = 0;
  const seconds = await timed(async () => {
    enqueued = await timed(() =>
      inParallel(setting.poolSize, count, async (index) => {
        const event = events[index];
        started.set(event.id, performance.now());
        const params = { workflowID: event.id, queueName: QUEUE };
        await DBOS.startWorkflow(handoff, params)(event);
      }),
    );
    await until(() => running.finished >= count, `${count} finished workflows`);
  });
  return { seconds, latencies, enqueueSeconds: Number(enqueued.toFixed(3)) };
}

/** The last workflow's own end is written just after its function returned. */
async function succeeded(databaseUrl) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const count = async (where) => {
    const { rows } = await client.query(`select count(*) from dbos.workflow_status ${where}`);
    return Number(rows[0].count);
  };
  try {
    const open = "where status in ('PENDING', 'ENQUEUED')";
    await until(async () => (await count(open)) === 0, "the end of all workflows", 60);
    return await count("where status = 'SUCCESS'");
  } finally {
    await client.end();
  }
}
