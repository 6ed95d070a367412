/**
 * P2: event to target, one HTTP call each: from the first POST of a webhook to the moment when the
 * last handoff is confirmed in the ledger. Intake, release, claim, write-ahead, call and record
 * all run at once, as they do in production.
 */
import type { Pool } from "../src/store/database.ts";
import { measureBareCalls } from "./bare/measure.ts";
import { startCpuMeter } from "./cpu-time.ts";
import { countOf, isDrained, lastRecordedAt, linkMasterData, openLedger, until } from "./ledger.ts";
import { peerRate, runPeerOnTarget } from "./peer-runs.ts";
import { BOOKS } from "./plain-target.ts";
import type { Said } from "./programs.ts";
import type { Measurement, Outcome } from "./result.ts";
import { figure, figureOf, mustAgree, ratio } from "./result.ts";
import { startPeerEngine } from "./servers.ts";
import type { Stage, Target } from "./stage.ts";
import { runLoad, startHubs, startTarget, tellDearest } from "./stage.ts";
import { startStatementMeter } from "./statements.ts";

const COUNT = 30_000;
const WARMUP = 2_000;
const PEER_COUNT = 5_000;
const CONNECTIONS = 64;
const DATABASE = "bench_calls";
const RATE = "handoffs per second";

async function measureCalls(
  stage: Stage,
  count: number,
  lanes: number,
  hubs: number,
): Promise<Measurement> {
  stage.tell(`P2: ${count} events to the books, ${lanes} lanes, ${hubs} hubs`);
  const databaseUrl = await stage.servers.freshDatabase(DATABASE);
  const pool = await openLedger(databaseUrl);
  const target = await startTarget();
  try {
    await linkMasterData(pool, BOOKS);
    const books = { url: target.url, lanes };
    const running = await startHubs(stage, hubs, { databaseUrl, books });
    const load = { urls: running.urls, connections: CONNECTIONS };
    const warmup = Math.min(WARMUP, count);
    await runLoad({ ...load, prefix: "warm", count: warmup });
    await untilConfirmed(pool, target, warmup);
    const statements = await startStatementMeter(databaseUrl, stage.settings.profile);
    const cpu = startCpuMeter({ ...running.pids, target: target.pid, ...stage.servers.processes });
    const loading = runLoad({ ...load, prefix: "bench", count });
    const report = await loading;
    await untilConfirmed(pool, target, warmup + count);
    const seconds = ((await lastRecordedAt(pool)) - report.startedAt) / 1000;
    const cpuFigures = cpu.perItem(count);
    const dearest = await tellDearest(stage, statements);
    await running.stop();
    const verified = await verify(pool, target, warmup + count);
    return {
      what: "webhook to confirmed handoff, one HTTP call each",
      setting: { lanes, hubs, events: count, connections: CONNECTIONS },
      figures: [
        figure(RATE, count / seconds, "/s"),
        figure("whole run", seconds, "s"),
        figure("its intake", report.seconds, "s"),
        figure("p99 of intake", report.p99, "ms"),
        ...cpuFigures,
      ],
      verified,
      details: { statements: dearest },
    };
  } finally {
    await target.stop();
    await pool.end();
    await stage.servers.dropDatabase(DATABASE);
  }
}

/** Asks the target while calls are being made, and the ledger only for the end. */
async function untilConfirmed(pool: Pool, target: Target, expected: number): Promise<void> {
  const made = async () => (await target.stats()).created >= expected;
  await until(made, `${expected} objects in the target`, 20);
  await until(() => isDrained(pool, BOOKS), "the last confirmation", 100, 120);
}

async function verify(
  pool: Pool,
  target: Target,
  expected: number,
): Promise<Record<string, number>> {
  const { created, repeated } = await target.stats();
  const rows = async (from: string, count = expected) => ({
    found: await countOf(pool, from),
    expected: count,
  });
  return mustAgree("P2", {
    objectsInTarget: { found: created, expected },
    repeatedCalls: { found: repeated, expected: 0 },
    events: await rows("event"),
    confirmed: await rows("handoff where state = 'confirmed'"),
    handoffs: await rows("handoff"),
    attempts: await rows("attempt"),
    outcomes: await rows("outcome where class = 'done'"),
    effects: await rows("effect where confirmed_at is not null"),
    links: await rows("link where reference not like 'old%'"),
    exceptions: await rows("exception_case", 0),
  });
}

export async function benchCalls(stage: Stage): Promise<Outcome> {
  const { settings } = stage;
  const count = settings.count ?? COUNT;
  const measurements: Measurement[] = [];
  for (const lanes of settings.lanes) {
    for (const hubs of settings.hubs) {
      measurements.push(await measureCalls(stage, count, lanes, hubs));
    }
  }
  const peers = settings.peers
    ? await runCallPeers(stage, count, settings.peerCount ?? PEER_COUNT)
    : [];
  const best = measurements.reduce((a, b) => (figureOf(a, RATE) >= figureOf(b, RATE) ? a : b));
  const ratios = peers.flatMap((peer) =>
    [...new Set([best, ...measurements])].map((one) =>
      ratio(
        `${one.setting["lanes"]} lanes, ${one.setting["hubs"]} hubs : ${[peer["peer"], peer["variant"]].join(" ").trim()}`,
        figureOf(one, RATE),
        peerRate(peer),
      ),
    ),
  );
  return {
    measurements,
    peers,
    ratios,
    processes: ["hub", "load", "target", "PostgreSQL", "Restate"],
    notes: [
      "Customers and products are linked beforehand; each handoff still has three needs, looked up at intake.",
    ],
  };
}

/** Each peer in both ways of keeping the record; Restate also with its usual partitions. */
async function runCallPeers(stage: Stage, ours: number, count: number): Promise<Said[]> {
  const { databaseUrl } = stage.servers;
  const peers: Said[] = [await measureBareCalls(stage, ours)];
  const add = async (variant: string, name: string, input: object): Promise<void> => {
    const said = await runPeerOnTarget(stage, name, { databaseUrl, count, ...input });
    peers.push({ ...said, variant });
  };
  await add("record in a table", "dbos", { mode: "direct", record: "table" });
  await add("record in a table", "dbos", { mode: "queued", record: "table" });
  await add("record in its journal", "dbos", { mode: "direct", record: "engine" });
  for (const partitions of [8, 24]) {
    const engine = await startPeerEngine(partitions);
    const { ingressUrl, adminUrl } = engine;
    try {
      for (const [record, words] of [
        ["table", "record in a table"],
        ["engine", "record in its journal"],
      ] as const) {
        const variant = `${words}, ${partitions} partitions`;
        await add(variant, "restate", { record, ingressUrl, adminUrl });
      }
    } finally {
      await engine.stop();
    }
  }
  return peers;
}
