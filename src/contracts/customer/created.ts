import { defineContract } from "../contract.ts";
import { customerClear, customerPersonal, customerSchema } from "./customer.ts";

export const customerCreated = defineContract({
  type: "customer.created",
  version: 1,
  entity: "customer",
  meaning: "A customer exists in the source for the first time.",
  owner: "revenue-operations",
  status: "active",
  schema: customerSchema,
  personal: customerPersonal,
  clear: customerClear,
});
