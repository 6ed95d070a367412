/**
 * Starts seats: wakes one that lingers in this hub, or asks the engine to run one more. At most
 * twenty starts a second and budget; each start that finds a full claim asks for another, so the
 * number of running seats grows with the backlog and not with the number of events.
 *
 * A budget from which nothing may be claimed is left to the sweeper, which asks the ledger when
 * that is over: during a rehearsal or a pause each group of events would start a seat in vain.
 */
import type { Clock } from "../../kernel/clock.ts";
import type { Hasher } from "../../kernel/hashing.ts";
import type { SeatKey } from "../../store/take-lane.ts";
import type { LaneBudget } from "./lane-context.ts";
import type { LaneSignals } from "./lane-signals.ts";
import { ownerOf } from "./seat-owner.ts";

const START_EVERY_MS = 50;
/** The sweeper looks twice a second; this is for one that is late. */
const CLOSED_MS = 2000;

export interface LaneStarterOptions {
  readonly hub: string;
  readonly clock: Clock;
  readonly hasher: Hasher;
  readonly budgets: ReadonlyMap<string, LaneBudget>;
  readonly signals: LaneSignals;
  /** Asks the engine to run a seat; never throws. */
  readonly requestRun: (seat: SeatKey) => Promise<void>;
  readonly later: (task: () => void, ms: number) => void;
}

export interface LaneStarter {
  /** Something became ready in these budgets. */
  ready(budgets: Iterable<string>): void;
  /** The sweeper found a seat that should run. */
  start(seat: SeatKey): void;
  running(seat: SeatKey, isRunning: boolean): void;
  /** A seat found that nothing of its budget may be claimed. */
  closed(budget: string): void;
  setHubs(hubs: readonly string[]): void;
  runningSeats(budget: string): number;
}

export function makeLaneStarter(options: LaneStarterOptions): LaneStarter {
  const running = new Set<string>();
  const asked = new Map<string, number>();
  const scheduled = new Set<string>();
  const lastStart = new Map<string, number>();
  const closedAt = new Map<string, number>();
  let hubs: readonly string[] = [options.hub];

  const nameOf = (seat: SeatKey): string => `${seat.budget}/${seat.seat}`;
  const isOurs = (seat: SeatKey): boolean => ownerOf(seat, hubs, options.hasher) === options.hub;
  const request = (seat: SeatKey): void => {
    // An answer to an earlier request may still be under way: do not queue a second run behind it.
    const now = options.clock.monotonic();
    if (now - (asked.get(nameOf(seat)) ?? Number.NEGATIVE_INFINITY) < 1000) return;
    asked.set(nameOf(seat), now);
    void options.requestRun(seat);
  };
  const startOne = (budget: LaneBudget): void => {
    for (let seat = 0; seat < budget.concurrency; seat += 1) {
      const key = { budget: budget.name, seat };
      if (running.has(nameOf(key)) || !isOurs(key)) continue;
      lastStart.set(budget.name, options.clock.monotonic());
      request(key);
      return;
    }
  };
  const isClosed = (name: string): boolean => {
    const at = closedAt.get(name);
    return at !== undefined && options.clock.monotonic() - at < CLOSED_MS;
  };
  const ready = (name: string): void => {
    const budget = options.budgets.get(name);
    if (budget === undefined || options.signals.wake(name, 1) > 0) return;
    if (scheduled.has(name) || isClosed(name)) return;
    const since = options.clock.monotonic() - (lastStart.get(name) ?? Number.NEGATIVE_INFINITY);
    if (since >= START_EVERY_MS) {
      startOne(budget);
      return;
    }
    scheduled.add(name);
    options.later(() => {
      scheduled.delete(name);
      startOne(budget);
    }, START_EVERY_MS - since);
  };
  return {
    ready(budgets) {
      for (const name of budgets) ready(name);
    },
    start(seat) {
      closedAt.delete(seat.budget);
      if (!running.has(nameOf(seat)) && isOurs(seat)) request(seat);
    },
    running(seat, isRunning) {
      if (isRunning) running.add(nameOf(seat));
      else running.delete(nameOf(seat));
      asked.delete(nameOf(seat));
    },
    closed(name) {
      closedAt.set(name, options.clock.monotonic());
    },
    setHubs(live) {
      hubs = live.includes(options.hub) ? live : [...live, options.hub];
    },
    runningSeats: (budget) => [...running].filter((name) => name.startsWith(`${budget}/`)).length,
  };
}
