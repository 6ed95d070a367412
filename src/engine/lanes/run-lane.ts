/**
 * Runs one seat for a while: takes it, drains it, lingers for more, parks it. Called by the engine,
 * which keeps one run of a seat going somewhere and starts another when a process dies; what makes
 * two runs harmless is the fence, not the engine.
 */
import type { BulkTarget } from "../../connectors/kit/target.ts";
import { hasReady } from "../../store/has-ready.ts";
import { parkLane } from "../../store/park-lane.ts";
import type { Seat, SeatKey } from "../../store/take-lane.ts";
import { takeLane } from "../../store/take-lane.ts";
import type { FinishedBatch } from "./drain-bulk.ts";
import { drainBulkCycle } from "./drain-bulk.ts";
import type { Cycle, DrainState } from "./drain-calls.ts";
import { drainCycle } from "./drain-calls.ts";
import type { LaneBudget, LaneContext } from "./lane-context.ts";
import type { LaneSignals } from "./lane-signals.ts";
import type { Finished } from "./make-calls.ts";

export interface RunOptions {
  /** A run ends after this time and asks to be run again, so that the engine sees progress. */
  readonly runMs: number;
  /** How long an idle seat waits for more before it parks. */
  readonly lingerMs: number;
  readonly shouldStop: () => boolean;
}

/**
 * again    more may be ready
 * idle     parked
 * closed   parked, for nothing of the budget can be claimed: sending is off, or it is paused
 * taken    another hub holds the seat
 */
export type RunEnd = "again" | "idle" | "closed" | "taken" | "stopped";

export async function runLane(
  lane: LaneContext,
  signals: LaneSignals,
  key: SeatKey,
  options: RunOptions,
): Promise<RunEnd> {
  const budget = lane.budgets.get(key.budget);
  if (budget === undefined) return "idle";
  const seat = await takeLane(lane.pool, key, lane.hub);
  if (seat === undefined) return "taken";
  if (seat.leftBehind > 0) {
    lane.log.warn({ ...key, leftBehind: seat.leftBehind }, "took over calls in flight");
  }
  if (key.seat >= budget.concurrency) {
    // Taken only for what its last holder left, which is in doubt now: any other seat asks.
    await parkLane(lane.pool, seat);
    return "idle";
  }
  const drain = makeDrain(lane, budget, seat);
  const until = lane.clock.monotonic() + options.runMs;
  for (;;) {
    const mayCall = !options.shouldStop() && (await lane.epochGuard?.mayCall(budget)) !== false;
    const cycle = await drain.cycle(mayCall);
    if (cycle.fenceLost) return "taken";
    if (options.shouldStop()) return finish(lane, drain, seat, "stopped");
    if (cycle.full) lane.wakeMore(key.budget);
    if (cycle.claimed > 0) {
      if (lane.clock.monotonic() < until) continue;
      return finish(lane, drain, seat, "again");
    }
    // Longer than a seat lingers: no signal of work that is ready makes a difference till then.
    if ((cycle.closedMs ?? 0) > options.lingerMs) return finish(lane, drain, seat, "closed");
    if (await signals.wait(key.budget, options.lingerMs)) continue;
    const end = await finish(lane, drain, seat, "idle");
    // What lines up behind another seat's call is that seat's to take next; what must not be sent
    // now is looked at again by the sweeper.
    if (end !== "idle" || cycle.blocked === true || !mayCall) return end;
    // Work that became ready just before parking saw an awake seat and woke nobody: look again.
    return (await hasReady(lane.pool, key.budget)) ? "again" : end;
  }
}

/** Records the last outcomes, then gives the seat up, or keeps its lease for the next run. */
async function finish(lane: LaneContext, drain: Drain, seat: Seat, end: RunEnd): Promise<RunEnd> {
  const last = await drain.cycle(false);
  if (last.fenceLost) return "taken";
  if (end === "again") return end;
  await parkLane(lane.pool, seat);
  return end;
}

interface Drain {
  cycle(claimMore: boolean): Promise<Cycle>;
}

function makeDrain(lane: LaneContext, budget: LaneBudget, seat: Seat): Drain {
  const bulk = [...budget.targets.values()].find((target) => target.kind === "bulk");
  return bulk === undefined
    ? callDrain(lane, budget, seat)
    : bulkDrain(lane, bulk as BulkTarget, seat);
}

function callDrain(lane: LaneContext, budget: LaneBudget, seat: Seat): Drain {
  const state: DrainState = { medianMs: undefined };
  let finished: readonly Finished[] = [];
  return {
    async cycle(claimMore) {
      if (!claimMore && finished.length === 0) return NOTHING;
      const cycle = await drainCycle(lane, budget, seat, state, finished, claimMore);
      finished = cycle.finished;
      return cycle;
    },
  };
}

function bulkDrain(lane: LaneContext, target: BulkTarget, seat: Seat): Drain {
  let batch: FinishedBatch | undefined;
  return {
    async cycle(claimMore) {
      if (!claimMore && batch === undefined) return NOTHING;
      const cycle = await drainBulkCycle(lane, target, seat, batch, claimMore);
      batch = cycle.batch;
      return cycle;
    },
  };
}

const NOTHING: Cycle = { claimed: 0, fenceLost: false, full: false };
