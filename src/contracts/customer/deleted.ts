import { defineContract } from "../contract.ts";
import { customerDeletedSchema } from "./customer.ts";

export const customerDeleted = defineContract({
  type: "customer.deleted",
  version: 1,
  entity: "customer",
  meaning: "The customer was removed in the source; open documents keep its id.",
  owner: "revenue-operations",
  status: "active",
  schema: customerDeletedSchema,
});
