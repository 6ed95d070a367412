import { defineContract } from "../contract.ts";
import { productSchema } from "./product.ts";

export const productUpserted = defineContract({
  type: "product.upserted",
  version: 1,
  entity: "product",
  meaning: "The product as it stands now, new, changed, retired or deleted.",
  owner: "revenue-operations",
  status: "active",
  schema: productSchema,
});
