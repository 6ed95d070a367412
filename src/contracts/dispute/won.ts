import { defineContract } from "../contract.ts";
import { checkDispute } from "../money-checks.ts";
import { disputeClear, disputeSchema } from "./dispute.ts";

export const disputeWon = defineContract({
  type: "dispute.won",
  version: 1,
  entity: "dispute",
  meaning: "Closed in our favour, or an inquiry closed without a dispute.",
  owner: "controller",
  status: "active",
  schema: disputeSchema,
  clear: disputeClear,
  check: checkDispute,
});
