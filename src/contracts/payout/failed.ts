import { defineContract } from "../contract.ts";
import { payoutClear, payoutPersonal, payoutSchema } from "./payout.ts";

export const payoutFailed = defineContract({
  type: "payout.failed",
  version: 1,
  entity: "payout",
  meaning:
    "The bank sent it back or it was called off, perhaps long after; clearing holds it again.",
  owner: "controller",
  status: "active",
  schema: payoutSchema,
  personal: payoutPersonal,
  clear: payoutClear,
});
