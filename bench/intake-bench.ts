/**
 * P1: durable intake. Signed webhooks over HTTP, each verified, kept, translated, checked, routed
 * to two targets and committed before it is answered. Sending is off, so that lanes do not run
 * beside it; everything else does.
 */
import type { Pool } from "../src/store/database.ts";
import { startCpuMeter } from "./cpu-time.ts";
import { costsOf, readProfile } from "./guarantee-cost.ts";
import {
  allowSending,
  countOf,
  dropSearchIndexes,
  keepFromSealing,
  linkMasterData,
  openLedger,
  until,
} from "./ledger.ts";
import { peerRate, runPeer } from "./peer-runs.ts";
import { BOOKS } from "./plain-target.ts";
import type { Figure, Measurement, Outcome, Ratio } from "./result.ts";
import { figure, figureOf, mustAgree, ratio } from "./result.ts";
import { seedHistory } from "./seed-history.ts";
import type { Part } from "./settings.ts";
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
  /** What is left out of this one. */
  readonly without?: Part;
}

export async function measureIntake(stage: Stage, wishes: IntakeWishes): Promise<Measurement> {
  const { count, connections, hubs, preload, without } = wishes;
  const over = `${connections} connections to ${hubs} hubs, ${preload} in the ledger`;
  const less = without === undefined ? {} : { without };
  stage.tell(`P1: ${count} events over ${over}${without === undefined ? "" : `, no ${without}`}`);
  const databaseUrl = await stage.servers.freshDatabase(DATABASE);
  const pool = await openLedger(databaseUrl);
  try {
    if (without === "search") await dropSearchIndexes(pool);
    const letSeal = without === "sealer" ? await keepFromSealing(pool) : () => undefined;
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
    letSeal();
    const verified = await verify(pool, { events: warmup + count, preload });
    return {
      what: "signed webhooks over HTTP, two handoffs each",
      setting: { connections, hubs, preload, events: count, bodyBytes: report.bodyBytes, ...less },
      figures: [
        figure(INTAKE_RATE, count / report.seconds, "/s"),
        figure("p50", report.p50, "ms"),
        figure("p99", report.p99, "ms"),
        figure("worst", report.worst, "ms"),
        ...cpuFigures,
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

/** All ordered handoffs may go: their needs are linked and nothing is before them. */
function untilReleased(pool: Pool): Promise<void> {
  const waiting = "(select 1 from handoff where ordered and state = 'waiting' limit 1) w";
  return until(async () => (await countOf(pool, waiting)) === 0, "release", 20, 120);
}

async function verify(
  pool: Pool,
  { events, preload }: { events: number; preload: number },
): Promise<Record<string, number>> {
  const rows = async (from: string, expected: number) => ({
    found: await countOf(pool, from),
    expected,
  });
  return mustAgree("P1", {
    events: await rows("event", preload + events),
    bodies: await rows("inbound", preload + events),
    identities: await rows("event_identity where verdict = 'events'", preload + events),
    handoffs: await rows("handoff", 2 * events),
    ready: await rows("handoff where state = 'ready'", 2 * events),
    deadLetters: await rows("dead_letter", 0),
    needs: await rows("handoff_need", 0),
  });
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

/** The machine's own speed drifts by more than what is measured here. */
const ROUNDS = 7;

/**
 * With everything and without each part, beside each other and in turns, so that the machine's
 * drift meets both. What counts is the middle one of the rounds' own ratios.
 */
async function compareParts(stage: Stage): Promise<Pick<Outcome, "measurements" | "ratios">> {
  const { without, count = COUNT, connections, hubs } = stage.settings;
  const wishes = { count, connections: connections[0] ?? 64, hubs: hubs[0] ?? 1, preload: 0 };
  const measurements: Measurement[] = [];
  const measure = async (part?: Part): Promise<Measurement> => {
    const one = await measureIntake(
      stage,
      part === undefined ? wishes : { ...wishes, without: part },
    );
    measurements.push(one);
    return one;
  };
  const ratios: Ratio[] = [];
  for (const part of without) {
    const pairs: (readonly [whole: Measurement, less: Measurement])[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const first = await measure(round % 2 === 0 ? undefined : part);
      const second = await measure(round % 2 === 0 ? part : undefined);
      pairs.push(round % 2 === 0 ? [first, second] : [second, first]);
    }
    ratios.push(middle(`${part}, events per second with : without`, pairs, [INTAKE_RATE]));
    const cpu = ["CPU of hub", "CPU of PostgreSQL"];
    ratios.push(middle(`${part}, processor time with : without`, pairs, cpu));
  }
  return { measurements, ratios };
}

function middle(
  what: string,
  pairs: readonly (readonly [whole: Measurement, less: Measurement])[],
  names: readonly string[],
): Ratio {
  const sum = (one: Measurement): number =>
    names.reduce((total, name) => total + figureOf(one, name), 0);
  const values = pairs.map(([whole, less]) => ratio(what, sum(whole), sum(less)));
  values.sort((a, b) => a.value - b.value);
  const found = values[Math.floor(values.length / 2)];
  if (found === undefined) throw new Error(`${what}: no round was measured`);
  const ends = `${values[0]?.value} to ${values.at(-1)?.value}`;
  return { what: `${what}, middle of ${values.length} rounds (${ends})`, value: found.value };
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
      : { peers: [], ...(await compareParts(stage)) };
  return {
    ...compared,
    processes: ["hub", "load", "PostgreSQL", "Restate (idle)"],
    notes: [
      "Each event becomes an ordered handoff with three needs and an unordered one; both are committed before the answer. The release of the ordered one follows the commit and is part of the load.",
      "Sending is off (sending_permission); one seat a budget looks for work every quarter of a second.",
      "Without the sealer rows keep their hashes and no block is made; without search there is no index of a customer's documents. A ratio is the middle one of its rounds.",
    ],
  };
}
