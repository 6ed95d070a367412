/** Flow versions by which something open was routed; for a hub that may not have them any more. */
import type { Session } from "./database.ts";

export interface OpenFlow {
  readonly flow: string;
  readonly version: number;
  readonly handoffs: number;
}

/** Open handoffs only: they are few, and what is settled asks nothing of its flow. */
const OPEN = `
select flow, flow_version as version, count(*)::int as handoffs from handoff
where state not in ('confirmed', 'excluded', 'superseded') group by 1, 2 order by 1, 2`;

export async function findOpenFlows(session: Session): Promise<OpenFlow[]> {
  return (await session.query<OpenFlow>(OPEN)).rows;
}
