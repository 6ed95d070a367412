/**
 * P3: bulk targets. Handoffs lie ready; the clock runs from the moment when sending is allowed
 * until the last one is confirmed in the ledger. Into the warehouse connector, and into a target
 * that does nothing: the difference is the warehouse, the rest is ours.
 */
import type { Pool } from "../src/store/database.ts";
import { openDatabase } from "../src/store/database.ts";
import { BARE, measureBareBulk } from "./bare/measure.ts";
import { startCpuMeter } from "./cpu-time.ts";
import { allowSending, countOf, isDrained, lastRecordedAt, openLedger, until } from "./ledger.ts";
import { peerRate, runPeer, runPeerOnTarget } from "./peer-runs.ts";
import type { Said } from "./programs.ts";
import type { Measurement, Outcome } from "./result.ts";
import { figure, figureOf, mustAgree, ratio } from "./result.ts";
import { bulkTargets, seedBulk } from "./seed-handoffs.ts";
import type { HubWishes, Stage } from "./stage.ts";
import { startHubProcess, tellDearest } from "./stage.ts";
import { startStatementMeter } from "./statements.ts";

const COUNT = 200_000;
const WARMUP = 10_000;
const LANES = 2;
const DATABASE = "bench_bulk";
const WAREHOUSE = "bench_warehouse";
const RATE = "handoffs per second";

type BulkName = (typeof bulkTargets)[number];

interface Bulk {
  readonly ours: Measurement;
  /** The same events drained by the least that can be done; none without peers. */
  readonly bare: Said | undefined;
}

async function measureBulk(stage: Stage, count: number, name: BulkName): Promise<Bulk> {
  stage.tell(`P3: ${count} handoffs into ${name}`);
  const databaseUrl = await stage.servers.freshDatabase(DATABASE);
  const warehouseUrl = await stage.servers.freshDatabase(WAREHOUSE);
  const pool = await openLedger(databaseUrl);
  try {
    const warmup = Math.min(WARMUP, count);
    const warehouse = { url: warehouseUrl, lanes: LANES };
    const wishes: HubWishes =
      name === "warehouse"
        ? { databaseUrl, warehouse }
        : { databaseUrl, nothing: { lanes: LANES } };
    const hub = await startHubProcess(stage, wishes);
    await seedBulk(pool, name, { first: 1, last: warmup });
    await until(() => isDrained(pool, name), "warm-up", 20, 300);
    await allowSending(pool, false);
    await seedBulk(pool, name, { first: warmup + 1, last: warmup + count });
    const statements = await startStatementMeter(databaseUrl, stage.settings.profile);
    const cpu = startCpuMeter({ hub: hub.pid, ...stage.servers.processes });
    const started = Date.now();
    await allowSending(pool, true);
    await until(() => isDrained(pool, name), "the last confirmation", 500, 900);
    const cpuFigures = cpu.perItem(count);
    const seconds = ((await lastRecordedAt(pool)) - started) / 1000;
    const dearest = await tellDearest(stage, statements);
    await hub.stop();
    const verified = await verify(pool, name, warehouseUrl, warmup + count);
    const bareWarehouse = name === "warehouse" ? warehouseUrl : undefined;
    const bare = stage.settings.peers
      ? await measureBareBulk(stage, databaseUrl, bareWarehouse, warmup + count)
      : undefined;
    const ours: Measurement = {
      what:
        name === "warehouse" ? "into the warehouse connector" : "into a target that does nothing",
      setting: { target: name, lanes: LANES, handoffs: count },
      figures: [
        figure(RATE, count / seconds, "/s"),
        figure("whole run", seconds, "s"),
        ...cpuFigures,
      ],
      verified,
      details: { statements: dearest },
    };
    return { ours, bare };
  } finally {
    await pool.end();
    await stage.servers.dropDatabase(DATABASE);
    await stage.servers.dropDatabase(WAREHOUSE);
  }
}

async function verify(
  pool: Pool,
  name: BulkName,
  warehouseUrl: string,
  expected: number,
): Promise<Record<string, number>> {
  const confirmed = await countOf(pool, "handoff where state = 'confirmed'");
  const items = "(select unnest(batch) from attempt) a";
  const exceptions = await countOf(pool, "exception_case");
  const counts = {
    confirmed: { found: confirmed, expected },
    itemsInAttempts: { found: await countOf(pool, items), expected },
    exceptions: { found: exceptions, expected: 0 },
  };
  if (name !== "warehouse") return mustAgree("P3", counts);
  const warehouse = openWarehouse(warehouseUrl);
  try {
    const feed = { found: await countOf(warehouse, "warehouse.event_feed"), expected };
    const invoices = { found: await countOf(warehouse, "warehouse.invoice"), expected };
    return mustAgree("P3", { ...counts, feed, invoices });
  } finally {
    await warehouse.end();
  }
}

function openWarehouse(url: string): Pool {
  return openDatabase({ url, connections: 1, name: "bench", onIdleError: () => undefined });
}

export async function benchBulk(stage: Stage): Promise<Outcome> {
  const { settings, servers } = stage;
  const count = settings.count ?? COUNT;
  const bulks: Bulk[] = [];
  for (const name of bulkTargets) bulks.push(await measureBulk(stage, count, name));
  const measurements = bulks.map(({ ours }) => ours);
  const limits = bulks.flatMap(({ ours, bare }) => (bare === undefined ? [] : [{ ours, bare }]));
  const peers: (Said & { readonly variant: string })[] = [];
  if (settings.peers) {
    const input = { databaseUrl: servers.databaseUrl, count: settings.peerCount ?? count };
    const alone = await runPeer(stage, "pg-boss", input);
    peers.push({ ...alone, variant: "no call" });
    const calling = await runPeerOnTarget(stage, "pg-boss", input);
    peers.push({ ...calling, variant: "a bulk call a batch" });
  }
  const ratios = peers.flatMap((peer) =>
    measurements.flatMap((one) => {
      const name = `${String(one.setting["target"])} : pg-boss ${peer.variant}`;
      return [
        ratio(`${name}, drain only`, figureOf(one, RATE), peerRate(peer)),
        ratio(`${name}, insert and drain`, figureOf(one, RATE), peerRate(peer, "wholePerSecond")),
      ];
    }),
  );
  const toLimit = limits.map(({ ours, bare }) =>
    ratio(`${ours.setting["target"]} : ${BARE}`, figureOf(ours, RATE), peerRate(bare)),
  );
  return {
    measurements,
    peers: [...limits.map(({ bare }) => bare), ...peers],
    ratios: [...toLimit, ...ratios],
    processes: ["hub", "PostgreSQL (ledger and warehouse)", "Restate"],
    notes: [
      "Ours is the drain: handoffs lie ready, as jobs do when pg-boss drains. Events are kept in full (about 2.5 KB of canonical data each); pg-boss jobs carry ids and amounts.",
      "The limit drains a queue of ids alone over the same events, in one transaction with its target's.",
      "Seeded by SQL: events and handoffs, without bodies and identities, which the drain does not read.",
    ],
  };
}
