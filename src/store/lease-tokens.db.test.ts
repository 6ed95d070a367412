import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import type { Pool } from "./database.ts";
import { openDatabase } from "./database.ts";
import { declareBudgets } from "./declare-budgets.ts";
import { leaseTokens } from "./lease-tokens.ts";

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  pool = openDatabase({ url: database.url, connections: 1, name: "test", onIdleError: () => {} });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** A budget that nobody used for an hour. */
async function rested(ratePerSecond: number): Promise<string> {
  const name = `${ratePerSecond} a second`;
  await declareBudgets(pool, [{ name, concurrency: 1, ratePerSecond }]);
  const text = "update budget set tokens_used_until = now() - interval '1 hour' where name = $1";
  await pool.query(text, [name]);
  return name;
}

/** Lets `ms` pass for this budget, and for it alone. */
async function pass(budget: string, ms: number): Promise<void> {
  const text = `update budget set tokens_used_until = tokens_used_until - make_interval(secs => $2)
    where name = $1`;
  await pool.query(text, [budget, ms / 1000]);
}

const STEPS = 60;
const rates = [0.1, 0.5, 0.7, 1, 2, 3, 3.9, 4, 5, 7, 12, 100];

describe("tokens of a budget with a rate", () => {
  test.each(rates)("given %f calls a second and a rested budget, then one may go", async (rate) => {
    expect(await leaseTokens(pool, await rested(rate), 1)).toBe(1);
  });

  test("given a rate below one look ahead, then the second waits for its time", async () => {
    const budget = await rested(3);
    expect(await leaseTokens(pool, budget, 5)).toBe(1);
    expect(await leaseTokens(pool, budget, 5)).toBe(0);
    await pass(budget, 200);
    expect(await leaseTokens(pool, budget, 5)).toBe(0);
    await pass(budget, 134);
    expect(await leaseTokens(pool, budget, 5)).toBe(1);
  });

  test("given any rate and seats that ask all the time, then the rate is kept and used", async () => {
    const anyRate = fc.integer({ min: 1, max: 300 }).map((tenths) => tenths / 10);
    const anyShare = fc.integer({ min: 5, max: 90 }).map((percent) => percent / 100);
    await fc.assert(
      fc.asyncProperty(anyRate, anyShare, async (rate, share) => {
        const budget = await rested(rate);
        const stepMs = (1000 / rate) * share;
        const began = performance.now();
        let granted = 0;
        for (let step = 0; step < STEPS; step += 1) {
          granted += await leaseTokens(pool, budget, 100);
          await pass(budget, stepMs);
        }
        // The clock on the wall runs too while we ask; one look ahead comes on top.
        const mostMs = STEPS * stepMs + performance.now() - began;
        const ahead = Math.max(1, rate / 4);
        expect(granted).toBeLessThanOrEqual((rate * mostMs) / 1000 + ahead);
        // Nobody asks in the moment in which a token comes, but within one step of it.
        expect(granted).toBeGreaterThanOrEqual(Math.floor((STEPS * share) / (1 + share)));
      }),
      { numRuns: 15 },
    );
  });
});
