/** What is sold. Its revenue treatment is a mapping of the company, not the source's to say. */
import { z } from "zod";
import { metadata, sourceId, text } from "../values.ts";

export const productSchema = z.strictObject({
  id: sourceId,
  name: text,
  description: text.optional(),
  active: z.boolean(),
  deleted: z.boolean(),
  unitLabel: text.optional(),
  /** The source's code of what this is for tax (`txcd_10103001`). */
  taxCode: sourceId.optional(),
  metadata,
});

export type Product = z.infer<typeof productSchema>;

const CATALOGUE = "what is sold, the same for all who buy it";

export const productClear = {
  name: CATALOGUE,
  description: CATALOGUE,
  unitLabel: CATALOGUE,
  metadata: CATALOGUE,
} as const;
