/**
 * Keeps what contradicts a fact we already have: the raw body, and one exception for each
 * different content, however often that content is told.
 */
import type { Session } from "./database.ts";
import type { StoredFact } from "./fact-rows.ts";

const INSERT = `
with x as (
  insert into exception_case (id, kind, cause, code, title, message, inbound_id, owner_role)
  values ($1, 'inbound', $2, 'E_INTAKE_CONTENT_CONFLICT', $3, $4, $5, 'engineer')
  on conflict (id) do nothing
  returning inbound_id
)
insert into inbound (id, connection, fact_id, kind, origin, received_at, body, key_id, row_hash)
select $5, $6, $7, $8, $9, $10, $11, $12, $13 from x`;

/** `caseId` is a function of identity and content. True when the contradiction is a new one. */
export async function insertConflict(
  session: Session,
  caseId: string,
  fact: StoredFact,
): Promise<boolean> {
  const { inbound } = fact;
  const stored = fact.bodies.inbound;
  const result = await session.query(INSERT, [
    caseId,
    `conflict ${inbound.connection} ${inbound.kind}`,
    `${inbound.connection} told one fact in two ways`,
    `${inbound.factId} arrived again with other content. The first telling stands; compare both and decide.`,
    inbound.id,
    inbound.connection,
    inbound.factId,
    inbound.kind,
    inbound.origin,
    inbound.receivedAt,
    stored.bytes,
    stored.keyId,
    stored.rowHash,
  ]);
  return result.rowCount === 1;
}
