/** Rows that never change: their triggers, and the hashes of their contents made again. */
import type { Session } from "./database.ts";
import { evidenceTables } from "./evidence-tables.ts";

const TRIGGERS = `
with kept as (
  select c.oid, c.relname from pg_class c where c.relname = any($1::text[])
    and c.relnamespace = current_schema()::regnamespace
  union all
  select i.inhrelid, c.relname from pg_inherits i
  join pg_class p on p.oid = i.inhparent join pg_class c on c.oid = i.inhrelid
  where p.relname = any($1::text[]) and p.relnamespace = current_schema()::regnamespace
)
select k.relname as name, exists (
  select 1 from pg_trigger t join pg_proc f on f.oid = t.tgfoid
  where t.tgrelid = k.oid and f.proname = 'refuse_change' and t.tgenabled in ('O', 'A')
    and t.tgtype & 1 = 1 and t.tgtype & 2 = 2 and t.tgtype & 8 = 8 and t.tgtype & 16 = 16) as held
from kept k order by 1`;

/** Each insert-only table and partition, and whether a live trigger refuses update and delete. */
export async function checkTriggers(
  session: Session,
  tables: readonly string[],
): Promise<{ name: string; held: boolean }[]> {
  return (await session.query<{ name: string; held: boolean }>(TRIGGERS, [tables])).rows;
}

/** A content that was replaced on purpose has a record with the hash of what lies there now. */
const CONTENTS = (table: string): string => `
with newest as (
  select r.id, r.row_hash, sha256(evidence_content(r)) as made
  from ${table} r where id = any(array(select id from ${table} order by id desc limit $1))
)
select (select count(*) from newest)::integer as rows,
  coalesce(array_agg(n.id::text), '{}') as changed
from newest n where n.made <> n.row_hash and n.made is distinct from (
  select c.new_hash from evidence_change c
  where c.table_name = '${table}' and c.row_id = n.id and c.kind = 'replaced'
  order by c.tx desc, c.id desc limit 1)`;

export interface CheckedContents {
  readonly table: string;
  readonly rows: number;
  /** Ids of rows whose content is not what their `row_hash` was taken over. */
  readonly changed: readonly string[];
}

/** The newest `most` rows of each table of evidence. */
export async function checkContents(session: Session, most: number): Promise<CheckedContents[]> {
  const checked: CheckedContents[] = [];
  for (const { name } of evidenceTables) {
    const { rows } = await session.query<Omit<CheckedContents, "table">>(CONTENTS(name), [most]);
    checked.push({ table: name, ...(rows[0] ?? { rows: 0, changed: [] }) });
  }
  return checked;
}
