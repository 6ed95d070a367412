/**
 * The schema's statements, made from the declaration, and its version.
 *
 * The version rises with every change of the declaration. A program that meets a higher one stops:
 * it would replace rows without filling the columns that it does not know.
 */
import type { PhysicalColumn, PhysicalTable } from "./physical-columns.ts";

export const SCHEMA_VERSION = 1;

/** Statements that make a table with its indexes and comments. `table`: quoted, with schema. */
export function createTable(table: string, shape: PhysicalTable): string[] {
  const lines = shape.columns.map((column) => `  ${columnText(column)}`);
  const key = shape.key.map((name) => `"${name}"`).join(", ");
  return [
    `create table ${table} (\n${lines.join(",\n")},\n  primary key (${key})\n)`,
    ...shape.after.map((one) => one.replaceAll("{table}", table).replaceAll("{index}", shape.name)),
    ...shape.columns.flatMap((column) => markPersonal(table, column)),
  ];
}

/** Statements that add a column to a table that holds rows already. */
export function addColumn(table: string, column: PhysicalColumn): string[] {
  return [`alter table ${table} add column ${columnText(column)}`, ...markPersonal(table, column)];
}

function columnText({ name, type, rest }: PhysicalColumn): string {
  return `"${name}" ${type}${rest === "" ? "" : ` ${rest}`}`;
}

/** The mark stands in the database as well, for those who copy from it. */
function markPersonal(table: string, { name, personal }: PhysicalColumn): string[] {
  if (personal === undefined) return [];
  return [`comment on column ${table}."${name}" is 'personal data: ${personal}'`];
}
