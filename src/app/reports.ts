/** Health and figures of a hub, from the parts it is made of. */
import type { BudgetSetting, HubParts, HubReports } from "./hub-settings.ts";

export interface ReportsInput {
  readonly version: string;
  readonly budgets: readonly BudgetSetting[];
}

export interface Reports {
  open(parts: HubParts): HubReports;
  onCall(target: string, outcomeClass: string, durationMs: number): void;
  onIntake(connection: string, verdict: string, durationMs: number): void;
}

export function makeReports(_input: ReportsInput): Reports {
  return {
    open: (parts) => ({
      health: async () => ({ ok: true, body: { ok: true } }),
      ready: async () => ({ ok: await parts.engineHealthy(), body: {} }),
      metrics: async () => ({ type: "text/plain", text: "" }),
    }),
    onCall: () => undefined,
    onIntake: () => undefined,
  };
}
