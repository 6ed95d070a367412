/**
 * P3: pg-boss in batches: jobs are inserted, fetched and completed many at a time; with
 * `targetUrl`, each fetched batch makes one bulk call before it is completed.
 *
 * Input: databaseUrl, count, warmup, batch, lanes, insertBatch, targetUrl, payload ("id" is the
 * default; "event" puts the whole event of about 4 KB into the job).
 */
import PgBoss from "pg-boss";
import { Pool } from "undici";
import { inParallel, mustBe, runPeer, timed } from "./contract.mjs";
import { jobInput } from "./two-step-job.mjs";

const QUEUE = "bulk";

await runPeer({
  peer: "pg-boss",
  what: "P3: jobs fetched and completed in batches; perSecond is the drain",
  library: "pg-boss",
  settings: [
    { lanes: 1, batch: 1000, insertBatch: 1000 },
    { lanes: 2, batch: 500, insertBatch: 1000 },
    { lanes: 4, batch: 500, insertBatch: 1000 },
    { lanes: 2, batch: 2000, insertBatch: 1000 },
  ],
  notes: [
    "perSecond counts the drain (fetch, call, complete); insertPerSecond is the way in.",
    "A batch is completed after its call: killed in between, the whole batch is called again.",
    "No order per object, no duplicate found, no attempt recorded before the call.",
    "10.4 is the last line that runs on Node 20; 12 needs Node 22.12.",
  ],
  measure,
});

async function measure({ input, setting, count, warmup, databaseUrl }) {
  const connections = Math.max(setting.lanes, 2) + 2;
  const boss = new PgBoss({ connectionString: databaseUrl, max: connections, schedule: false });
  boss.on("error", (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
  await boss.start();
  const target =
    input.targetUrl === undefined
      ? undefined
      : new Pool(input.targetUrl, { connections: setting.lanes });
  try {
    await boss.createQueue(QUEUE);
    await insertAll(boss, setting, jobs(warmup, "warm", input.payload));
    await drain(boss, target, setting, warmup);
    const all = jobs(count, "boss", input.payload);
    const insertSeconds = await timed(() => insertAll(boss, setting, all));
    const latencies = [];
    const seconds = await timed(() => drain(boss, target, setting, count, latencies));
    await mustBeCompleted(boss, warmup + count);
    const perSecond = Math.round(count / insertSeconds);
    const wholePerSecond = Math.round(count / (insertSeconds + seconds));
    return { seconds, latencies, insertPerSecond: perSecond, wholePerSecond };
  } finally {
    await target?.close();
    await boss.stop({ graceful: false, wait: true });
  }
}

function jobs(count, prefix, payload = "id") {
  return Array.from({ length: count }, (_, index) => ({
    name: QUEUE,
    data: jobInput(index, prefix, payload),
  }));
}

async function insertAll(boss, { insertBatch, lanes }, all) {
  const batches = Math.ceil(all.length / insertBatch);
  await inParallel(Math.max(lanes, 2), batches, (index) =>
    boss.insert(all.slice(index * insertBatch, (index + 1) * insertBatch)),
  );
}

/** Latencies are per batch: fetch to completion. */
async function drain(boss, target, { lanes, batch }, count, latencies = []) {
  let left = count;
  await inParallel(lanes, lanes, async () => {
    while (left > 0) {
      const started = performance.now();
      const fetched = await boss.fetch(QUEUE, { batchSize: batch, priority: false });
      if (fetched.length === 0) continue;
      if (target !== undefined) await bulkCall(target, fetched);
      await boss.complete(
        QUEUE,
        fetched.map((job) => job.id),
      );
      left -= fetched.length;
      latencies.push(performance.now() - started);
    }
  });
}

async function bulkCall(target, fetched) {
  const items = fetched.map(({ data }) => ({ externalId: data.id, ...data.data.object }));
  const answer = await target.request({
    method: "POST",
    path: "/bulk",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ items }),
  });
  const { results } = await answer.body.json();
  mustBe(fetched.length, results.length, "results of the bulk call");
}

async function mustBeCompleted(boss, expected) {
  const { rows } = await boss
    .getDb()
    .executeSql("select count(*) from pgboss.job where name = $1 and state = 'completed'", [QUEUE]);
  mustBe(expected, rows[0].count, "completed jobs");
}
