/**
 * Brings the warehouse's schema to this version, in one transaction under a lock that makes a
 * second starter wait. What is missing is made; nothing is ever dropped or retyped.
 */
import type pg from "pg";
import { warehouseErrors } from "./errors.ts";
import { qualified } from "./insert-rows.ts";
import type { PhysicalTable } from "./physical-columns.ts";
import { feedTable, physicalTables } from "./physical-columns.ts";
import { addColumn, createTable, SCHEMA_VERSION } from "./schema-ddl.ts";

export interface Prepared {
  /** Something new stands beside a feed that was there: the rows must be made again from it. */
  readonly isOutgrown: boolean;
}

/**
 * Inside a transaction of the caller's. Throws E_WAREHOUSE_SCHEMA_NEWER, and
 * E_WAREHOUSE_SCHEMA_CONFLICT for a column that somebody made otherwise.
 */
export async function prepareSchema(client: pg.ClientBase, schema: string): Promise<Prepared> {
  const lock = `tieout warehouse ${schema}`;
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [lock]);
  await createSchema(client, schema);
  const versions = qualified(schema, "schema_version");
  const found = await client.query<{ version: number | null }>(
    `select max(version) as version from ${versions}`,
  );
  const version = found.rows[0]?.version ?? 0;
  if (version > SCHEMA_VERSION) {
    const details = { schema, found: version, known: SCHEMA_VERSION };
    throw warehouseErrors.E_WAREHOUSE_SCHEMA_NEWER(details);
  }
  const isOutgrown = await createMissing(client, schema);
  if (version < SCHEMA_VERSION) {
    await client.query(`insert into ${versions} (version) values ($1)`, [SCHEMA_VERSION]);
  }
  return { isOutgrown };
}

/** `create schema if not exists` asks for the right to make one even where it exists. */
async function createSchema(client: pg.ClientBase, schema: string): Promise<void> {
  const found = await client.query("select 1 from pg_namespace where nspname = $1", [schema]);
  if (found.rowCount === 0) await client.query(`create schema "${schema}"`);
  const versions = qualified(schema, "schema_version");
  const exists = await client.query("select to_regclass($1) is not null as there", [versions]);
  if ((exists.rows[0] as { there: boolean }).there) return;
  await client.query(`create table ${versions} (
  version integer primary key,
  applied_at timestamp with time zone not null default now()
)`);
}

const COLUMNS = `
select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = (select oid from pg_namespace where nspname = $1)
  and c.relkind in ('r', 'p')`;

async function createMissing(client: pg.ClientBase, schema: string): Promise<boolean> {
  const found = await client.query<{ table: string; column: string; type: string }>(COLUMNS, [
    schema,
  ]);
  const tables = new Map<string, Map<string, string>>();
  for (const row of found.rows) {
    const columns = tables.get(row.table) ?? new Map<string, string>();
    tables.set(row.table, columns.set(row.column, row.type));
  }
  let changes = 0;
  for (const table of physicalTables) {
    const name = qualified(schema, table.name);
    const there = tables.get(table.name);
    const statements =
      there === undefined ? createTable(name, table) : missingColumns(schema, table, there);
    for (const statement of statements) await client.query(statement);
    changes += statements.length;
  }
  return changes > 0 && tables.has(feedTable.name);
}

function missingColumns(
  schema: string,
  table: PhysicalTable,
  there: ReadonlyMap<string, string>,
): string[] {
  return table.columns.flatMap((column) => {
    const found = there.get(column.name);
    if (found === undefined) return addColumn(qualified(schema, table.name), column);
    if (found === column.type) return [];
    const place = { schema, table: table.name, column: column.name };
    throw warehouseErrors.E_WAREHOUSE_SCHEMA_CONFLICT({ ...place, found, expected: column.type });
  });
}
