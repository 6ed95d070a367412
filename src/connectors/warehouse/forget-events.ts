/**
 * Takes personal data out of the warehouse: the feed's events give way to those without it, and the
 * marked columns of the objects' rows and parts are emptied. Rows, keys and sums stay.
 */
import type pg from "pg";
import type { ForgottenEvent } from "../kit/target.ts";
import { qualified } from "./insert-rows.ts";
import { personalColumns } from "./physical-columns.ts";

const PAGE = 500;

/** Inside a transaction of the caller's. */
export async function forgetEvents(
  client: pg.ClientBase,
  schema: string,
  events: readonly ForgottenEvent[],
): Promise<void> {
  const feed = qualified(schema, "event_feed");
  for (let at = 0; at < events.length; at += PAGE) {
    const page = events.slice(at, at + PAGE);
    await client.query(
      `update ${feed} f set data = x.data::json
       from unnest($1::uuid[], $2::text[]) as x(event_id, data) where f.event_id = x.event_id`,
      [page.map((one) => one.id), page.map((one) => JSON.stringify(one.data))],
    );
  }
  const objects = [...new Set(events.map((one) => one.subject))];
  for (const [table, columns] of columnsByTable()) {
    const sets = columns.map((column) => `"${column}" = null`).join(", ");
    const text = `update ${qualified(schema, table)} set ${sets} where object_key = any($1::text[])`;
    await client.query(text, [objects]);
  }
}

/** The feed apart: its data was put right above. */
function columnsByTable(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { table, column } of personalColumns()) {
    if (table === "event_feed") continue;
    found.set(table, [...(found.get(table) ?? []), column]);
  }
  return found;
}
