/**
 * Takes the identities of a group of facts. What is taken here is ours to insert; what is not was
 * told before, and the answer says how: the same content, other content, or a dead letter that may
 * now be understood.
 *
 * Sorted by identity, so that two hubs with overlapping groups cannot lock each other out. The
 * conflict path reads in a second statement, because `on conflict do nothing` returns no row and
 * a row committed meanwhile is visible only to a new snapshot.
 */
import type { Session } from "./database.ts";
import type { Fact } from "./fact-rows.ts";

export type IdentityVerdict = "new" | "duplicate" | "conflict" | "was-dead";

const INSERT = `
insert into event_identity (identity, stable_hash, inbound_id, verdict, rule)
select * from unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::text[], $5::text[])
on conflict (identity) do nothing
returning identity`;

const READ = `
select identity, stable_hash, verdict from event_identity where identity = any($1::uuid[])`;

/**
 * One verdict a fact, in order. Facts must be sorted by identity and hold each identity once, or
 * be of identities that are all taken.
 */
export async function claimIdentities(
  session: Session,
  facts: readonly Fact[],
): Promise<IdentityVerdict[]> {
  const inserted = await session.query<{ identity: string }>({
    name: "claim-identities",
    text: INSERT,
    values: [
      facts.map((fact) => fact.identity),
      facts.map((fact) => fact.stableHash),
      facts.map((fact) => fact.inbound.id),
      facts.map((fact) => fact.verdict),
      facts.map((fact) => fact.rule ?? null),
    ],
  });
  if (inserted.rows.length === facts.length) return facts.map(() => "new");
  const fresh = new Set(inserted.rows.map((row) => row.identity));
  const known = facts.filter((fact) => !fresh.has(fact.identity));
  const read = await session.query<{ identity: string; stable_hash: Buffer; verdict: string }>({
    name: "read-identities",
    text: READ,
    values: [known.map((fact) => fact.identity)],
  });
  const stored = new Map(read.rows.map((row) => [row.identity, row]));
  return facts.map((fact) => {
    if (fresh.has(fact.identity)) return "new";
    const row = stored.get(fact.identity);
    if (row === undefined) throw new Error(`identity ${fact.identity} vanished`);
    if (!row.stable_hash.equals(fact.stableHash)) return "conflict";
    return row.verdict === "dead" ? "was-dead" : "duplicate";
  });
}
