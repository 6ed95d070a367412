import { checkOrder } from "../../store/check-sends.ts";
import type { Invariant } from "./invariant.ts";
import { ofLedger } from "./invariant.ts";

export const order: Invariant = {
  name: "Order",
  holdsWhen:
    "versions of a state rise per object and target; an older one never overwrites a newer",
  check: async ({ pool }) => ofLedger(await checkOrder(pool)),
};
