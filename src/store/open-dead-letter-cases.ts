/**
 * Opens the exception of each dead letter of a group. The cause groups by connection, kind and
 * code: one remedy, many letters.
 */
import type { Session } from "./database.ts";
import type { Fact } from "./fact-rows.ts";

const INSERT = `
insert into exception_case (id, kind, cause, code, title, message, inbound_id, owner_role)
select gen_random_uuid(), 'inbound', 'dead ' || x.connection || ' ' || x.kind || ' ' || x.code,
  x.code, x.kind || ' from ' || x.connection || ' is not understood', x.reason, x.id, 'engineer'
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
  as x(id, connection, kind, code, reason)`;

export async function openDeadLetterCases(session: Session, facts: readonly Fact[]): Promise<void> {
  const dead = facts.filter((fact) => fact.deadLetter !== undefined);
  if (dead.length === 0) return;
  await session.query(INSERT, [
    dead.map((f) => f.inbound.id),
    dead.map((f) => f.inbound.connection),
    dead.map((f) => f.inbound.kind),
    dead.map((f) => f.deadLetter?.code),
    dead.map((f) => f.deadLetter?.reason),
  ]);
}
