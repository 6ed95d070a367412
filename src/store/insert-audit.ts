/** Writes what people did, before and after, under both their names; never changed afterwards. */
import { canonicalJson } from "../kernel/canonical-json.ts";
import type { Hasher } from "../kernel/hashing.ts";
import type { Session } from "./database.ts";
import { rowHash } from "./row-hash.ts";

export interface AuditRow {
  readonly id: string;
  readonly actor: string;
  readonly secondActor: string | undefined;
  readonly operation: string;
  /** The prefixed id of what was acted upon. */
  readonly subject: string;
  readonly reason: string | undefined;
  readonly before: unknown;
  readonly after: unknown;
  readonly expiresAt: string | undefined;
}

const INSERT = `
insert into audit (id, actor, second_actor, operation, subject, reason, before, after, expires_at,
  row_hash)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
  $7::jsonb[], $8::jsonb[], $9::timestamptz[], $10::bytea[])`;

/** The hash that an audit row must have; `before` and `after` go in as canonical JSON. */
export function auditHash(hasher: Hasher, row: AuditRow): Buffer {
  return rowHash(hasher, [
    row.id,
    row.actor,
    row.secondActor,
    row.operation,
    row.subject,
    row.reason,
    canonicalJson(row.before),
    canonicalJson(row.after),
    row.expiresAt,
  ]);
}

export async function insertAudit(
  session: Session,
  hasher: Hasher,
  rows: readonly AuditRow[],
): Promise<void> {
  await session.query(INSERT, [
    rows.map((row) => row.id),
    rows.map((row) => row.actor),
    rows.map((row) => row.secondActor ?? null),
    rows.map((row) => row.operation),
    rows.map((row) => row.subject),
    rows.map((row) => row.reason ?? null),
    rows.map((row) => canonicalJson(row.before)),
    rows.map((row) => canonicalJson(row.after)),
    rows.map((row) => row.expiresAt ?? null),
    rows.map((row) => auditHash(hasher, row)),
  ]);
}
