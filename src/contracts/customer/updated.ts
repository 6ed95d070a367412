import { defineContract } from "../contract.ts";
import { customerClear, customerPersonal, customerSchema } from "./customer.ts";

export const customerUpdated = defineContract({
  type: "customer.updated",
  version: 1,
  entity: "customer",
  meaning: "The customer as it stands now; a state, the newest counts.",
  owner: "revenue-operations",
  status: "active",
  schema: customerSchema,
  personal: customerPersonal,
  clear: customerClear,
});
