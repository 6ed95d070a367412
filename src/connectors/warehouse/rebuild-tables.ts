/**
 * Makes the typed tables again from the feed, when an upgrade brought tables or columns that the
 * rows in place cannot fill. The feed holds every event whole, so nothing outside is asked.
 */
import type pg from "pg";
import { readNewest } from "../../contracts/upcast.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { MergePlan } from "./merge-batch.ts";
import { mergeEntities } from "./merge-batch.ts";
import { readEvent } from "./read-event.ts";

const PAGE = 5_000;
const FIRST = "00000000-0000-0000-0000-000000000000";

interface FeedRow {
  readonly event_id: string;
  readonly type: string;
  readonly subject: string;
  readonly legal_entity: string | null;
  readonly reference: string;
  readonly correlation_id: string;
  readonly occurred: string;
  readonly version: string;
  readonly contract_version: number;
  readonly data: Json;
}

/** Inside a transaction of the caller's; readers wait until it is done. */
export async function rebuildTables(client: pg.ClientBase, plan: MergePlan): Promise<void> {
  const tables = plan.tables.flatMap(({ state, parts }) => [
    state.table,
    ...parts.map(({ table }) => table),
  ]);
  await client.query(`truncate ${tables.join(", ")}`);
  for (let after = FIRST; ; ) {
    const page = await readPage(client, plan.feed, after);
    await mergeEntities(client, plan, page.map(toEvent));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.event_id;
  }
}

async function readPage(client: pg.ClientBase, feed: string, after: string): Promise<FeedRow[]> {
  const text = `
select event_id, type, subject, legal_entity, reference, correlation_id, version::text,
  contract_version, data,
  to_char(occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as occurred
from ${feed} where event_id > $1 order by event_id limit ${PAGE}`;
  return (await client.query<FeedRow>(text, [after])).rows;
}

function toEvent(row: FeedRow) {
  const { event_id: id, correlation_id: correlationId, legal_entity, reference } = row;
  const { type, subject, occurred, version } = row;
  const { data } = readNewest(type, row.contract_version, row.data);
  const legalEntity = legal_entity ?? undefined;
  const event = { id, type, subject, occurred, version, correlationId, legalEntity };
  return readEvent({ operation: "event.load", event, reference, readData: () => data });
}
