/** Every event to the warehouse, as it is: the feed and a typed table per entity. */
import type { Flow } from "../routing/flow.ts";

export function eventsToWarehouse(source: string, target: string, types: readonly string[]): Flow {
  return {
    name: `${source}-to-${target}`,
    version: 1,
    model: "event-driven",
    source,
    target,
    routes: [
      {
        events: types,
        decide: () => ({ operation: "event.load" }),
        serviceClass: "bulk",
        deadlineMinutes: 60,
        needs: [],
      },
    ],
  };
}
