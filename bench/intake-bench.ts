import { untilReleased, verifyIntake } from "./check-intake.ts";
import { startCpuMeter } from "./cpu-time.ts";
import { costsOf, readProfile } from "./guarantee-cost.ts";
import { allowSending, linkMasterData, openLedger } from "./ledger.ts";
import { measureParts } from "./part-cost.ts";
import { peerRate, runPeer } from "./peer-runs.ts";
import { BOOKS } from "./plain-target.ts";
import type { Figure, Measurement, Outcome } from "./result.ts";
import { figure, figureOf, ratio } from "./result.ts";
import { seedHistory } from "./seed-history.ts";
import type { Stage } from "./stage.ts";
import { profilesDir, runLoad, startHubs, tellDearest } from "./stage.ts";
import { startStatementMeter } from "./statements.ts";

const COUNT = 60_000;
const WARMUP = 5_000;
const PEER_COUNT = 20_000;
const DATABASE = "bench_intake";
export const INTAKE_RATE = "events per second";

export interface IntakeWishes {
  readonly count: number;
  readonly connections: number;
  readonly hubs: number;
  /** Events in the ledger beforehand. */
  readonly preload: number;
}

export async function measureIntake(stage: Stage, wishes: IntakeWishes): Promise<Measurement> {
  const { count, connections, hubs, preload } = wishes;
  const over = `${connections} connections to ${hubs} hubs, ${preload} in the ledger`;
  stage.tell(`P1: ${count} events over ${over}`);
  const databaseUrl = await stage.servers.freshDatabase(DATABASE);
  const pool = await openLedger(databaseUrl);
  try {
    await linkMasterData(pool, BOOKS);
    await seedHistory(pool, preload);
    await allowSending(pool, false);
    const warmup = Math.min(WARMUP, count);
    const running = await startHubs(stage, hubs, {
      databaseUrl,
      books: { url: "http://127.0.0.1:9", lanes: 1 },
      warehouse: { url: databaseUrl, lanes: 1 },
    });
    const load = { urls: running.urls, connections };
    await runLoad({ ...load, prefix: "warm", count: warmup });
    await untilReleased(pool);
    const statements = await startStatementMeter(databaseUrl, stage.settings.profile);
    const cpu = startCpuMeter({ ...running.pids, ...stage.servers.processes });
    const report = await runLoad({ ...load, prefix: "bench", count });
    await untilReleased(pool);
    const cpuFigures = cpu.perItem(count);
    const dearest = await tellDearest(stage, statements);
    await running.stop();
    const verified = await verifyIntake(pool, { events: warmup + count, preload });
    return {
      what: "signed webhooks over HTTP, two handoffs each",
      setting: { connections, hubs, preload, events: count, bodyBytes: report.bodyBytes },
      figures: [
        figure(INTAKE_RATE, count / report.seconds, "/s"),
        figure("p50", report.p50, "ms"),
        figure("p99", report.p99, "ms"),
        figure("worst", report.worst, "ms"),
        ...cpuFigures,
        figure("CPU of the load", report.cpuMs, "ms each"),
        ...guaranteeFigures(stage, Object.values(running.pids), warmup + count),
      ],
      verified,
      details: { statements: dearest },
    };
  } finally {
    await pool.end();
    await stage.servers.dropDatabase(DATABASE);
  }
}

/** With `--profile`: what each guarantee took of the hubs' processor time, start included. */
function guaranteeFigures(stage: Stage, pids: readonly number[], events: number): Figure[] {
  if (!stage.settings.profile) return [];
  const sums = new Map<string, number>();
  for (const pid of pids) {
    const profile = readProfile(profilesDir, pid);
    if (profile === undefined) throw new Error(`the hub ${pid} left no profile`);
    for (const [what, cost] of costsOf(profile)) sums.set(what, (sums.get(what) ?? 0) + cost);
  }
  const dearestFirst = [...sums].sort(([, a], [, b]) => b - a);
  return dearestFirst.map(([what, cost]) => figure(`of it: ${what}`, cost / events, "µs each"));
}

async function comparePeer(
  stage: Stage,
): Promise<Pick<Outcome, "measurements" | "peers" | "ratios">> {
  const { settings, servers } = stage;
  const count = settings.count ?? COUNT;
  const measurements: Measurement[] = [];
  for (const connections of settings.connections) {
    for (const hubs of settings.hubs) {
      measurements.push(await measureIntake(stage, { count, connections, hubs, preload: 0 }));
    }
  }
  const peers = settings.peers
    ? [
        await runPeer(stage, "stripe-sync-engine", {
          databaseUrl: servers.databaseUrl,
          count: settings.peerCount ?? PEER_COUNT,
        }),
      ]
    : [];
  const ratios = peers.flatMap((peer) =>
    measurements.map((one) =>
      ratio(
        `${one.setting["connections"]} connections, ${one.setting["hubs"]} hubs : ${peer["peer"]}`,
        figureOf(one, INTAKE_RATE),
        peerRate(peer),
      ),
    ),
  );
  return { measurements, peers, ratios };
}

export async function benchIntake(stage: Stage): Promise<Outcome> {
  const compared =
    stage.settings.without.length === 0
      ? await comparePeer(stage)
      : { peers: [], ...(await measureParts(stage)) };
  return {
    ...compared,
    processes: ["hub", "load", "PostgreSQL", "Restate (idle)"],
    notes: [
      "Each event becomes an ordered handoff with three needs and an unordered one; both are committed before the answer. The release of the ordered one follows the commit and is part of the load.",
      "Sending is off (sending_permission); one seat a budget looks for work every quarter of a second.",
      "Where parts are left out: without the sealer rows keep their hashes and no block is made; without search there is no index of a customer's documents.",
    ],
  };
}
