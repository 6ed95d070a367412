import { z } from "zod";
import { sumEntries } from "../accounting/balances.ts";
import type { JournalEntry } from "../accounting/types.ts";
import { moneyToWire } from "../kernel/money.ts";
import { defineOperation } from "./operation.ts";
import { readPostings } from "./read-postings.ts";

const output = z.strictObject({
  entries: z.number(),
  accounts: z.array(
    z.strictObject({
      entity: z.string(),
      account: z.string(),
      balance: z.strictObject({ amount: z.string(), currency: z.string() }),
    }),
  ),
});

export type TrialBalanceResult = z.infer<typeof output>;

export const trialBalanceOperation = defineOperation({
  name: "trial-balance",
  summary:
    "Says what each book should hold if the event log is all that happened, by account role.",
  permission: "story.read",
  input: z.strictObject({
    entity: z.string().optional().describe("one legal entity only"),
    target: z.string().optional().describe("only what this target has confirmed"),
  }),
  output,
  errors: [],
  run: async ({ pool }, { entity, target }) => {
    const chosen: JournalEntry[] = [];
    for await (const entry of readPostings(pool, target)) {
      if (entity === undefined || entry.entity === entity) chosen.push(entry);
    }
    const accounts = sumEntries(chosen).map((one) => ({
      entity: one.entity,
      account: one.account,
      balance: moneyToWire(one.balance),
    }));
    return { entries: chosen.length, accounts };
  },
});
