/** Every object of the warehouse, for the invariants: who made it, and over what sum. */
import type pg from "pg";
import { parseMoney } from "../../kernel/money.ts";
import type { TargetDocument } from "../kit/target.ts";
import type { EntityTable } from "./column.ts";
import { qualified } from "./insert-rows.ts";
import { entityTables } from "./tables.ts";

const PAGE = 2_000;

interface DocumentRow {
  readonly object_key: string;
  readonly reference: string;
  readonly number: string | null;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly date: string | null;
}

/** Entity by entity, in the order of the keys; a page at a time, without holding a snapshot. */
export async function* readDocuments(pool: pg.Pool, schema: string): AsyncIterable<TargetDocument> {
  for (const table of entityTables) {
    const text = selectPage(schema, table);
    for (let after = ""; ; ) {
      const { rows } = await pool.query<DocumentRow>(text, [after]);
      for (const row of rows) yield toDocument(table, row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) break;
      after = last.object_key;
    }
  }
}

function selectPage(schema: string, { name, headline }: EntityTable): string {
  const column = (found: string | undefined) => (found === undefined ? "null" : `"${found}"::text`);
  const currency = headline.amount && "currency";
  return `
select object_key, reference, ${column(headline.number)} as number,
  ${column(headline.amount)} as amount, ${column(currency)} as currency,
  ${column(headline.date)} as date
from ${qualified(schema, name)} where object_key > $1 order by object_key limit ${PAGE}`;
}

function toDocument({ entity }: EntityTable, row: DocumentRow): TargetDocument {
  const { amount, currency } = row;
  return {
    type: entity,
    externalId: row.object_key,
    reference: row.reference,
    number: row.number ?? undefined,
    amount: amount === null || currency === null ? undefined : parseMoney({ amount, currency }),
    date: row.date ?? undefined,
  };
}
