/**
 * The picture of a target: what was last seen of each of its documents. Rows are replaced, for the
 * picture proves nothing; cases and audit do.
 */
import type { Session } from "./database.ts";

export interface ObservationKey {
  readonly type: string;
  readonly externalId: string;
}

export interface ObservationRow extends ObservationKey {
  readonly reference: string | undefined;
  readonly number: string | undefined;
  readonly state: string;
  readonly amountMinor: bigint | undefined;
  readonly currency: string | undefined;
  readonly day: string | undefined;
  readonly counterparty: string | undefined;
  readonly changedAt: string | undefined;
  readonly changedBy: string | undefined;
  readonly changeKind: string | undefined;
  readonly handoffId: string | undefined;
  readonly verdict: string;
  readonly drift: string | undefined;
}

/**
 * What was accepted stands for as long as the drift is the same; a document that was mended, or
 * changed again, is judged afresh.
 */
const RECORD = `
insert into observation as o (target, type, external_id, reference, number, state, amount_minor,
  currency, day, counterparty, changed_at, changed_by, change_kind, handoff_id, verdict, drift)
select $1, x.* from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
  $7::numeric[], $8::text[], $9::date[], $10::text[], $11::timestamptz[], $12::text[],
  $13::text[], $14::uuid[], $15::text[], $16::text[])
  as x(type, external_id, reference, number, state, amount_minor, currency, day, counterparty,
    changed_at, changed_by, change_kind, handoff_id, verdict, drift)
on conflict (target, type, external_id) do update set
  reference = excluded.reference, number = excluded.number, state = excluded.state,
  amount_minor = excluded.amount_minor, currency = excluded.currency, day = excluded.day,
  counterparty = excluded.counterparty, changed_at = excluded.changed_at,
  changed_by = excluded.changed_by, change_kind = excluded.change_kind,
  handoff_id = coalesce(excluded.handoff_id, o.handoff_id), verdict = excluded.verdict,
  drift = excluded.drift, seen_at = now(),
  accepted = case when o.accepted = excluded.drift then o.accepted end
returning type, external_id, accepted = drift as accepted`;

/** Keys of documents whose drift, as it now is, two people have accepted. */
export async function recordObservations(
  session: Session,
  target: string,
  rows: readonly ObservationRow[],
): Promise<ObservationKey[]> {
  if (rows.length === 0) return [];
  // In one order for everybody, or two observers of one target could wait for each other.
  const sorted = [...rows].sort((a, b) => (keyText(a) < keyText(b) ? -1 : 1));
  const column = <T>(of: (row: ObservationRow) => T | undefined): (T | null)[] =>
    sorted.map((row) => of(row) ?? null);
  const result = await session.query<{ type: string; external_id: string; accepted: boolean }>({
    name: "record-observations",
    text: RECORD,
    values: [
      target,
      column((row) => row.type),
      column((row) => row.externalId),
      column((row) => row.reference),
      column((row) => row.number),
      column((row) => row.state),
      column((row) => row.amountMinor?.toString()),
      column((row) => row.currency),
      column((row) => row.day),
      column((row) => row.counterparty),
      column((row) => row.changedAt),
      column((row) => row.changedBy),
      column((row) => row.changeKind),
      column((row) => row.handoffId),
      column((row) => row.verdict),
      column((row) => row.drift),
    ],
  });
  return result.rows
    .filter((row) => row.accepted)
    .map((row) => ({ type: row.type, externalId: row.external_id }));
}

/** Types and ids hold no line break. */
export function keyText({ type, externalId }: ObservationKey): string {
  return `${type}\n${externalId}`;
}

export interface Seen {
  readonly type: string;
  readonly external_id: string;
  readonly reference: string | null;
  readonly number: string | null;
  readonly state: string;
  readonly amount_minor: string | null;
  readonly currency: string | null;
  readonly day: string | null;
  readonly changed_at: string | null;
  readonly verdict: string;
  readonly drift: string | null;
  readonly seen_at: string;
}

const SEEN = `o.type, o.external_id, o.reference, o.number, o.state, o.amount_minor, o.currency,
  o.day, o.changed_at, o.verdict, o.drift, o.seen_at`;

const BY_KEY = `
select ${SEEN} from unnest($2::text[], $3::text[]) as k(type, external_id)
join observation o on o.target = $1 and o.type = k.type and o.external_id = k.external_id`;

export async function readObservations(
  session: Session,
  target: string,
  keys: readonly ObservationKey[],
): Promise<Map<string, Seen>> {
  const result = await session.query<Seen>({
    name: "read-observations",
    text: BY_KEY,
    values: [target, keys.map((key) => key.type), keys.map((key) => key.externalId)],
  });
  return new Map(
    result.rows.map((row) => [keyText({ type: row.type, externalId: row.external_id }), row]),
  );
}

const OF_DAY = `select ${SEEN} from observation o
where o.target = $1 and o.day = $2::date and o.state = 'live' order by o.type, o.external_id`;

/** What the picture holds as live on a day. */
export async function listLiveOfDay(
  session: Session,
  target: string,
  day: string,
): Promise<Seen[]> {
  return (await session.query<Seen>(OF_DAY, [target, day])).rows;
}

const UNSETTLED = `select o.type, o.external_id, o.reference from observation o
where o.target = $1 and o.verdict in ('pending', 'unknown-reference')
order by o.type, o.external_id limit $2`;

/** What must be judged again although nothing may have changed in the target. */
export async function listUnsettled(
  session: Session,
  target: string,
  limit: number,
): Promise<(ObservationKey & { readonly reference: string | undefined })[]> {
  const result = await session.query<Pick<Seen, "type" | "external_id" | "reference">>(UNSETTLED, [
    target,
    limit,
  ]);
  return result.rows.map((row) => {
    return { type: row.type, externalId: row.external_id, reference: row.reference ?? undefined };
  });
}

export interface PictureTotal {
  readonly day: string;
  readonly type: string;
  readonly currency: string | null;
  readonly count: number;
  readonly minor: string;
}

const TOTALS = `
select o.day, o.type, o.currency, count(*)::int as count,
  coalesce(sum(o.amount_minor), 0)::text as minor
from observation o
where o.target = $1 and o.day between $2::date and $3::date and o.state = 'live'
group by o.day, o.type, o.currency`;

export async function totalPicture(
  session: Session,
  target: string,
  from: string,
  to: string,
): Promise<PictureTotal[]> {
  return (await session.query<PictureTotal>(TOTALS, [target, from, to])).rows;
}
