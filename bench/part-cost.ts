/**
 * What a part of the product costs intake: one hub and one ledger, load after load, with the part
 * and without it in turns. The machine's own speed drifts by more than a part costs, so only loads
 * beside each other are compared, and the middle of many such ratios counts.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { untilReleased, verifyIntake } from "./check-intake.ts";
import { startCpuMeter } from "./cpu-time.ts";
import {
  allowSending,
  dropSearchIndex,
  keepFromSealing,
  linkMasterData,
  openLedger,
} from "./ledger.ts";
import { BOOKS } from "./plain-target.ts";
import type { Measurement, Outcome } from "./result.ts";
import { figure, middleBy, ratio } from "./result.ts";
import type { Part } from "./settings.ts";
import type { Stage } from "./stage.ts";
import { runLoad, startHubs } from "./stage.ts";

const DATABASE = "bench_parts";
/** Some seconds: the sealer works once a second. */
const EVENTS = 6_000;
const ROUNDS = 15;
/** Longer than the sealer's beat of one second. */
const BEAT_MS = 1_300;
const CONNECTIONS = 64;

/** Each takes its part out and returns what puts it back. */
const without = { sealer: keepFromSealing, search: dropSearchIndex } as const;

interface Load {
  /** Events a second. */
  readonly rate: number;
  /** Processor time of hub and PostgreSQL, milliseconds an event. */
  readonly cpu: number;
}

interface Round {
  readonly whole: Load;
  readonly less: Load;
}

export async function measureParts(
  stage: Stage,
): Promise<Pick<Outcome, "measurements" | "ratios">> {
  const measurements: Measurement[] = [];
  const ratios: Outcome["ratios"][number][] = [];
  const events = stage.settings.count ?? EVENTS;
  for (const part of stage.settings.without) {
    const { rounds, verified } = await measurePart(stage, part, events);
    const middles = (read: (load: Load) => number, unit: string, name: string) => [
      figure(`${name} with it`, middleOf(rounds.map(({ whole }) => read(whole))), unit),
      figure(`${name} without`, middleOf(rounds.map(({ less }) => read(less))), unit),
    ];
    measurements.push({
      what: `${part}, with and without in turns`,
      setting: { connections: CONNECTIONS, hubs: 1, rounds: ROUNDS, events },
      figures: [
        ...middles(({ rate }) => rate, "/s", "events per second"),
        ...middles(({ cpu }) => cpu, "ms each", "CPU of hub and PostgreSQL"),
      ],
      verified,
      details: { rounds },
    });
    ratios.push(compared(`${part}, events per second with : without`, rounds, ({ rate }) => rate));
    ratios.push(compared(`${part}, processor time with : without`, rounds, ({ cpu }) => cpu));
  }
  return { measurements, ratios };
}

async function measurePart(stage: Stage, part: Part, count: number) {
  const databaseUrl = await stage.servers.freshDatabase(DATABASE);
  const pool = await openLedger(databaseUrl);
  try {
    await linkMasterData(pool, BOOKS);
    await allowSending(pool, false);
    const hubs = await startHubs(stage, 1, {
      databaseUrl,
      books: { url: "http://127.0.0.1:9", lanes: 1 },
      warehouse: { url: databaseUrl, lanes: 1 },
    });
    const pids = { ...hubs.pids, ...stage.servers.processes };
    let loads = 0;
    const load = async (): Promise<Load> => {
      loads += 1;
      const cpu = startCpuMeter(pids);
      const wishes = { urls: hubs.urls, connections: CONNECTIONS, prefix: `load${loads}`, count };
      const { seconds } = await runLoad(wishes);
      await untilReleased(pool);
      // What is left to do in the next beat belongs to this load, with the part and without it.
      await sleep(BEAT_MS);
      const ours = cpu.perItem(count).filter(({ name }) => !name.endsWith("Restate"));
      return { rate: count / seconds, cpu: ours.reduce((sum, { value }) => sum + value, 0) };
    };
    const lacking = async (): Promise<Load> => {
      const putBack = await without[part](pool);
      const measured = await load();
      await putBack();
      return measured;
    };
    await load();
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      stage.tell(`P1: round ${round + 1} of ${ROUNDS}, with and without ${part}`);
      // Whoever is second finds a larger ledger.
      const first = round % 2 === 0 ? await load() : await lacking();
      const second = round % 2 === 0 ? await lacking() : await load();
      const [whole, less] = round % 2 === 0 ? [first, second] : [second, first];
      rounds.push({ whole, less });
    }
    await hubs.stop();
    return { rounds, verified: await verifyIntake(pool, { events: loads * count, preload: 0 }) };
  } finally {
    await pool.end();
    await stage.servers.dropDatabase(DATABASE);
  }
}

function compared(what: string, rounds: readonly Round[], read: (load: Load) => number) {
  const values = rounds.map(({ whole, less }) => ratio("", read(whole), read(less)).value);
  const sorted = values.sort((a, b) => a - b);
  const quarter = Math.floor(sorted.length / 4);
  const half = `${sorted[quarter]} to ${sorted.at(-1 - quarter)}`;
  return {
    what: `${what}: middle of ${sorted.length}, half lie in ${half}`,
    value: middleOf(sorted),
  };
}

function middleOf(values: readonly number[]): number {
  return middleBy(values, (value) => value);
}
