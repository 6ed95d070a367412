/**
 * Writes the events of one transaction: the feed, then each entity's table with its parts. Events
 * come in any order and any number of times; the tables come out the same.
 */
import type pg from "pg";
import type { EntityTable, PartTable } from "./column.ts";
import type { MergeShape } from "./insert-rows.ts";
import { deleteParts, insertNew, mergeRows, qualified } from "./insert-rows.ts";
import type { PhysicalColumn } from "./physical-columns.ts";
import { declared, entityStamp, feedColumns, partStamp } from "./physical-columns.ts";
import type { EntityChange, ReadEvent } from "./read-event.ts";
import { compareChanges } from "./read-event.ts";
import { entityTables } from "./tables.ts";

interface TableShapes {
  readonly table: EntityTable;
  readonly state: MergeShape;
  readonly tombstone: MergeShape;
  readonly parts: readonly { readonly table: string; readonly columns: PhysicalColumn[] }[];
}

export type MergePlan = {
  readonly feed: string;
  readonly tables: readonly TableShapes[];
};

/** Names and statements' shapes for one schema; made once a connection. */
export function mergePlan(schema: string): MergePlan {
  return {
    feed: qualified(schema, "event_feed"),
    tables: entityTables.map((table) => ({
      table,
      state: stateShape(schema, table),
      tombstone: tombstoneShape(schema, table),
      parts: table.parts.map((part) => partShape(schema, part)),
    })),
  };
}

function stateShape(schema: string, table: EntityTable): MergeShape {
  const columns = [...entityStamp(table), ...declared(table.columns)];
  const unknown = table.tombstone === undefined ? "" : "t.version is null or ";
  return {
    table: qualified(schema, table.name),
    columns,
    replaced: columns.map(({ name }) => name).filter((name) => name !== "object_key"),
    tells: table.parts.length > 0,
    older: `${unknown}(t.version, t.event_id) < (excluded.version, excluded.event_id)`,
  };
}

const TOMBSTONE_NAMES: Readonly<Record<string, string>> = {
  version: "deleted_version",
  event_id: "deleted_event_id",
  occurred_at: "deleted_at",
};

/** The stamp of a tombstone fills the columns of the deletion; the last state stays as it was. */
function tombstoneShape(schema: string, table: EntityTable): MergeShape {
  const stamp = entityStamp(table);
  return {
    table: qualified(schema, table.name),
    columns: stamp.map((one) => ({ ...one, name: TOMBSTONE_NAMES[one.name] ?? one.name })),
    replaced: Object.values(TOMBSTONE_NAMES),
    tells: false,
    older: `t.deleted_version is null or
  (t.deleted_version, t.deleted_event_id) < (excluded.deleted_version, excluded.deleted_event_id)`,
  };
}

function partShape(schema: string, part: PartTable) {
  const columns = [...partStamp, ...declared(part.columns)];
  return { table: qualified(schema, part.name), columns };
}

/** Inside a transaction of the caller's. */
export async function mergeBatch(
  client: pg.ClientBase,
  plan: MergePlan,
  events: readonly ReadEvent[],
): Promise<void> {
  await writeFeed(client, plan, events);
  await mergeEntities(client, plan, events);
}

/** In the order of the ids, so that two batches with the same events wait and do not deadlock. */
async function writeFeed(
  client: pg.ClientBase,
  plan: MergePlan,
  events: readonly ReadEvent[],
): Promise<void> {
  const sorted = events.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1));
  const rows = sorted.map(({ feed }) => feed);
  await insertNew(client, plan.feed, feedColumns, rows);
}

export async function mergeEntities(
  client: pg.ClientBase,
  plan: MergePlan,
  events: readonly ReadEvent[],
): Promise<void> {
  for (const shapes of plan.tables) {
    const changes = events.flatMap(({ change }) =>
      change?.table === shapes.table ? [change] : [],
    );
    await mergeStates(client, shapes, newestOf(changes, "state"));
    const ends = newestOf(changes, "tombstone").map(({ row }) => row);
    if (ends.length > 0) await mergeRows(client, shapes.tombstone, ends);
  }
}

async function mergeStates(
  client: pg.ClientBase,
  shapes: TableShapes,
  changes: readonly EntityChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ row }) => row);
  const merged = await mergeRows(client, shapes.state, rows);
  const written = new Set(merged.map(({ objectKey }) => objectKey));
  const replaced = merged.filter((one) => one.replaced).map(({ objectKey }) => objectKey);
  for (const [at, part] of shapes.parts.entries()) {
    if (replaced.length > 0) await deleteParts(client, part.table, replaced);
    const partRows = changes.flatMap((change) =>
      written.has(change.objectKey) ? (change.parts[at] ?? []) : [],
    );
    if (partRows.length > 0) await insertNew(client, part.table, part.columns, partRows);
  }
}

/** The newest change of each object, in the order of the keys. */
function newestOf(changes: readonly EntityChange[], kind: EntityChange["kind"]): EntityChange[] {
  const newest = new Map<string, EntityChange>();
  for (const change of changes) {
    if (change.kind !== kind) continue;
    const known = newest.get(change.objectKey);
    if (known === undefined || compareChanges(known, change) < 0) {
      newest.set(change.objectKey, change);
    }
  }
  return [...newest.values()].sort((a, b) => (a.objectKey < b.objectKey ? -1 : 1));
}
