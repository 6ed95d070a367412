import { checkTerminal } from "../../store/check-terminal.ts";
import type { Invariant } from "./invariant.ts";
import { ofLedger } from "./invariant.ts";

export const terminal: Invariant = {
  name: "Terminal",
  holdsWhen:
    "each handoff is settled for a reason, waits for one, has an owner, or is young and moving",
  check: async ({ pool }) => ofLedger(await checkTerminal(pool)),
};
