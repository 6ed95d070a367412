/** Which tables an export takes, and in which order an import may fill them. */
import type { Session } from "../database.ts";

export interface LedgerTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/**
 * Not taken: what the importing program writes itself, what a running process knows anew, and what
 * lets a person in who signed in elsewhere.
 */
const LEFT_OUT = [
  "schema_version",
  "hub",
  "session",
  "oidc_request",
  "sign_in_try",
  "idempotent_request",
];

/** Tables and partitioned tables, never a partition; columns that are not computed. */
const TABLES = `
select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
  and not c.relispartition and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  and c.relname <> all ($1::text[])
group by c.relname order by c.relname`;

const NEEDS = `
select distinct c.conrelid::regclass::text as name, c.confrelid::regclass::text as needs
from pg_constraint c
where c.contype = 'f' and c.connamespace = current_schema()::regnamespace
  and c.conrelid <> c.confrelid`;

/** Every table after those that its rows name. */
export async function listTables(session: Session): Promise<LedgerTable[]> {
  const found = (await session.query<LedgerTable>(TABLES, [LEFT_OUT])).rows;
  const needs = (await session.query<{ name: string; needs: string }>(NEEDS)).rows;
  const placed: LedgerTable[] = [];
  const left = new Set(found);
  while (left.size > 0) {
    const names = new Set([...left].map((table) => table.name));
    const waits = (table: LedgerTable): boolean =>
      needs.some((one) => one.name === table.name && names.has(one.needs));
    const free = [...left].filter((table) => !waits(table));
    // Tables that name each other in a circle go as they come; there are none.
    for (const table of free.length > 0 ? free : [...left]) {
      placed.push(table);
      left.delete(table);
    }
  }
  return placed;
}

/** For SQL: names may be anything that a migration called them. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
