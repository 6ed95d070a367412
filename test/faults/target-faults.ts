/** What the NetSuite sandbox does to calls during the load. */
import type { FaultPlanInput } from "../../src/sandbox/kit/faults.ts";

/** Our own time-out of a call, and what the sandbox may take; the faults lie around them. */
export const TIMEOUT_MS = 1500;
export const LONGEST_RUN_MS = 1500;
export const INDEX_LAG_MS = 3000;
export const SEATS = 15;
export const BUDGET = 12;
/** Searches show the account as it was so many seconds ago. */
const STALE_SECONDS = 2;

/** Another tool of the company sits in these seats while the load lasts. */
export const FOREIGN = { min: 0, max: 4, changeMs: 700 } as const;

export const SERVICE_TIME = { minMs: 5, maxMs: 70, tailShare: 0.01, tailMs: 500 } as const;

export const TARGET_FAULTS: Readonly<Record<string, string>> = {
  "cut-after": "call cut after the commit",
  "cut-before": "call cut before the commit",
  late: "answered after our time-out",
  "late-apply": "applied after our time-out",
  "broken-after": "503 after the commit",
  "broken-before": "503 before the commit",
  half: "answer cut in the middle",
};

export function targetFaultPlan(seed: number): FaultPlanInput {
  return {
    seed,
    switches: { "stale-search": STALE_SECONDS },
    rules: [
      { id: "cut-after", rate: 0.05, action: { type: "reset-after" } },
      { id: "cut-before", rate: 0.05, action: { type: "reset-before" } },
      { id: "late", rate: 0.02, action: { type: "late", delayMs: TIMEOUT_MS + 400 } },
      // Within the time that the settings call the longest run; its caller has gone by then.
      { id: "late-apply", rate: 0.01, action: { type: "late-apply", delayMs: TIMEOUT_MS + 900 } },
      { id: "broken-after", rate: 0.01, action: { type: "status-after", status: 503 } },
      { id: "broken-before", rate: 0.01, action: { type: "status", status: 503 } },
      { id: "half", rate: 0.01, action: { type: "half", share: 0.5 } },
    ],
  };
}
