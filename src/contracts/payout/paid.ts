import { defineContract } from "../contract.ts";
import { payoutClear, payoutPersonal, payoutSchema } from "./payout.ts";

export const payoutPaid = defineContract({
  type: "payout.paid",
  version: 1,
  entity: "payout",
  meaning: "The processor sent the money to the bank.",
  owner: "controller",
  status: "active",
  schema: payoutSchema,
  personal: payoutPersonal,
  clear: payoutClear,
});
