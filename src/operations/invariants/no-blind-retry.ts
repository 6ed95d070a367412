import { checkNoBlindRetry } from "../../store/check-sends.ts";
import type { Invariant } from "./invariant.ts";
import { ofLedger } from "./invariant.ts";

export const noBlindRetry: Invariant = {
  name: "NoBlindRetry",
  holdsWhen: "between two sends of one reference lies a refusal, a proven absence, or a guard",
  check: async ({ pool }) => ofLedger(await checkNoBlindRetry(pool)),
};
