/**
 * From a seed to what is done to the product, and when.
 *
 * kill point   a labelled line of a hub's code, and which pass of it ends the process
 * moment       milliseconds after the load began
 * storm        for a while nearly every call to the target is turned away: with a 429, for there
 *              are few seats left, or with the 503 of a gateway before it
 * outage       the target's own process is killed and started again
 * sign-out     the session that the hubs have there is ended
 * pause        SIGSTOP of a hub for longer than its leases, then SIGCONT: a zombie that wakes
 * closure      the target's accounting period is shut, then opened: what met it is an exception
 *
 * Each part draws from a source of its own, so that one more kill never moves the storms. The seed
 * fixes this schedule and the luck of every call to the target; how the processes interleave is
 * theirs.
 */

import type { Random } from "../../src/kernel/random.ts";
import { integerBetween, pick, seededRandom } from "../../src/kernel/random.ts";
import type { Options, Size, TargetName } from "./options.ts";

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

export interface Moment {
  /** Milliseconds after the load began. */
  readonly atMs: number;
}

export interface Storm extends Moment {
  readonly forMs: number;
  /** Seats that are left, where the target has seats. */
  readonly seats: number;
  readonly status: 429 | 503;
}

export interface Schedule {
  readonly seed: number;
  readonly invoices: number;
  /** The load is spread over this time. */
  readonly loadMs: number;
  /** Between two sales after the load, while a planned fault is still to come. */
  readonly extraEveryMs: number;
  /** The target goes on failing until it has had so many calls. */
  readonly faultyCalls: number;
  /** Per hub, in turn: each start of the hub is armed with the next. */
  readonly hubKills: Readonly<Record<HubName, readonly KillPoint[]>>;
  readonly engineKills: readonly EngineKill[];
  readonly databaseKills: readonly Moment[];
  readonly pauses: readonly (Moment & { readonly hub: HubName; readonly forMs: number })[];
  readonly storms: readonly Storm[];
  readonly outages: readonly Moment[];
  readonly signOuts: readonly Moment[];
  readonly closures: readonly (Moment & { readonly forMs: number })[];
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
  readonly outages: number;
  readonly signOuts: number;
  /** Enough that every rare fault is met, and that a part is left for quiet times. */
  readonly callsPerInvoice: number;
  readonly extraEveryMs: number;
  /** Passes of a label before the kill: few where the run is short. */
  readonly passes: {
    readonly call: readonly [number, number];
    readonly intake: readonly [number, number];
  };
}

/** NetSuite is asked once for each document, and has neither process nor session to end here. */
const NETSUITE = { outages: 0, signOuts: 0, callsPerInvoice: 4, extraEveryMs: 125 } as const;
/** A document is seven to twelve calls to Tryton, which books some a second. */
const TRYTON = { callsPerInvoice: 20, extraEveryMs: 4000 } as const;

