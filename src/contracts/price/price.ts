/**
 * What a product costs.
 *
 * flat        unit price × quantity
 * package     a price for each started block of `packageSize` units
 * graduated   each tier prices the units inside it
 * volume      the tier reached prices all units
 * open        the buyer or the seller sets the sum each time
 */
import { z } from "zod";
import { currencyCode, decimalText, metadata, sourceId } from "../values.ts";

export const priceTier = z.strictObject({
  /** Last unit of the tier; absent in the last one. */
  upTo: decimalText.optional(),
  unitPrice: decimalText.optional(),
  flatPrice: decimalText.optional(),
});

export const priceSchema = z.strictObject({
  id: sourceId,
  productId: sourceId,
  active: z.boolean(),
  deleted: z.boolean(),
  currency: currencyCode,
  model: z.enum(["flat", "package", "graduated", "volume", "open"]),
  /** Major units of the currency. */
  unitPrice: decimalText.optional(),
  packageSize: decimalText.optional(),
  /** Absent where the model has tiers and the source left them out. */
  tiers: z.array(priceTier).optional(),
  recurring: z
    .strictObject({
      interval: z.enum(["day", "week", "month", "year"]),
      count: z.int().positive(),
      usage: z.enum(["licensed", "metered"]),
    })
    .optional(),
  taxBehavior: z.enum(["inclusive", "exclusive", "unspecified"]),
  metadata,
});

export type Price = z.infer<typeof priceSchema>;

const CATALOGUE = "what is sold, the same for all who buy it";

export const priceClear = { metadata: CATALOGUE } as const;
