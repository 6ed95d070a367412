/**
 * From an event to the rows it becomes. Pure: what is wrong with an event shows here, before a
 * transaction is begun, and concerns that event alone.
 */
import { parseObjectKey } from "../../contracts/envelope.ts";
import { contractFor } from "../../contracts/registry.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { BulkItem } from "../kit/target.ts";
import type { Column, EntityTable, PartTable } from "./column.ts";
import { warehouseErrors } from "./errors.ts";
import type { RowReader } from "./read-columns.ts";
import { readCells, rowReader, valueAt } from "./read-columns.ts";
import { entityTables } from "./tables.ts";
import type { Cell } from "./text-array.ts";

export type Row = readonly Cell[];

/** What an event says of its object's typed row. */
export interface EntityChange {
  readonly table: EntityTable;
  readonly objectKey: string;
  readonly version: bigint;
  readonly eventId: string;
  readonly kind: "state" | "tombstone";
  /** In the order of the table's columns; of a tombstone only the stamp. */
  readonly row: Row;
  /** Rows of each part table, in the order of `table.parts`. */
  readonly parts: readonly (readonly Row[])[];
}

export interface ReadEvent {
  readonly eventId: string;
  readonly objectKey: string;
  readonly feed: Row;
  readonly change: EntityChange | undefined;
}

interface CompiledTable {
  readonly table: EntityTable;
  readonly reader: RowReader;
  readonly parts: readonly { part: PartTable; reader: RowReader; steps: readonly string[] }[];
  /** Where amount and currency of the feed stand in `row`. */
  readonly amountAt: number;
  readonly currencyAt: number;
}

const STAMP_CELLS = 9;

const compiled = new Map(entityTables.map((table) => [table.entity, compile(table)]));

function compile(table: EntityTable): CompiledTable {
  return {
    table,
    reader: rowReader(table.columns, table.currency),
    parts: table.parts.map((part) => ({
      part,
      reader: rowReader(part.columns, part.currency),
      steps: part.list.split("."),
    })),
    amountAt: cellOf(table.columns, table.headline.amount),
    currencyAt: cellOf(table.columns, table.headline.amount && "currency"),
  };
}

/** Place of a column's cell in an entity's row; −1 for none. */
function cellOf(columns: readonly Column[], name: string | undefined): number {
  let at = STAMP_CELLS;
  for (const column of columns) {
    if (column.name === name) return at;
    at += column.kind === "money" ? 2 : 1;
  }
  return -1;
}

/**
 * The data is in the newest version of its contract, as a target is always given it; the feed
 * notes which that was. Throws E_WAREHOUSE_EVENT_UNKNOWN, E_WAREHOUSE_EVENT_SHAPE or what reading
 * the data throws.
 */
export function readEvent(item: BulkItem): ReadEvent {
  const { event, reference } = item;
  const contract = contractFor(event.type);
  if (contract === undefined) {
    throw warehouseErrors.E_WAREHOUSE_EVENT_UNKNOWN({ type: event.type });
  }
  const eventId = checkUuid(event.id, "id", event.type);
  const version = readVersion(event.version, event.type);
  const key = parseObjectKey(event.subject);
  const correlationId = checkUuid(event.correlationId, "correlationId", event.type);
  const legalEntity = event.legalEntity ?? null;
  // biome-ignore format: in the order of entityStamp
  const stamp = [event.subject, key.connection, key.id, legalEntity, reference, correlationId,
    event.version, eventId, event.occurred];
  const identity = { objectKey: event.subject, version, eventId, stamp };
  const data = item.readData();
  const change = readChange(contract.entity, event.type, data, identity);
  const compiledTable = change?.kind === "state" ? compiled.get(contract.entity) : undefined;
  const amount = change?.row[compiledTable?.amountAt ?? -1] ?? null;
  const currency = change?.row[compiledTable?.currencyAt ?? -1] ?? null;
  // biome-ignore format: in the order of feedColumns
  const feed = [eventId, event.type, event.subject, key.connection, legalEntity, reference,
    correlationId, event.occurred, event.version, String(contract.version), amount, currency,
    JSON.stringify(data)];
  return { eventId, objectKey: event.subject, feed, change };
}

interface Stamp {
  readonly objectKey: string;
  readonly version: bigint;
  readonly eventId: string;
  readonly stamp: Row;
}

/** An entity without a table stands in the feed only. */
function readChange(
  entity: string,
  type: string,
  data: Json,
  { objectKey, version, eventId, stamp }: Stamp,
): EntityChange | undefined {
  const known = compiled.get(entity);
  if (known === undefined) return undefined;
  const { table } = known;
  if (type === table.tombstone) {
    return { table, objectKey, version, eventId, kind: "tombstone", row: stamp, parts: [] };
  }
  const row = [...stamp];
  readCells(known.reader, data, data, type, row);
  const parts = known.parts.map(({ part, reader, steps }) =>
    readList(valueAt(data, steps), part, type).map((element, position) => {
      const cells = partStamp(stamp, position);
      readCells(reader, element, data, type, cells);
      return cells;
    }),
  );
  return { table, objectKey, version, eventId, kind: "state", row, parts };
}

function readList(list: Json | undefined, part: PartTable, type: string): readonly Json[] {
  if (list === undefined || list === null) return [];
  if (Array.isArray(list)) return list;
  throw warehouseErrors.E_WAREHOUSE_EVENT_SHAPE({ path: part.list, type, problem: "no list" });
}

/** Cells of `partStamp` in physical-columns.ts, taken from those of `entityStamp`. */
function partStamp(stamp: Row, position: number): Cell[] {
  const [objectKey = null, connection = null, , , , correlationId = null] = stamp;
  const [version = null, eventId = null] = stamp.slice(6);
  return [objectKey, String(position), connection, correlationId, version, eventId];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Lower case only, so that comparing the texts is comparing the ids, here and in PostgreSQL. */
function checkUuid(id: string, path: string, type: string): string {
  if (UUID.test(id)) return id;
  throw warehouseErrors.E_WAREHOUSE_EVENT_SHAPE({ path, type, problem: "no id of ours" });
}

function readVersion(version: string, type: string): bigint {
  if (/^\d{1,40}$/.test(version)) return BigInt(version);
  throw warehouseErrors.E_WAREHOUSE_EVENT_SHAPE({ path: "version", type, problem: "no number" });
}

/** Negative when `a` is older than `b`: by version, and between equal ones by event id. */
export function compareChanges(a: EntityChange, b: EntityChange): number {
  if (a.version !== b.version) return a.version < b.version ? -1 : 1;
  return a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0;
}
