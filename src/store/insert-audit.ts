/** Writes what people did, before and after, under both their names; never changed afterwards. */
import { canonicalJson } from "../kernel/canonical-json.ts";
import type { Session } from "./database.ts";

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

/**
 * The hash is made here, over the text that jsonb gives back: what the writer had in hand is
 * spelled otherwise (`evidence_content`, docs/evidence.md).
 */
const INSERT = `
insert into audit (id, actor, second_actor, operation, subject, reason, before, after, expires_at,
  row_hash)
select x.*, sha256(convert_to(evidence_field(x.reason) || evidence_field(x.before::text)
  || evidence_field(x.after::text), 'UTF8'))
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[],
  $8::jsonb[], $9::timestamptz[])
  as x(id, actor, second_actor, operation, subject, reason, before, after, expires_at)`;

export async function insertAudit(session: Session, rows: readonly AuditRow[]): Promise<void> {
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
  ]);
}
