import { defineContract } from "../contract.ts";
import { productClear, productSchema } from "./product.ts";

export const productUpserted = defineContract({
  type: "product.upserted",
  version: 1,
  entity: "product",
  meaning: "The product as it stands now, new, changed, retired or deleted.",
  owner: "revenue-operations",
  status: "active",
  schema: productSchema,
  clear: productClear,
});
