/**
 * From the declaration to the columns that stand in PostgreSQL.
 *
 * stamp     columns that every row has, before the declared ones; not null, for without them a row
 *           can neither be merged nor traced
 * declared  nullable all of them, also those that the contract requires (reading refuses an event
 *           without them): so a column added later is the same column as one made at once
 */
import type { PersonalClass } from "../../contracts/personal.ts";
import type { Column, ColumnKind, EntityTable, PartTable } from "./column.ts";
import { entityTables } from "./tables.ts";

export interface PhysicalColumn {
  readonly name: string;
  /** As PostgreSQL's format_type writes it. */
  readonly type: string;
  /** Constraint and default, as they follow the type in DDL. */
  readonly rest: string;
  readonly personal: PersonalClass | undefined;
}

export interface PhysicalTable {
  readonly name: string;
  readonly columns: readonly PhysicalColumn[];
  readonly key: readonly string[];
  /** What follows the table's making: indexes; `{table}` and `{index}` are filled in. */
  readonly after: readonly string[];
}

const TYPES: Readonly<Record<ColumnKind, string>> = {
  text: "text",
  boolean: "boolean",
  integer: "integer",
  decimal: "numeric",
  amount: "numeric",
  money: "numeric",
  currency: "character(3)",
  date: "date",
  instant: "timestamp with time zone",
  json: "jsonb",
};

/** Keys are compared byte by byte: the fastest order, and the same on every server. */
const KEY_REST = 'collate "C" not null';
const LOADED: PhysicalColumn = {
  name: "loaded_at",
  type: "timestamp with time zone",
  rest: "not null default now()",
  personal: undefined,
};

function plain(name: string, type: string, rest = "not null"): PhysicalColumn {
  return { name, type, rest, personal: undefined };
}

export function declared(columns: readonly Column[]): PhysicalColumn[] {
  return columns.flatMap(({ name, kind, personal }) => {
    const own = { name, type: TYPES[kind], rest: "", personal };
    return kind === "money" ? [own, plain(`${name}_currency`, TYPES.currency, "")] : [own];
  });
}

/** A deleted object is one whose tombstone is newer than the newest state that we know of it. */
const TOMBSTONE: readonly PhysicalColumn[] = [
  plain("deleted_version", "bigint", ""),
  plain("deleted_event_id", "uuid", ""),
  plain("deleted_at", "timestamp with time zone", ""),
  plain(
    "deleted",
    "boolean",
    `generated always as (deleted_version is not null and (version is null
      or (deleted_version, deleted_event_id) > (version, event_id))) stored`,
  ),
];

/** The stamp of an entity's row, in the order in which loading fills it. */
export function entityStamp(table: EntityTable): PhysicalColumn[] {
  // Of an object that was deleted before we heard of it, no state is known.
  const state = table.tombstone === undefined ? "not null" : "";
  return [
    plain("object_key", "text", KEY_REST),
    plain("connection", "text"),
    plain("source_id", "text"),
    plain("legal_entity", "text", ""),
    plain("reference", "text"),
    plain("correlation_id", "uuid"),
    plain("version", "bigint", state),
    plain("event_id", "uuid", state),
    plain("occurred_at", "timestamp with time zone", state),
  ];
}

export const partStamp: readonly PhysicalColumn[] = [
  plain("object_key", "text", KEY_REST),
  plain("position", "integer"),
  plain("connection", "text"),
  plain("correlation_id", "uuid"),
  plain("version", "bigint"),
  plain("event_id", "uuid"),
];

export const feedColumns: readonly PhysicalColumn[] = [
  plain("event_id", "uuid"),
  plain("type", "text"),
  plain("subject", "text", KEY_REST),
  plain("connection", "text"),
  plain("legal_entity", "text", ""),
  plain("reference", "text"),
  plain("correlation_id", "uuid"),
  plain("occurred_at", "timestamp with time zone"),
  plain("version", "bigint"),
  plain("contract_version", "smallint"),
  plain("amount", "numeric", ""),
  plain("currency", "character(3)", ""),
  // json and not jsonb: taking 2 kB of it apart costs as much as all the rest of the row.
  { name: "data", type: "json", rest: "not null", personal: "free-text" },
];

export const feedTable: PhysicalTable = {
  name: "event_feed",
  columns: [...feedColumns, LOADED],
  key: ["event_id"],
  after: [
    // Compressing the data would cost more than storing it: up to a page it stays as it is.
    "alter table {table} set (toast_tuple_target = 8160), alter data set storage external",
    "create index {index}_subject on {table} (subject)",
    "create index {index}_correlation on {table} (correlation_id)",
    // Rows arrive about in the order of their days, so a block range tells a day at no cost.
    "create index {index}_occurred on {table} using brin (occurred_at)",
  ],
};

function entityColumns(table: EntityTable): PhysicalColumn[] {
  const tombstone = table.tombstone === undefined ? [] : TOMBSTONE;
  return [...entityStamp(table), ...declared(table.columns), ...tombstone, LOADED];
}

function partColumns(part: PartTable): PhysicalColumn[] {
  return [...partStamp, ...declared(part.columns), LOADED];
}

/** Every table that holds events or rows made of them, in the order in which they are made. */
export const physicalTables: readonly PhysicalTable[] = [
  feedTable,
  ...entityTables.flatMap((table) => [
    { name: table.name, columns: entityColumns(table), key: ["object_key"], after: [] },
    ...table.parts.map((part) => ({
      name: part.name,
      columns: partColumns(part),
      key: ["object_key", "position"],
      after: [],
    })),
  ]),
];

export interface PersonalColumn {
  readonly table: string;
  readonly column: string;
  readonly class: PersonalClass;
}

/**
 * Where personal data stands, for erasure. The feed's data holds it at the paths that the contract
 * of each type names as personal.
 */
export function personalColumns(): PersonalColumn[] {
  return physicalTables.flatMap((table) =>
    table.columns.flatMap(({ name, personal }) =>
      personal === undefined ? [] : [{ table: table.name, column: name, class: personal }],
    ),
  );
}
