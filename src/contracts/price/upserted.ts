import { defineContract } from "../contract.ts";
import { priceClear, priceSchema } from "./price.ts";

export const priceUpserted = defineContract({
  type: "price.upserted",
  version: 1,
  entity: "price",
  meaning: "The price as it stands now, new, changed, retired or deleted.",
  owner: "revenue-operations",
  status: "active",
  schema: priceSchema,
  clear: priceClear,
});
