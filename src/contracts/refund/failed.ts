import { defineContract } from "../contract.ts";
import { checkRefund } from "../money-checks.ts";
import { refundClear, refundPersonal, refundSchema } from "./refund.ts";

export const refundFailed = defineContract({
  type: "refund.failed",
  version: 1,
  entity: "refund",
  meaning: "A refund did not go through, perhaps after it had seemed to; the money is ours again.",
  owner: "controller",
  status: "active",
  schema: refundSchema,
  personal: refundPersonal,
  clear: refundClear,
  check: checkRefund,
});
