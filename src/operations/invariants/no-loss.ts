import { checkNoLoss } from "../../store/check-no-loss.ts";
import type { Invariant } from "./invariant.ts";
import { ofLedger } from "./invariant.ts";

export const noLoss: Invariant = {
  name: "NoLoss",
  holdsWhen: "every accepted intake has its event row, or a dead letter that says why not",
  check: async ({ pool }) => ofLedger(await checkNoLoss(pool)),
};
