import { defineContract } from "../contract.ts";
import { checkRefund } from "../money-checks.ts";
import { refundClear, refundPersonal, refundSchema } from "./refund.ts";

export const refundSucceeded = defineContract({
  type: "refund.succeeded",
  version: 1,
  entity: "refund",
  meaning: "Money went back to the customer.",
  owner: "controller",
  status: "active",
  schema: refundSchema,
  personal: refundPersonal,
  clear: refundClear,
  check: checkRefund,
});
