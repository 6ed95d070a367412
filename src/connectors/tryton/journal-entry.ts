/**
 * What `journal.post` books: no contract yet, so its shape stands here. Accounts are keys of ours
 * (`deferred-revenue`), which the settings of a legal entity give Tryton's accounts.
 */
import { z } from "zod";
import { businessDate, currencyCode, moneyValue, sourceId, text } from "../../contracts/values.ts";

const entryLine = z.strictObject({
  account: z.string().min(1).max(128),
  debit: moneyValue.optional(),
  credit: moneyValue.optional(),
  /** Needed on accounts that are kept by customer. */
  customerId: sourceId.optional(),
});

export const journalEntrySchema = z.strictObject({
  id: sourceId,
  date: businessDate,
  currency: currencyCode,
  description: text,
  lines: z.array(entryLine).min(2),
});
