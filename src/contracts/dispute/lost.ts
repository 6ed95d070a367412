import { defineContract } from "../contract.ts";
import { checkDispute } from "../money-checks.ts";
import { disputeClear, disputeSchema } from "./dispute.ts";

export const disputeLost = defineContract({
  type: "dispute.lost",
  version: 1,
  entity: "dispute",
  meaning: "Closed in favour of the customer.",
  owner: "controller",
  status: "active",
  schema: disputeSchema,
  clear: disputeClear,
  check: checkDispute,
});
