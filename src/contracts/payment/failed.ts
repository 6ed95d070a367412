import { defineContract } from "../contract.ts";
import { checkPayment } from "../money-checks.ts";
import { paymentClear, paymentPersonal, paymentSchema } from "./payment.ts";

export const paymentFailed = defineContract({
  type: "payment.failed",
  version: 1,
  entity: "payment",
  meaning: "An attempt to collect failed; no money moved.",
  owner: "controller",
  status: "active",
  schema: paymentSchema,
  personal: paymentPersonal,
  clear: paymentClear,
  check: checkPayment,
});
