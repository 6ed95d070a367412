import { defineContract } from "../contract.ts";
import { checkDispute } from "../money-checks.ts";
import { disputeClear, disputeSchema } from "./dispute.ts";

export const disputeFundsReinstated = defineContract({
  type: "dispute.funds-reinstated",
  version: 1,
  entity: "dispute",
  meaning: "The disputed sum came back to our balance.",
  owner: "controller",
  status: "active",
  schema: disputeSchema,
  clear: disputeClear,
  check: checkDispute,
});
