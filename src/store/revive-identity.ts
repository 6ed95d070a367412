/**
 * A dead letter's fact arrives again, or is translated anew. When it is understood now, its
 * identity turns from dead to understood and the caller inserts its events; when it is not, one
 * more try is counted. The `verdict = 'dead'` guard lets exactly one of two racers through.
 */
import type { Session } from "./database.ts";
import type { Fact } from "./fact-rows.ts";

const REVIVE = `
with turned as (
  update event_identity set verdict = $2, rule = $3
  where identity = $1 and verdict = 'dead' returning inbound_id
), letter as (
  update dead_letter d set state = 'resolved', resolved_at = now()
  from turned where d.inbound_id = turned.inbound_id
), closed as (
  update exception_case x
  set state = 'resolved', resolution = 'understood later', resolved_at = now()
  from turned where x.inbound_id = turned.inbound_id and x.state = 'open'
)
select count(*)::int as turned from turned`;

const COUNT_TRY = `
update dead_letter set tries = tries + 1, code = $2, reason = $3
where identity = $1 and state = 'open'`;

/** True when the fact's events are now to be inserted. */
export async function reviveIdentity(session: Session, fact: Fact): Promise<boolean> {
  if (fact.verdict === "dead") {
    const letter = fact.deadLetter;
    await session.query(COUNT_TRY, [fact.identity, letter?.code ?? "", letter?.reason ?? ""]);
    return false;
  }
  const result = await session.query<{ turned: number }>(REVIVE, [
    fact.identity,
    fact.verdict,
    fact.rule ?? null,
  ]);
  return (result.rows[0]?.turned ?? 0) === 1;
}

const IDENTIFIED = `
with turned as (
  update event_identity t set verdict = 'ignored', rule = 'told-under-its-own-identity'
  from dead_letter d
  where d.inbound_id = any($1::uuid[]) and d.state = 'open'
    and t.identity = d.identity and t.verdict = 'dead'
  returning t.inbound_id
), letter as (
  update dead_letter d set state = 'resolved', resolved_at = now()
  from turned where d.inbound_id = turned.inbound_id
), closed as (
  update exception_case x
  set state = 'resolved', resolution = 'identified later', resolved_at = now()
  from turned where x.inbound_id = turned.inbound_id and x.state = 'open'
)
select inbound_id from turned`;

/**
 * Closes letters that could not be identified and whose bytes are stored under an identity of
 * their own by now: what stood for the bytes alone stands for nothing any more. Returns which.
 */
export async function closeIdentified(
  session: Session,
  inbounds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (inbounds.length === 0) return new Set();
  const { rows } = await session.query<{ inbound_id: string }>(IDENTIFIED, [inbounds]);
  return new Set(rows.map((row) => row.inbound_id));
}
