import { z } from "zod";
import {
  findSendingPermission,
  listBudgets,
  listCursors,
  listHubs,
  listQueues,
} from "../store/list-connections.ts";
import { defineOperation } from "./operation.ts";

/** A stream is swept every few minutes; three missed sweeps are no accident. */
const STALE_SECONDS = 900;

const output = z.strictObject({
  sending: z.strictObject({
    allowed: z.boolean(),
    epoch: z.number(),
    reason: z.string().optional(),
  }),
  sources: z.array(
    z.strictObject({
      connection: z.string(),
      system: z.string(),
      streams: z.array(
        z.strictObject({
          stream: z.string(),
          sweptAt: z.string().optional(),
          ageSeconds: z.number().optional(),
          freshness: z.enum(["fresh", "stale", "never swept"]),
        }),
      ),
    }),
  ),
  targets: z.array(
    z.strictObject({
      connection: z.string(),
      system: z.string(),
      account: z.string(),
      queues: z.array(
        z.strictObject({ state: z.string(), handoffs: z.number(), oldestAt: z.string() }),
      ),
    }),
  ),
  budgets: z.array(
    z.strictObject({
      name: z.string(),
      concurrency: z.number(),
      ratePerSecond: z.string().optional(),
      paused: z.boolean(),
      pausedUntil: z.string().optional(),
      pauseCode: z.string().optional(),
      seatsHeld: z.number(),
      seatsCalling: z.number(),
    }),
  ),
  hubs: z.array(
    z.strictObject({
      name: z.string(),
      version: z.string(),
      seenAt: z.string(),
      alive: z.boolean(),
    }),
  ),
});

export type ShownConnections = z.infer<typeof output>;

export const listConnectionsOperation = defineOperation({
  name: "list-connections",
  summary: "Shows every source and target: freshness, queues, budgets, seats, pauses, hubs.",
  permission: "connection.read",
  input: z.strictObject({}),
  output,
  errors: [],
  run: async ({ pool, sources, targets }) => {
    const [sending, budgets, queues, cursors, hubs] = await Promise.all([
      findSendingPermission(pool),
      listBudgets(pool),
      listQueues(pool),
      listCursors(pool),
      listHubs(pool),
    ]);
    return {
      sending: { ...sending, reason: sending.reason ?? undefined },
      sources: [...sources.values()].map((source) => ({
        connection: source.connection,
        system: source.system,
        streams: (source.sweep?.streams ?? []).map((stream) => {
          const row = cursors.find(
            (cursor) => cursor.connection === source.connection && cursor.stream === stream,
          );
          return freshnessOf(stream, row?.swept_at ?? undefined, row?.age_seconds ?? undefined);
        }),
      })),
      targets: [...targets.values()].map((target) => ({
        connection: target.connection,
        system: target.system,
        account: target.account,
        queues: queues
          .filter((queue) => queue.target === target.connection)
          .map(({ state, handoffs, oldest_at }) => ({ state, handoffs, oldestAt: oldest_at })),
      })),
      budgets: budgets.map((budget) => ({
        name: budget.name,
        concurrency: budget.concurrency,
        ratePerSecond: budget.rate_per_second ?? undefined,
        paused: budget.paused,
        pausedUntil: budget.paused ? (budget.paused_until ?? undefined) : undefined,
        pauseCode: budget.paused ? (budget.pause_code ?? undefined) : undefined,
        seatsHeld: budget.seats_held,
        seatsCalling: budget.seats_calling,
      })),
      hubs: hubs.map(({ name, version, seen_at, alive }) => {
        return { name, version, seenAt: seen_at, alive };
      }),
    };
  },
});

function freshnessOf(
  stream: string,
  sweptAt: string | undefined,
  ageSeconds: number | undefined,
): ShownConnections["sources"][number]["streams"][number] {
  if (sweptAt === undefined) return { stream, freshness: "never swept" };
  const freshness = (ageSeconds ?? 0) > STALE_SECONDS ? "stale" : "fresh";
  return { stream, sweptAt, ageSeconds, freshness };
}
