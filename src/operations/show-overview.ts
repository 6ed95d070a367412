import { z } from "zod";
import { may } from "../access/roles.ts";
import { instant } from "../kernel/clock.ts";
import { listBudgets } from "../store/list-connections.ts";
import type { AgeRow, FlowRow } from "../store/sum-flow.ts";
import { countDeadLetters, sumAges, sumFlow } from "../store/sum-flow.ts";
import { defineOperation } from "./operation.ts";
import { moneyList, moneyPerCurrency } from "./values.ts";

const DAY_MS = 86_400_000;

/** The ages by which controllers look at what is stuck, in days. */
const AGES = ["0–1 days", "2–3 days", "4–7 days", "8–30 days", "more than 30 days"] as const;

const output = z.strictObject({
  asOf: z.string(),
  /** Handoffs made since then count, and open ones of any age. */
  since: z.string(),
  flows: z.array(
    z.strictObject({
      source: z.string(),
      target: z.string(),
      entity: z.string(),
      state: z.string(),
      open: z.boolean(),
      /** Each object once per target, by its newest handoff. */
      objects: z.number(),
      money: moneyList,
      oldestAt: z.string(),
    }),
  ),
  ages: z.array(z.strictObject({ age: z.enum(AGES), cases: z.number(), money: moneyList })),
  budgets: z.array(
    z.strictObject({
      name: z.string(),
      concurrency: z.number(),
      seatsCalling: z.number(),
      pausedUntil: z.string().optional(),
    }),
  ),
  /** Absent for whoever may not see them. */
  deadLetters: z.number().optional(),
});

export const showOverviewOperation = defineOperation({
  name: "show-overview",
  summary: "Shows the flow of the last 24 hours: sources, targets, states with counts and money.",
  permission: "handoff.read",
  input: z.strictObject({}),
  output,
  errors: [],
  run: async ({ pool, clock, actor }) => {
    const now = clock.now();
    const since = now - DAY_MS;
    const [flows, ages, budgets, letters] = await Promise.all([
      sumFlow(pool, smallestIdOf(since)),
      sumAges(pool),
      listBudgets(pool),
      may(actor, "dead-letter.read") ? countDeadLetters(pool) : undefined,
    ]);
    return {
      asOf: instant(now),
      since: instant(since),
      flows: flows.map(showFlow),
      ages: AGES.map((age, bucket) =>
        showAge(
          age,
          ages.find((row) => row.bucket === bucket),
        ),
      ),
      budgets: budgets.map((budget) => ({
        name: budget.name,
        concurrency: budget.concurrency,
        seatsCalling: budget.seats_calling,
        pausedUntil: budget.paused ? (budget.paused_until ?? undefined) : undefined,
      })),
      deadLetters: letters,
    };
  },
});

function showFlow({ minors, oldest_at, ...row }: FlowRow): z.infer<typeof output>["flows"][number] {
  return { ...row, money: moneyPerCurrency(minors), oldestAt: oldest_at };
}

function showAge(
  age: (typeof AGES)[number],
  row: AgeRow | undefined,
): z.infer<typeof output>["ages"][number] {
  return { age, cases: row?.cases ?? 0, money: moneyPerCurrency(row?.minors ?? null) };
}

/** Ids begin with 48 bits of milliseconds. */
function smallestIdOf(ms: number): string {
  const time = ms.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
