/**
 * Writes the declared budgets and their seats. A seat beyond a lowered concurrency keeps its row,
 * for handoffs may name it. It claims no more, and is taken once if it was left with calls.
 */
import type { Pool } from "./database.ts";
import { inTransaction } from "./database.ts";

export interface BudgetDeclaration {
  readonly name: string;
  readonly concurrency: number;
  readonly ratePerSecond: number | undefined;
}

export async function declareBudgets(
  pool: Pool,
  budgets: readonly BudgetDeclaration[],
): Promise<void> {
  await inTransaction(pool, async (session) => {
    for (const budget of budgets) {
      await session.query(
        `insert into budget (name, concurrency, rate_per_second) values ($1, $2, $3)
         on conflict (name) do update set concurrency = excluded.concurrency,
           rate_per_second = excluded.rate_per_second`,
        [budget.name, budget.concurrency, budget.ratePerSecond ?? null],
      );
      await session.query(
        `insert into lane (budget, seat) select $1, generate_series(0, $2::int - 1)
         on conflict do nothing`,
        [budget.name, budget.concurrency],
      );
    }
  });
}
