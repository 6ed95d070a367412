import { defineContract } from "../contract.ts";
import { checkPayment } from "../money-checks.ts";
import { paymentClear, paymentPersonal, paymentSchema } from "./payment.ts";

export const paymentSucceeded = defineContract({
  type: "payment.succeeded",
  version: 1,
  entity: "payment",
  meaning: "Money arrived at the processor. Posts to clearing against its allocations.",
  owner: "controller",
  status: "active",
  schema: paymentSchema,
  personal: paymentPersonal,
  clear: paymentClear,
  check: checkPayment,
});
