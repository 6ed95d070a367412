import { defineContract } from "../contract.ts";
import { checkDispute } from "../money-checks.ts";
import { disputeClear, disputeSchema } from "./dispute.ts";

export const disputeFundsWithdrawn = defineContract({
  type: "dispute.funds-withdrawn",
  version: 1,
  entity: "dispute",
  meaning: "The disputed sum and the fee left our balance.",
  owner: "controller",
  status: "active",
  schema: disputeSchema,
  clear: disputeClear,
  check: checkDispute,
});
