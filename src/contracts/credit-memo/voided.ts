import { checkCreditMemo } from "../arithmetic.ts";
import { defineContract } from "../contract.ts";
import { creditMemoClear, creditMemoPersonal, creditMemoSchema } from "./credit-memo.ts";

export const creditMemoVoided = defineContract({
  type: "credit-memo.voided",
  version: 1,
  entity: "credit-memo",
  meaning: "The credit was withdrawn; what it had reduced is due again.",
  owner: "controller",
  status: "active",
  schema: creditMemoSchema,
  personal: creditMemoPersonal,
  clear: creditMemoClear,
  check: checkCreditMemo,
});
