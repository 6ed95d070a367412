import { z } from "zod";
import { listCauses } from "../store/list-exceptions.ts";
import { defineOperation } from "./operation.ts";
import { queueFilter, queueInput } from "./queue-filter.ts";
import { idOf, moneyList, moneyPerCurrency } from "./values.ts";

const causeShape = z.strictObject({
  cause: z.string(),
  code: z.string(),
  title: z.string(),
  kind: z.string(),
  ownerRole: z.string(),
  target: z.string().optional(),
  cases: z.number(),
  /** One amount per currency, never added up. */
  money: moneyList,
  casesWithoutAmount: z.number(),
  oldestAt: z.string(),
  newestAt: z.string(),
  /** Handoffs that cannot go before this is settled. */
  dependantsWaiting: z.number(),
  /** Nobody works on so many of its cases. */
  unassigned: z.number(),
  /** So many are put off until a day. */
  snoozed: z.number(),
  assignees: z.array(z.string()),
  example: z.string(),
});

export type ShownCause = z.infer<typeof causeShape>;

export const listExceptionsOperation = defineOperation({
  name: "list-exceptions",
  summary: "Lists open exceptions by cause, with their money, age and what waits behind them.",
  permission: "exception.read",
  input: z.strictObject({
    ...queueInput,
    cause: z.string().optional(),
    target: z.string().optional(),
    code: z.string().optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  }),
  output: z.strictObject({ causes: z.array(causeShape) }),
  errors: ["E_OPERATIONS_WHOSE"],
  run: async (context, input) => {
    const of = { ...input, ...queueFilter(context, input) };
    const groups = await listCauses(context.pool, of, input.limit);
    return {
      causes: groups.map((group) => ({
        cause: group.cause,
        code: group.code,
        title: group.title,
        kind: group.kind,
        ownerRole: group.owner_role,
        target: group.target ?? undefined,
        cases: group.cases,
        money: moneyPerCurrency(group.minors),
        casesWithoutAmount: group.without_amount,
        oldestAt: group.oldest_at,
        newestAt: group.newest_at,
        dependantsWaiting: group.dependants,
        unassigned: group.unassigned,
        snoozed: group.snoozed,
        assignees: [...group.assignees],
        example: idOf("exception", group.example),
      })),
    };
  },
});
