/**
 * Lets other contents take the place of bodies of evidence, and says so: one row of evidence_change
 * for each, with the hash of what lies there now, in the same transaction. The trigger of the
 * tables refuses everything else. Two statements: a trigger does not see what its own one wrote.
 */
import type { Session } from "./database.ts";

export interface Replacement {
  readonly id: string;
  /** Of the row of evidence_change. */
  readonly changeId: string;
  readonly newHash: Uint8Array;
}

const RECORD = `
insert into evidence_change (id, kind, table_name, row_id, new_hash, reason, row_hash)
select x.id, 'replaced', $4, x.row_id, x.new_hash, $5,
  sha256(convert_to(evidence_field($5), 'UTF8'))
from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as x(id, row_id, new_hash)`;

async function record(
  session: Session,
  table: string,
  rows: readonly Replacement[],
  reason: string,
): Promise<void> {
  const ids = rows.map((row) => row.changeId);
  const hashes = rows.map((row) => row.newHash);
  await session.query(RECORD, [ids, rows.map((row) => row.id), hashes, table, reason]);
}

const COLUMN = { inbound: "body", attempt: "request", event: "data" } as const;

export interface ReplacedBody extends Replacement {
  readonly bytes: Uint8Array;
}

/** Inside a transaction of the caller's. */
export async function replaceBodies(
  session: Session,
  table: keyof typeof COLUMN,
  rows: readonly ReplacedBody[],
  reason: string,
): Promise<void> {
  if (rows.length === 0) return;
  await record(session, table, rows, reason);
  await session.query(
    `update ${table} t set ${COLUMN[table]} = x.bytes
     from unnest($1::uuid[], $2::bytea[]) as x(id, bytes) where t.id = x.id`,
    [rows.map((row) => row.id), rows.map((row) => row.bytes)],
  );
}

export interface ReplacedOutcome extends Replacement {
  readonly message: string | undefined;
}

/** Answers go; the message stays or gives way to the one given. */
export async function replaceOutcomes(
  session: Session,
  rows: readonly ReplacedOutcome[],
  reason: string,
): Promise<void> {
  if (rows.length === 0) return;
  await record(session, "outcome", rows, reason);
  await session.query(
    `update outcome t set message = x.message, answer = null
     from unnest($1::uuid[], $2::text[]) as x(id, message) where t.id = x.id`,
    [rows.map((row) => row.id), rows.map((row) => row.message ?? null)],
  );
}

/** Acts whose texts hold one of these; lower case. */
const FIND_AUDIT = `
select id from audit
where exists (select from unnest($1::text[]) t where strpos(
  lower(concat_ws(' ', reason, before::text, after::text)), t) > 0)`;

export async function findAuditWith(session: Session, terms: readonly string[]): Promise<string[]> {
  return (await session.query<{ id: string }>(FIND_AUDIT, [terms])).rows.map((row) => row.id);
}

/** Who did what, when and to what stays; reason, before and after go. */
export async function replaceAudit(
  session: Session,
  rows: readonly Replacement[],
  reason: string,
): Promise<void> {
  if (rows.length === 0) return;
  await record(session, "audit", rows, reason);
  await session.query(
    "update audit set reason = null, before = null, after = null where id = any($1::uuid[])",
    [rows.map((row) => row.id)],
  );
}
