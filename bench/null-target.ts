/** A bulk target that reads every event's data and does nothing: what is left is our own cost. */
import type { BulkTarget } from "../src/connectors/kit/target.ts";

export const NOTHING = "nothing";

export function nullTarget(maxItems: number): BulkTarget {
  return {
    kind: "bulk",
    system: "nothing",
    connection: NOTHING,
    account: "bench",
    maxItems,
    operations: {
      "event.load": {
        name: "event.load",
        entity: "event",
        effect: "state",
        guard: "external-id",
        longestRunMs: 0,
        indexLagMs: 0,
      },
    },
    apply: async (items) =>
      items.map(({ event, readData }) => {
        if (readData() === null) throw new Error(`no data of ${event.subject}`);
        return { class: "done", externalId: event.subject };
      }),
    async *documents() {},
  };
}
