/**
 * From a seed to what is done to the product, and when.
 *
 * kill point   a labelled line of a hub's code, and which pass of it ends the process
 * moment       milliseconds after the load began
 * storm        the target has so few seats for a while that nearly every call meets a 429
 * pause        SIGSTOP of a hub for longer than its leases, then SIGCONT: a zombie that wakes
 * closure      the target's accounting period is shut, then opened: what met it is an exception
 *
 * Each part draws from a source of its own, so that one more kill never moves the storms. The seed
 * fixes this schedule and the luck of every call to the target; how the processes interleave is
 * theirs.
 */

import type { Random } from "../../src/kernel/random.ts";
import { integerBetween, pick, seededRandom } from "../../src/kernel/random.ts";
import type { Options, Size } from "./options.ts";

export const HUBS = ["h1", "h2"] as const;
export type HubName = (typeof HUBS)[number];

export interface KillPoint {
  readonly label: string;
  readonly pass: number;
}

export interface EngineKill {
  readonly atMs: number;
  /** Everything the engine knows is deleted before it comes back. */
  readonly forgets: boolean;
}

export interface Schedule {
  readonly seed: number;
  readonly invoices: number;
  /** The load is spread over this time. */
  readonly loadMs: number;
  /** The target goes on failing until it has had so many calls. */
  readonly faultyCalls: number;
  /** Per hub, in turn: each start of the hub is armed with the next. */
  readonly hubKills: Readonly<Record<HubName, readonly KillPoint[]>>;
  readonly engineKills: readonly EngineKill[];
  readonly databaseKills: readonly { readonly atMs: number }[];
  readonly pauses: readonly {
    readonly atMs: number;
    readonly hub: HubName;
    readonly forMs: number;
  }[];
  readonly storms: readonly {
    readonly atMs: number;
    readonly forMs: number;
    readonly seats: number;
  }[];
  readonly closures: readonly { readonly atMs: number; readonly forMs: number }[];
}

interface Measure {
  readonly invoices: number;
  readonly loadMs: number;
  readonly hubKills: number;
  readonly engineKills: number;
  readonly databaseKills: number;
  readonly pauses: number;
  readonly storms: number;
  readonly closures: number;
  /** Passes of a label before the kill: few where the run is short. */
  readonly passes: {
    readonly call: readonly [number, number];
    readonly intake: readonly [number, number];
  };
}

const MEASURES: Readonly<Record<Size, Measure>> = {
  full: {
    invoices: 2000,
    loadMs: 150_000,
    hubKills: 20,
    engineKills: 5,
    databaseKills: 2,
    pauses: 1,
    storms: 5,
    closures: 2,
    passes: { call: [60, 260], intake: [20, 160] },
  },
  small: {
    invoices: 150,
    loadMs: 20_000,
    hubKills: 4,
    engineKills: 1,
    databaseKills: 1,
    pauses: 0,
    storms: 1,
    closures: 1,
    passes: { call: [20, 60], intake: [8, 40] },
  },
};

const CALL_LABELS = ["after-claim", "before-send", "after-send", "before-record"] as const;
const INTAKE_LABELS = ["before-intake-commit", "after-intake-commit"] as const;

/** Enough that every fault of one in a hundred is met, and that a part is left for quiet times. */
const CALLS_PER_INVOICE = 4;

/** Longer than a seat's lease of fifteen seconds: others take what the stopped hub held. */
const PAUSE_MS = [17_000, 20_000] as const;

export function scheduleFor(options: Options): Schedule {
  const measure = MEASURES[options.size];
  const { loadMs } = measure;
  const source = (part: number): Random => seededRandom(options.seed * 1009 + part);
  const engine = source(2);
  const database = source(3);
  const pauses = source(4);
  const storms = source(5);
  const closures = source(6);
  const engineAt = spread(engine, measure.engineKills, loadMs);
  return {
    seed: options.seed,
    invoices: options.invoices ?? measure.invoices,
    loadMs,
    faultyCalls: CALLS_PER_INVOICE * (options.invoices ?? measure.invoices),
    hubKills: dealKills(source(1), measure),
    engineKills: engineAt.map((atMs, index) => ({
      atMs,
      forgets: index === Math.floor(measure.engineKills / 2),
    })),
    databaseKills: spread(database, measure.databaseKills, loadMs).map((atMs) => ({ atMs })),
    pauses: spread(pauses, measure.pauses, loadMs).map((atMs) => ({
      atMs,
      hub: pick(pauses, HUBS),
      forMs: integerBetween(pauses, ...PAUSE_MS),
    })),
    storms: spread(storms, measure.storms, loadMs).map((atMs) => ({
      atMs,
      forMs: integerBetween(storms, 1500, 4000),
      seats: integerBetween(storms, 1, 3),
    })),
    closures: spread(closures, measure.closures, loadMs).map((atMs) => ({
      atMs,
      forMs: integerBetween(closures, 1000, 4000),
    })),
  };
}

/** Every label comes about equally often; which hub dies where is the seed's. */
function dealKills(random: Random, measure: Measure): Schedule["hubKills"] {
  const labels = [...CALL_LABELS, ...INTAKE_LABELS];
  const bag: string[] = [];
  while (bag.length < measure.hubKills) bag.push(...shuffled(random, labels));
  const dealt: Record<HubName, KillPoint[]> = { h1: [], h2: [] };
  for (const [index, label] of bag.slice(0, measure.hubKills).entries()) {
    const intake = (INTAKE_LABELS as readonly string[]).includes(label);
    const pass = integerBetween(random, ...(intake ? measure.passes.intake : measure.passes.call));
    dealt[HUBS[index % HUBS.length] as HubName].push({ label, pass });
  }
  return dealt;
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const out = [...list];
  for (let last = out.length - 1; last > 0; last -= 1) {
    const other = integerBetween(random, 0, last);
    [out[last], out[other]] = [out[other] as T, out[last] as T];
  }
  return out;
}

/** So many moments, one in each equal part of the load's time, never in its first tenth. */
function spread(random: Random, count: number, loadMs: number): number[] {
  const first = loadMs / 10;
  const part = (loadMs - first) / Math.max(1, count);
  return Array.from({ length: count }, (_, index) =>
    Math.round(first + part * index + random.unit() * part),
  );
}

/** What a schedule promises, by the names under which the report counts. */
export function plannedCounts(schedule: Schedule): Readonly<Record<string, number>> {
  return {
    "hub killed at a label": Object.values(schedule.hubKills).flat().length,
    "engine killed": schedule.engineKills.length,
    "engine data deleted": schedule.engineKills.filter((one) => one.forgets).length,
    "PostgreSQL killed": schedule.databaseKills.length,
    "hub stopped and woken": schedule.pauses.length,
    "storm of 429": schedule.storms.length,
    "period closed and opened": schedule.closures.length,
  };
}
