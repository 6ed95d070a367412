import { defineContract } from "../contract.ts";
import { checkAllocation } from "../money-checks.ts";
import { allocationSchema } from "./allocation.ts";

export const paymentApplied = defineContract({
  type: "payment.applied",
  version: 1,
  entity: "allocation",
  meaning: "Money of a payment was put against an invoice.",
  owner: "controller",
  status: "active",
  schema: allocationSchema,
  check: checkAllocation,
});