const MEASURES: Readonly<Record<TargetName, Readonly<Record<Size, Measure>>>> = {
  netsuite: {
    full: {
      ...NETSUITE,
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
      ...NETSUITE,
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
  },
  tryton: {
    full: {
      ...TRYTON,
      invoices: 250,
      loadMs: 120_000,
      hubKills: 12,
      engineKills: 3,
      databaseKills: 2,
      pauses: 1,
      storms: 4,
      closures: 2,
      outages: 3,
      signOuts: 4,
      passes: { call: [15, 60], intake: [10, 60] },
    },
    small: {
      ...TRYTON,
      invoices: 20,
      loadMs: 20_000,
      hubKills: 4,
      engineKills: 1,
      databaseKills: 1,
      pauses: 1,
      storms: 2,
      closures: 1,
      outages: 1,
      signOuts: 1,
      passes: { call: [3, 10], intake: [4, 12] },
    },
  },
};

const CALL_LABELS = ["after-claim", "before-send", "after-send", "before-record"] as const;
const INTAKE_LABELS = ["before-intake-commit", "after-intake-commit"] as const;

/** Longer than a seat's lease of fifteen seconds: others take what the stopped hub held. */
const PAUSE_MS = [17_000, 20_000] as const;

export function scheduleFor(options: Options): Schedule {
  const measure = MEASURES[options.target][options.size];
  const invoices = options.invoices ?? measure.invoices;
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
    invoices,
    loadMs,
    extraEveryMs: measure.extraEveryMs,
    faultyCalls: measure.callsPerInvoice * invoices,
    hubKills: dealKills(source(1), measure),
    engineKills: engineAt.map((atMs, index) => ({
      atMs,
      forgets: index === Math.floor(measure.engineKills / 2),
    })),
    databaseKills: momentsOf(database, measure.databaseKills, loadMs),
    pauses: spread(pauses, measure.pauses, loadMs).map((atMs) => ({
      atMs,
      hub: pick(pauses, HUBS),
      forMs: integerBetween(pauses, ...PAUSE_MS),
    })),
    storms: spread(storms, measure.storms, loadMs).map((atMs, index) => ({
      atMs,
      forMs: integerBetween(storms, 1500, 4000),
      seats: integerBetween(storms, 1, 3),
      status: options.target === "tryton" && index % 2 === 1 ? 503 : 429,
    })),
    closures: spread(closures, measure.closures, loadMs).map((atMs) => ({
      atMs,
      forMs: integerBetween(closures, 1000, 4000),
    })),
    outages: momentsOf(source(7), measure.outages, loadMs),
    signOuts: momentsOf(source(8), measure.signOuts, loadMs),
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

function momentsOf(random: Random, count: number, loadMs: number): Moment[] {
  return spread(random, count, loadMs).map((atMs) => ({ atMs }));
}

/** What a schedule promises, by the names under which the report counts. */
export function plannedCounts(schedule: Schedule): Readonly<Record<string, number>> {
  return {
    "hub killed at a label": Object.values(schedule.hubKills).flat().length,
    "engine killed": schedule.engineKills.length,
    "engine data deleted": schedule.engineKills.filter((one) => one.forgets).length,
    "PostgreSQL killed": schedule.databaseKills.length,
    "hub stopped and woken": schedule.pauses.length,
    ...stormCounts(schedule),
    ...(schedule.outages.length === 0 ? {} : { "books killed": schedule.outages.length }),
    ...(schedule.signOuts.length === 0 ? {} : { "session ended": schedule.signOuts.length }),
    "period closed and opened": schedule.closures.length,
  };
}

/** The name under which a storm is counted. */
export function nameOfStorm({ status }: Storm): string {
  return `storm of ${status}`;
}

function stormCounts({ storms }: Schedule): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of storms) counts[nameOfStorm(one)] = (counts[nameOfStorm(one)] ?? 0) + 1;
  return counts;
}

/** The whole schedule, a line for each kind of fault, seconds after the load began. */
export function describeSchedule(schedule: Schedule): string[] {
  const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
  const moments = (list: readonly Moment[]): string =>
    list.map(({ atMs }) => seconds(atMs)).join(", ");
  const kills = HUBS.map((hub) => {
    const points = schedule.hubKills[hub].map(({ label, pass }) => `${label} ${pass}`);
    return [`${hub} killed at`, points.join(", ")] as const;
  });
  const { engineKills, databaseKills, pauses, storms, closures, outages, signOuts } = schedule;
  const engine = engineKills.map((one) => `${seconds(one.atMs)}${one.forgets ? " (data)" : ""}`);
  const lines = [
    ...kills,
    ["engine killed", engine.join(", ")],
    ["PostgreSQL killed", moments(databaseKills)],
    ["stopped", pauses.map((one) => `${one.hub} ${seconds(one.atMs)}`).join(", ")],
    ["storms", storms.map((one) => `${one.status} ${seconds(one.atMs)}`).join(", ")],
    ["period closed", moments(closures)],
    ["books killed", moments(outages)],
    ["session ended", moments(signOuts)],
  ] as const;
  return lines.filter(([, text]) => text !== "").map(([what, text]) => `  ${what}: ${text}`);
}
