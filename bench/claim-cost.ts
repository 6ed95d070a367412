/**
 * What one claim costs: the product's own statement in a transaction of its own, committed, so
 * that each claim meets the handoffs behind those taken before.
 */
import { systemClock } from "../src/app/system.ts";
import { claimHandoffs } from "../src/store/claim-handoffs.ts";
import type { Pool } from "../src/store/database.ts";
import { inTransaction } from "../src/store/database.ts";
import { declareBudgets } from "../src/store/declare-budgets.ts";
import { takeLane } from "../src/store/take-lane.ts";
import type { Percentiles } from "./percentiles.ts";
import { percentilesOf } from "./percentiles.ts";
import { BOOKS } from "./plain-target.ts";

const CLAIMS = 200;
const WARM = 20;
const SIZE = 4;

export interface ClaimCost extends Percentiles {
  readonly claims: number;
  readonly size: number;
}

/** Statement and commit, milliseconds. Leaves what it claimed as sent. */
export async function measureClaims(pool: Pool): Promise<ClaimCost> {
  await declareBudgets(pool, [{ name: BOOKS, concurrency: 1, ratePerSecond: undefined }]);
  await pool.query("update lane set lease_until = null, holder = null");
  const seat = await takeLane(pool, { budget: BOOKS, seat: 0 }, "bench");
  if (seat === undefined) throw new Error("the seat is taken");
  const took: number[] = [];
  for (let claim = 0; claim < WARM + CLAIMS; claim += 1) {
    const started = systemClock.monotonic();
    const claimed = await inTransaction(pool, (session) =>
      claimHandoffs(session, seat, SIZE, { lowestFirst: false, blocked: [] }),
    );
    if (claim >= WARM) took.push(systemClock.monotonic() - started);
    if (claimed.length !== SIZE) throw new Error(`claim ${claim} took ${claimed.length}`);
  }
  return { ...percentilesOf(took), claims: CLAIMS, size: SIZE };
}
