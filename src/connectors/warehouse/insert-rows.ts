/**
 * The statements by which rows arrive. Each takes one array a column, so that a batch of any size
 * is one statement and one message. A column that is null in the whole batch is left out of it:
 * most optional fields are, and a column costs as much as a value.
 */
import type pg from "pg";
import type { PhysicalColumn } from "./physical-columns.ts";
import type { Row } from "./read-event.ts";
import { textColumn } from "./text-array.ts";

/** A table with its schema, quoted. */
export function qualified(schema: string, table: string): string {
  return `"${schema}"."${table}"`;
}

interface Source {
  /** `(columns) select … from unnest(…)`, in the columns' own types. */
  readonly text: string;
  readonly values: readonly Buffer[];
}

function sourceOf(columns: readonly PhysicalColumn[], rows: readonly Row[]): Source {
  const names: string[] = [];
  const casts: string[] = [];
  const values: Buffer[] = [];
  for (const [at, { name, type }] of columns.entries()) {
    const cells = textColumn(rows, at);
    if (cells === undefined) continue;
    const alias = `c${values.length}`;
    names.push(`"${name}"`);
    casts.push(type === "text" ? alias : `${alias}::${type}`);
    values.push(cells);
  }
  const arrays = values.map((_, i) => `$${i + 1}::text[]`).join(", ");
  const aliases = values.map((_, i) => `c${i}`).join(", ");
  const text = `(${names.join(", ")})
select ${casts.join(", ")}
from unnest(${arrays}) as i(${aliases})`;
  return { text, values };
}

/** Rows that are there already stay as they are: an event is a fact and never changes. */
export async function insertNew(
  client: pg.ClientBase,
  table: string,
  columns: readonly PhysicalColumn[],
  rows: readonly Row[],
): Promise<void> {
  const { text, values } = sourceOf(columns, rows);
  await client.query(`insert into ${table} ${text}\non conflict do nothing`, [...values]);
}

export interface MergeShape {
  readonly table: string;
  readonly columns: readonly PhysicalColumn[];
  /** Those of them that a newer row replaces; the rest is only set when the row is new. */
  readonly replaced: readonly string[];
  /** False: nobody asks which rows were written. */
  readonly tells: boolean;
  /** Condition under which the row in place, `t`, is older than the arriving one, `excluded`. */
  readonly older: string;
}

/** xmax is set on a row that was there and is 0 on one that this statement made. */
const TELL = "\nreturning object_key, xmax::text <> '0' as replaced";

export interface Merged {
  readonly objectKey: string;
  /** False: the row is new, and nothing of an older version can be in its part tables. */
  readonly replaced: boolean;
}

/**
 * Writes rows that are new or newer than what is there, and tells which. `rows` holds each object
 * once. The row lock that the conflict takes makes loaders of one object go one after the other,
 * and the condition is evaluated on what the one before committed.
 */
export async function mergeRows(
  client: pg.ClientBase,
  shape: MergeShape,
  rows: readonly Row[],
): Promise<Merged[]> {
  const { text, values } = sourceOf(shape.columns, rows);
  // `excluded` has null in a column that was left out, so a newer state empties it as it should.
  const set = [...shape.replaced, "loaded_at"].map((name) => `"${name}" = excluded."${name}"`);
  const merge = `insert into ${shape.table} as t ${text}
on conflict (object_key) do update set ${set.join(", ")}
where ${shape.older}${shape.tells ? TELL : ""}`;
  const result = await client.query<{ object_key: string; replaced: boolean }>(merge, [...values]);
  return result.rows.map((row) => ({ objectKey: row.object_key, replaced: row.replaced }));
}

/** Part rows of objects whose row was just replaced under its lock. */
export async function deleteParts(
  client: pg.ClientBase,
  table: string,
  objectKeys: readonly string[],
): Promise<void> {
  await client.query(`delete from ${table} where object_key = any($1::text[])`, [[...objectKeys]]);
}
