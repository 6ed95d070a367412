/** Health and figures of a hub, from the parts it is made of. */
import { aliveReport, readyReport } from "../http/health.ts";
import { makeMetrics } from "../http/metrics.ts";
import { findSendingPermission } from "../store/list-connections.ts";
import { MOST_WAITING } from "./hub-intake.ts";
import type { HubParts, HubReports } from "./hub-settings.ts";
import { systemClock } from "./system.ts";

export interface Reports {
  open(parts: HubParts): HubReports;
  onCall(target: string, outcomeClass: string, durationMs: number): void;
  onIntake(connection: string, verdict: string, durationMs: number): void;
}

export function makeReports(input: { readonly version: string; readonly hub: string }): Reports {
  const metrics = makeMetrics({ version: input.version, clock: systemClock, runtime: true });
  return {
    onCall: metrics.onCall,
    onIntake: metrics.onIntake,
    open: (parts) => ({
      health: async () => aliveReport(input.version, input.hub),
      ready: () => ready(parts),
      metrics: () =>
        metrics.scrape(parts.pool, { queued: parts.pressure().waiting, space: parts.space() }),
    }),
  };
}

async function ready(parts: HubParts) {
  const sending = await findSendingPermission(parts.pool).catch(() => undefined);
  return readyReport({
    database: sending !== undefined,
    engine: await parts.engineHealthy(),
    sending: { allowed: sending?.allowed ?? false, reason: sending?.reason ?? undefined },
    queuePressure: parts.pressure().waiting / MOST_WAITING,
    stopping: false,
    room: parts.space(),
  });
}
