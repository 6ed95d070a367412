/**
 * P8: slope. What a claim costs and how fast the books are served while a backlog lies open, a
 * tenth of its objects parked behind an exception; and how fast intake is with a long history.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "../src/store/database.ts";
import { measureClaims } from "./claim-cost.ts";
import type { CpuMeter } from "./cpu-time.ts";
import { startCpuMeter } from "./cpu-time.ts";
import { INTAKE_RATE, measureIntake } from "./intake-bench.ts";
import { allowSending, countOf, linkMasterData, openLedger, until } from "./ledger.ts";
import { BOOKS } from "./plain-target.ts";
import type { Figure, Measurement, Outcome, Ratio } from "./result.ts";
import { figure, figureOf, mustAgree, ratio } from "./result.ts";
import { seedBacklog } from "./seed-handoffs.ts";
import type { Stage, Target } from "./stage.ts";
import { startHubProcess, startTarget, tellDearest } from "./stage.ts";
import { startStatementMeter } from "./statements.ts";

const DRAINED = 10_000;
/** Seats start one after the other; the rate is taken once they run. */
const RAMP = 2_000;
const CLAIM_RESERVE = 1_000;
const LANES = 16;
const DATABASE = "bench_backlog";
const RATE = "handoffs per second";
const CLAIM = "p50 of a claim";
const CLAIM_P99 = "p99 of a claim";

async function measureBacklog(
  stage: Stage,
  backlog: number,
  drained: number,
): Promise<Measurement> {
  const { settings } = stage;
  stage.tell(`P8: a backlog of ${backlog}, ${drained} handoffs drained on top`);
  const databaseUrl = await stage.servers.freshDatabase(DATABASE);
  const pool = await openLedger(databaseUrl);
  const target = await startTarget();
  try {
    await linkMasterData(pool, BOOKS);
    const seeded = await seedBacklog(pool, backlog, RAMP + drained + CLAIM_RESERVE);
    stage.tell(`    seeded in ${seeded.seconds.toFixed(1)} s`);
    const lanes = LANES;
    const hub = await startHubProcess(stage, { databaseUrl, books: { url: target.url, lanes } });
    const pids = { hub: hub.pid, target: target.pid, ...stage.servers.processes };
    const statements = await startStatementMeter(databaseUrl, settings.profile);
    const { seconds, cpuFigures } = await drainRate(target, drained, pids);
    const dearest = await tellDearest(stage, statements);
    await allowSending(pool, false);
    await hub.stop();
    const verified = await verify(pool, target, seeded.ready, seeded.parkedObjects);
    await allowSending(pool, true);
    const claims = await measureClaims(pool);
    return {
      what: "books served beside a backlog",
      setting: { backlog, parkedObjects: seeded.parkedObjects, lanes, drained },
      figures: [
        figure(RATE, drained / seconds, "/s"),
        figure(CLAIM, claims.p50, "ms"),
        figure(CLAIM_P99, claims.p99, "ms"),
        figure("seeding", seeded.seconds, "s"),
        ...cpuFigures,
      ],
      verified,
      details: { claims, statements: dearest },
    };
  } finally {
    await target.stop();
    await pool.end();
    await stage.servers.dropDatabase(DATABASE);
  }
}

/** Between two looks at the target that lie at least `drained` objects apart; seconds scaled. */
async function drainRate(
  target: Target,
  drained: number,
  pids: Readonly<Record<string, number>>,
): Promise<{ seconds: number; cpuFigures: readonly Figure[] }> {
  let from: { at: number; made: number; cpu: CpuMeter } | undefined;
  const limit = performance.now() + 900_000;
  while (performance.now() < limit) {
    const made = (await target.stats()).created;
    const at = performance.now();
    if (from === undefined && made >= RAMP) from = { at, made, cpu: startCpuMeter(pids) };
    const since = from === undefined ? 0 : made - from.made;
    if (from !== undefined && since >= drained) {
      const seconds = ((at - from.at) / 1000) * (drained / since);
      return { seconds, cpuFigures: from.cpu.perItem(since) };
    }
    await sleep(10);
  }
  throw new Error("P8: the backlog was not drained in 900 s");
}

/** What left the backlog is in the target once and confirmed; what is parked has not moved. */
async function verify(
  pool: Pool,
  target: Target,
  ready: number,
  parked: number,
): Promise<Record<string, number>> {
  const state = (name: string) => countOf(pool, `handoff where state = '${name}'`);
  await until(async () => (await state("sent")) === 0, "the last record", 50, 60);
  const { created, repeated } = await target.stats();
  return mustAgree("P8", {
    confirmed: { found: await state("confirmed"), expected: created },
    ready: { found: await state("ready"), expected: ready - created },
    repeatedCalls: { found: repeated, expected: 0 },
    parked: { found: await state("excepted"), expected: parked },
    behindParked: { found: await state("waiting"), expected: parked },
  });
}

export async function benchBacklog(stage: Stage): Promise<Outcome> {
  const { settings } = stage;
  const measurements: Measurement[] = [];
  const drained = settings.count ?? DRAINED;
  for (const backlog of settings.backlog) {
    measurements.push(await measureBacklog(stage, backlog, drained));
  }
  const ratios: Ratio[] = [];
  const smallest = measurements[0];
  for (const one of measurements.slice(1)) {
    if (smallest === undefined) break;
    const name = `backlog ${one.setting["backlog"]} : ${smallest.setting["backlog"]}`;
    for (const what of [RATE, CLAIM, CLAIM_P99]) {
      ratios.push(ratio(`${name}, ${what}`, figureOf(one, what), figureOf(smallest, what)));
    }
  }
  const histories: Measurement[] = [];
  for (const preload of settings.preload) {
    const count = settings.count ?? 40_000;
    histories.push(await measureIntake(stage, { count, connections: 64, hubs: 1, preload }));
  }
  const [empty, ...longer] = histories;
  for (const one of longer) {
    if (empty === undefined) break;
    const name = `intake, ${one.setting["preload"]} : ${empty.setting["preload"]} events before`;
    ratios.push(ratio(name, figureOf(one, INTAKE_RATE), figureOf(empty, INTAKE_RATE)));
  }
  return {
    measurements: [...measurements, ...histories],
    peers: [],
    ratios,
    processes: ["hub", "target or load", "PostgreSQL", "Restate"],
    notes: [
      "Open handoffs of the backlog: a tenth of the objects is parked with two each (excepted and waiting), the others have one that is ready.",
      "Seeded by SQL with small event data; one claim takes four handoffs.",
    ],
  };
}
