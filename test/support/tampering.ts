/** What a hand in the database would change, as small as it can be. */
import type { Session } from "../../src/store/database.ts";

/** The smallest change of a value of each type; `$` stands for the column. */
export const smallestChanges: Readonly<Record<string, string>> = {
  text: "case when left($, 1) = 'a' then 'b' else 'a' end || substr($, 2)",
  bpchar: "case when left($, 1) = 'a' then 'b' else 'a' end || substr($, 2)",
  uuid: `coalesce(overlay($::text placing translate(right($::text, 1), '0123456789abcdef',
    '123456789abcdef0') from 36)::uuid, gen_random_uuid())`,
  _uuid: "$ || $[1]",
  int2: "$ + 1",
  int4: "$ + 1",
  int8: "$ + 1",
  numeric: "$ + 0.01",
  bytea: "set_byte($, 0, get_byte($, 0) # 1)",
  timestamptz: "$ + interval '1 microsecond'",
  jsonb: "$ || '{\"z\": 1}'",
};

/** Rules that would stop a clumsy hand; whoever owns the database drops them first. */
export async function dropRules(session: Session, table: string): Promise<void> {
  const { rows } = await session.query<{ name: string }>(
    "select conname as name from pg_constraint where conrelid = $1::regclass and contype = 'c'",
    [table],
  );
  for (const { name } of rows) await session.query(`alter table ${table} drop constraint ${name}`);
}

export async function typeOf(session: Session, table: string, column: string): Promise<string> {
  const { rows } = await session.query<{ type: string }>(
    `select t.typname as type from pg_attribute a join pg_type t on t.oid = a.atttypid
     where a.attrelid = $1::regclass and a.attname = $2`,
    [table, column],
  );
  return rows[0]?.type ?? "";
}
