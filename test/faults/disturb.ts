/**
 * Carries out a schedule: kills, pauses, storms, closed periods. Counts what happened, not what was
 * planned.
 */
import { setMaxListeners } from "node:events";
import { rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../src/app/system.ts";
import { dateInZone } from "../../src/kernel/clock.ts";
import { countPeriodCases } from "./mend.ts";
import type { KillPoint, Schedule, Storm } from "./schedule.ts";
import { HUBS, nameOfStorm, plannedCounts } from "./schedule.ts";
import { ENTITY_ZONE } from "./settings.ts";
import type { Stage } from "./stage.ts";

export interface Disturbance {
  /** How often each kind of fault happened. */
  readonly counts: Map<string, number>;
  /** Processes that ended without being told to: a defect of the product. */
  readonly crashes: string[];
  /** Planned faults still to come. */
  left(): number;
  /** Begins; moments are counted from now. */
  begin(): void;
  /** No more faults; resolves when all that was stopped or killed is back. */
  calm(): Promise<void>;
}

export function disturb(
  stage: Stage,
  schedule: Schedule,
  say: (text: string) => void,
): Disturbance {
  const counts = new Map<string, number>();
  const crashes: string[] = [];
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const underWay: Promise<void>[] = [];
  /** Children that we killed and whose end is still to be told. */
  const doomed = new Map<string, string>();
  const count = (kind: string): void => void counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const { supervisor } = stage;
  const kills = armHubs(stage, schedule);
  noteExits({ stage, kills, doomed, crashes, count, say });

  const at = (atMs: number, act: () => Promise<void>): void => {
    const wait = sleep(atMs, undefined, { signal: over.signal });
    const done = wait.then(act, () => undefined);
    underWay.push(done.catch((thrown) => void crashes.push(`a fault failed: ${String(thrown)}`)));
  };
  const kill = async (name: string, kind: string): Promise<void> => {
    await supervisor.untilReady(name);
    doomed.set(name, kind);
    supervisor.killChild(name, "SIGKILL");
    say(`${name} killed`);
  };
  const parts: Parts = { stage, over: over.signal, count, say, kill };
  return {
    counts,
    crashes,
    left() {
      const planned = plannedCounts(schedule);
      const missing = ([kind, times]: [string, number]): number =>
        Math.max(0, times - (counts.get(kind) ?? 0));
      return Object.entries(planned).reduce((sum, one) => sum + missing(one), 0);
    },
    begin() {
      for (const one of schedule.engineKills) at(one.atMs, () => killEngine(parts, one.forgets));
      for (const { atMs } of schedule.databaseKills) {
        at(atMs, () => kill("postgres", "PostgreSQL killed"));
      }
      for (const one of schedule.pauses) at(one.atMs, () => pause(parts, one.hub, one.forMs));
      // One after the other, also when one had to wait for calls to turn away.
      let calm: Promise<void> = Promise.resolve();
      for (const one of schedule.storms) {
        at(one.atMs, () => {
          calm = calm.then(() => storm(parts, one));
          return calm;
        });
      }
      for (const one of schedule.closures) at(one.atMs, () => closePeriod(parts, one.forMs));
      for (const { atMs } of schedule.outages) at(atMs, () => outage(parts));
      for (const { atMs } of schedule.signOuts) at(atMs, () => signOut(parts));
      stage.books.begin(schedule);
    },
    async calm() {
      over.abort();
      await Promise.all(underWay);
      stage.books.calm();
      // A hub that is still armed would die once more: it is replaced by one that is not.
      const armed = HUBS.filter((hub) => kills.armed(hub));
      kills.disarm();
      for (const hub of armed) await supervisor.restartChild(hub);
      await Promise.all(["postgres", "restate", ...HUBS].map((one) => supervisor.untilReady(one)));
    },
  };
}

interface Exits {
  readonly stage: Stage;
  readonly kills: ReturnType<typeof armHubs>;
  /** Children that we killed and whose end is still to be told, with the kind of the fault. */
  readonly doomed: Map<string, string>;
  readonly crashes: string[];
  readonly count: (kind: string) => void;
  readonly say: (text: string) => void;
}

/** Why each process ended: by our hand, at its label, or by itself. */
function noteExits({ stage, kills, doomed, crashes, count, say }: Exits): void {
  stage.supervisor.on("exit", ({ name, exit, expected }) => {
    if (expected) return;
    const own = doomed.get(name);
    doomed.delete(name);
    if (own !== undefined) {
      count(own);
      return;
    }
    if (exit.signal === "SIGKILL" && kills.armed(name)) {
      const { label, pass } = kills.fired(name);
      count("hub killed at a label");
      count(`  at ${label}`);
      say(`${name} killed at ${label}, pass ${pass}`);
      return;
    }
    crashes.push(`${name} ended by itself, code ${exit.code}, signal ${exit.signal}`);
  });
}

interface Parts {
  readonly stage: Stage;
  readonly over: AbortSignal;
  readonly count: (kind: string) => void;
  readonly say: (text: string) => void;
  readonly kill: (name: string, kind: string) => Promise<void>;
}

/** The point at which a hub's next start will be killed; it stays until the hub has died there. */
function armHubs({ crashAt }: Stage, schedule: Schedule) {
  const queues = new Map<string, KillPoint[]>(
    HUBS.map((hub) => [hub, [...schedule.hubKills[hub]]]),
  );
  const arm = (hub: string): void => {
    const point = queues.get(hub)?.[0];
    if (point === undefined) crashAt.delete(hub);
    else crashAt.set(hub, `${point.label}:${point.pass}`);
  };
  for (const hub of HUBS) arm(hub);
  return {
    armed: (hub: string): boolean => crashAt.has(hub),
    fired(hub: string): KillPoint {
      const point = queues.get(hub)?.shift() as KillPoint;
      arm(hub);
      return point;
    },
    disarm(): void {
      queues.clear();
      crashAt.clear();
    },
  };
}

/** The deletion happens between the end of the old process and the start of the new one. */
async function killEngine(parts: Parts, forgets: boolean): Promise<void> {
  const { stage, count, say, kill } = parts;
  if (forgets) {
    const off = stage.supervisor.on("exit", ({ name }) => {
      if (name !== "restate") return;
      off();
      rmSync(path.join(stage.dataDir, "restate", "data"), { recursive: true, force: true });
      count("engine data deleted");
      say("restate: its data deleted");
    });
  }
  await kill("restate", "engine killed");
}

/** Stopped while calls are in flight: it wakes into a world that has given its seats away. */
async function pause(parts: Parts, hub: string, forMs: number): Promise<void> {
  const { stage, over, count, say } = parts;
  const { supervisor, books } = stage;
  const pid = (): number | undefined => supervisor.status().find((one) => one.name === hub)?.pid;
  while (!over.aborted) {
    await supervisor.untilReady(hub);
    while (books.calls.inFlight < books.seats / 2 && !over.aborted) await sleep(5);
    const stopped = pid();
    supervisor.pauseChild(hub);
    say(`${hub} stopped for ${Math.round(forMs / 1000)} s with calls in flight`);
    // One that was dying at its label in that moment is none that sleeps: another try.
    await sleep(200);
    if (pid() !== stopped) continue;
    await sleep(forMs, undefined, { signal: over }).catch(() => undefined);
    supervisor.resumeChild(hub);
    count("hub stopped and woken");
    say(`${hub} woken`);
    return;
  }
}

const TURNED_AWAY: ReadonlySet<number> = new Set([429, 503]);

/** Begins when calls are under way, and lasts until one has met it at least. */
async function storm(parts: Parts, one: Storm): Promise<void> {
  const { stage, over, count, say } = parts;
  const { calls } = stage.books;
  const name = nameOfStorm(one);
  const busy = Math.min(one.seats, Math.floor(stage.books.seats / 2));
  while (calls.inFlight <= busy && !over.aborted) await sleep(5);
  const first = calls.total;
  stage.books.turnAway(one);
  say(`${name}: ${one.seats} seats for ${Math.round(one.forMs / 100) / 10} s`);
  await sleep(one.forMs, undefined, { signal: over }).catch(() => undefined);
  // Not the storm's own status: a login is turned away in another way than other calls.
  const met = (): boolean =>
    calls.list(first).some(({ fault, status }) => fault === null && TURNED_AWAY.has(status));
  while (!met() && !over.aborted) await sleep(50);
  stage.books.turnAway(undefined);
  if (met()) count(name);
}

/** Killed while calls are in flight; what it had not committed is lost, as after a power cut. */
async function outage({ stage, over, count, say }: Parts): Promise<void> {
  const { books } = stage;
  if (books.outage === undefined) return;
  while (books.calls.inFlight === 0 && !over.aborted) await sleep(5);
  say(`${books.name} killed`);
  await books.outage();
  count("books killed");
  say(`${books.name} answers again`);
}

async function signOut({ stage, count, say }: Parts): Promise<void> {
  const { books } = stage;
  if (books.signOut === undefined) return;
  await books.signOut();
  count("session ended");
  say(`the session in ${books.name} ended`);
}

/**
 * Lasts until a refusal has become a case: one that was told to a hub or a ledger that died is
 * asked about later, when the period may be open again. Who mends what is left is `mend.ts`.
 */
async function closePeriod(parts: Parts, forMs: number): Promise<void> {
  const { stage, over, count, say } = parts;
  const { books } = stage;
  const month = dateInZone(systemClock.now(), ENTITY_ZONE).slice(0, 7);
  const before = books.periodRefusals();
  const refused = (): number => books.periodRefusals() - before;
  const known = await countPeriodCases(stage.databaseUrl());
  await books.shutPeriod(month, true);
  say(`period ${month} closed`);
  await sleep(forMs, undefined, { signal: over }).catch(() => undefined);
  while (!over.aborted && (await countPeriodCases(stage.databaseUrl())) <= known) await sleep(250);
  await books.shutPeriod(month, false);
  count("period closed and opened");
  say(`period ${month} open again, ${refused()} postings refused`);
}
