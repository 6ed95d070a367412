/** Rows that never change: their triggers, and their hashes made again from what is stored. */
import type { Session } from "./database.ts";

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

export interface HashedRow {
  readonly id: string;
  readonly row_hash: Buffer;
  /** What the hash is taken over, in order. */
  readonly parts: readonly (string | number | Buffer | null)[];
}

export const hashedTables = ["inbound", "event", "attempt", "outcome", "audit"] as const;
export type HashedTable = (typeof hashedTables)[number];

type Streamed = Exclude<HashedTable, "audit">;

/** The order is that of the writers: intake/make-fact, intake/make-rows, engine/lanes. */
const COLUMNS: Readonly<Record<Streamed, readonly string[]>> = {
  inbound: ["connection", "fact_id", "kind", "origin", "body"],
  event: ["id", "type", "contract_version", "subject", "version", "refs", "data"],
  attempt: ["id", "handoff_id", "kind", "number", "send_key", "request_hash"],
  outcome: ["id", "attempt_id", "class", "code", "message", "answer"],
};

/** Ciphered bodies and the rows of bulk calls have formulas of their own and are not read here. */
const ONLY: Readonly<Record<Streamed, string>> = {
  inbound: "key_id is null",
  event: "key_id is null",
  attempt: "handoff_id is not null",
  outcome: `handoff_id is not null and class not like 'late-%' and exists (
    select 1 from attempt a where a.id = outcome.attempt_id and a.handoff_id is not null)`,
};

type RowValues = [Buffer, string, ...HashedRow["parts"]];

/** The newest rows of a table, page by page, down to `most`. */
export async function* eachHashedRow(
  session: Session,
  table: Streamed,
  most: number,
): AsyncIterable<HashedRow> {
  const columns = COLUMNS[table];
  const pageSize = 2000;
  let before = "ffffffff-ffff-ffff-ffff-ffffffffffff";
  let left = most;
  while (left > 0) {
    const { rows } = await session.query({
      text: `select row_hash, id, ${columns.join(", ")} from ${table}
        where id < $1 and ${ONLY[table]} order by id desc limit $2`,
      values: [before, Math.min(pageSize, left)],
      rowMode: "array",
    });
    for (const [row_hash, id, ...parts] of rows as unknown as RowValues[]) {
      yield { id, row_hash, parts };
    }
    if (rows.length < Math.min(pageSize, left)) return;
    left -= rows.length;
    before = (rows.at(-1) as unknown as RowValues)[1];
  }
}

export interface StoredAudit {
  readonly id: string;
  readonly actor: string;
  readonly second_actor: string | null;
  readonly operation: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly expires_at: string | null;
  readonly row_hash: Buffer;
}

const AUDITS = `
select id, actor, second_actor, operation, subject, reason, before, after, expires_at, row_hash
from audit order by id desc limit $1`;

export async function listAudits(session: Session, most: number): Promise<StoredAudit[]> {
  return (await session.query<StoredAudit>(AUDITS, [most])).rows;
}
