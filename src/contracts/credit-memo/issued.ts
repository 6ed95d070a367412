import { checkCreditMemo } from "../arithmetic.ts";
import { defineContract } from "../contract.ts";
import { creditMemoClear, creditMemoPersonal, creditMemoSchema } from "./credit-memo.ts";

export const creditMemoIssued = defineContract({
  type: "credit-memo.issued",
  version: 1,
  entity: "credit-memo",
  meaning: "A credit was granted and numbered. Reduces the receivable or what was recognised.",
  owner: "controller",
  status: "active",
  schema: creditMemoSchema,
  personal: creditMemoPersonal,
  clear: creditMemoClear,
  check: checkCreditMemo,
});
