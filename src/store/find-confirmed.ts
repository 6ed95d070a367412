/**
 * What the ledger knows of documents that stand in a target: by the reference they bear, or by
 * their external id where they bear none of ours.
 *
 * An effect does not name its handoff. Its object is the subject of the handoff's event, and that
 * is indexed, so the way goes effect → events of the object → their handoffs → the one of this
 * reference. An object has a few events, so this stays a few index look-ups a document.
 */
import { openBodies } from "./bodies.ts";
import type { Session } from "./database.ts";
import type { Keyring } from "./keyring.ts";

export interface KnownEffect {
  readonly reference: string;
  readonly object: string;
  readonly operation: string;
  readonly external_id: string | null;
  readonly confirmed_at: string | null;
  readonly handoff_id: string | null;
  readonly legal_entity: string | null;
  readonly amount_minor: string | null;
  readonly currency: string | null;
  /** The last request that was sent; undefined where it is kept no longer or was erased. */
  readonly request: Uint8Array | undefined;
}

type Row = Omit<KnownEffect, "request"> & {
  readonly attempt_id: string | null;
  readonly key_id: number | null;
  readonly request: Buffer | null;
};

const KNOWN = `
with wanted as (
  select r.reference from unnest($2::text[]) as r(reference)
  union
  select l.reference from unnest($3::text[]) as x(external_id)
  join link l on l.external_id = x.external_id and l.target = $1
)
select f.reference, f.object, f.operation, f.external_id, f.confirmed_at, h.id as handoff_id,
  h.legal_entity, h.amount_minor, h.currency, s.id as attempt_id, s.key_id, s.request
from wanted w join effect f on f.reference = w.reference and f.target = $1
left join lateral (
  select h.id, h.legal_entity, h.amount_minor, h.currency
  from event e join handoff h on h.event_id = e.id
  where e.subject = f.object and h.target = f.target and h.operation = f.operation
    and h.reference = f.reference
  order by h.state = 'confirmed' desc, h.id desc limit 1) h on true
left join lateral (
  select a.id, a.key_id, a.request from attempt a
  where a.handoff_id = h.id and a.kind = 'send'
  order by a.id desc limit 1) s on true`;

export async function findKnownEffects(
  session: Session,
  keyring: Keyring,
  target: string,
  references: readonly string[],
  externalIds: readonly string[],
): Promise<KnownEffect[]> {
  if (references.length === 0 && externalIds.length === 0) return [];
  const { rows } = await session.query<Row>({
    name: "find-known-effects",
    text: KNOWN,
    values: [target, references, externalIds],
  });
  const opened = await openBodies(
    keyring,
    "attempt",
    rows.map((row) => ({ id: row.attempt_id ?? "", key_id: row.key_id, bytes: row.request })),
  );
  return rows.map((row, index) => ({ ...row, request: opened[index] }));
}

export interface UnseenDocument {
  readonly outcome_id: string;
  readonly reference: string;
  readonly operation: string;
  readonly external_id: string;
}

/**
 * Documents confirmed between two moments and never seen in the target since: deleted before the
 * next look, or not listed. The moments are those in the ids of outcomes, so that the walk goes
 * along the primary key; the same document may come twice.
 */
const UNSEEN = `
select o.id as outcome_id, f.reference, f.operation, f.external_id
from outcome o
join handoff h on h.id = o.handoff_id
join effect f on f.reference = h.reference
where o.id > $2 and o.id < $3 and h.target = $1 and h.effect = 'fact' and h.state = 'confirmed'
  and h.operation = any($4::text[]) and f.confirmed_at is not null and f.external_id is not null
  and not exists (
    select 1 from observation b where b.reference = f.reference and b.target = h.target)
order by o.id limit $5`;

export async function findUnseenDocuments(
  session: Session,
  target: string,
  range: { readonly after: string; readonly before: string },
  operations: readonly string[],
  limit: number,
): Promise<UnseenDocument[]> {
  const values = [target, range.after, range.before, operations, limit];
  return (await session.query<UnseenDocument>(UNSEEN, values)).rows;
}
