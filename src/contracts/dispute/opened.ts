import { defineContract } from "../contract.ts";
import { checkDispute } from "../money-checks.ts";
import { disputeClear, disputeSchema } from "./dispute.ts";

export const disputeOpened = defineContract({
  type: "dispute.opened",
  version: 1,
  entity: "dispute",
  meaning: "A payment is contested or inquired after. Never posts.",
  owner: "controller",
  status: "active",
  schema: disputeSchema,
  clear: disputeClear,
  check: checkDispute,
});
