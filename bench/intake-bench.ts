import { measureBareIntake } from "./bare/measure.ts";
import { untilReleased, verifyIntake } from "./check-intake.ts";
import { startCpuMeter } from "./cpu-time.ts";
import { costsOf, readProfile } from "./guarantee-cost.ts";
import { allowSending, linkMasterData, openLedger } from "./ledger.ts";
import { measureParts } from "./part-cost.ts";
import { peerRate, runPeer } from "./peer-runs.ts";
import { BOOKS } from "./plain-target.ts";
import type { Said } from "./programs.ts";
import type { Figure, Measurement, Outcome, Ratio } from "./result.ts";
import { figure, figureOf, middleBy, ratio } from "./result.ts";
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

/** Everything of ours once, then the peer: beside each other, for the machine's speed drifts. */
interface Turn {
  readonly ours: readonly Measurement[];
  /** The limit, and the peer; none without peers. */
  readonly others: readonly Said[];
}

async function takeTurn(stage: Stage): Promise<Turn> {
  const { settings, servers } = stage;
  const count = settings.count ?? COUNT;
  const ours: Measurement[] = [];
  for (const connections of settings.connections) {
    for (const hubs of settings.hubs) {
      ours.push(await measureIntake(stage, { count, connections, hubs, preload: 0 }));
    }
  }
  if (!settings.peers) return { ours, others: [] };
  const bare = await measureBareIntake(stage, count, settings.connections[0] ?? 64);
  const peerCount = settings.peerCount ?? PEER_COUNT;
  const input = { databaseUrl: servers.databaseUrl, count: peerCount };
  return { ours, others: [await runPeer(stage, "stripe-sync-engine", input), bare] };
}

async function comparePeer(
  stage: Stage,
): Promise<Pick<Outcome, "measurements" | "peers" | "ratios">> {
  const turns: Turn[] = [];
  for (let turn = 0; turn < stage.settings.rounds; turn += 1) turns.push(await takeTurn(stage));
  const rateOf = (one: Measurement): number => figureOf(one, INTAKE_RATE);
  const settings = turns[0]?.ours.keys() ?? [];
  const bySetting = [...settings].map((at) => turns.map(({ ours }) => ours[at] as Measurement));
  const measurements = bySetting.map((all) => {
    const middle = middleBy(all, rateOf);
    if (all.length === 1) return middle;
    const setting = { ...middle.setting, rounds: all.length };
    return { ...middle, setting, details: { ratesInOrder: all.map(rateOf) } };
  });
  const others = (turns[0]?.others ?? []).map((_, at) =>
    turns.map((turn) => turn.others[at] as Said),
  );
  return {
    measurements,
    peers: others.map((all) => middleBy(all, (peer) => peerRate(peer))),
    ratios: others.flatMap((theirs) => bySetting.map((all) => ratioOver(all, theirs))),
  };
}

/** Ratios within each turn; the middle one, and how far they lie apart. */
function ratioOver(ours: readonly Measurement[], peers: readonly Said[]): Ratio {
  const { connections, hubs } = ours[0]?.setting ?? {};
  const name = `${connections} connections, ${hubs} hubs : ${peers[0]?.["peer"]}`;
  const all = ours.map((one, turn) => {
    const theirs = peerRate(peers[turn] as Said);
    return ratio(name, figureOf(one, INTAKE_RATE), theirs);
  });
  const middle = middleBy(all, ({ value }) => value);
  if (all.length === 1) return middle;
  const values = all.map(({ value }) => value);
  const range = `${Math.min(...values)} to ${Math.max(...values)}`;
  return { ...middle, what: `${name}: middle of ${all.length} turns, ${range}` };
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
