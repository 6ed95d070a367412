/**
 * Exception cases of drift, known by their document: one open case a document, whatever was done
 * to it and however often that was seen.
 */
import type { Session } from "./database.ts";

/** How a case knows its document. Types hold no space. */
export function documentName(document: {
  readonly type: string;
  readonly externalId: string;
}): string {
  return `${document.type} ${document.externalId}`;
}

export interface DriftCase {
  readonly id: string;
  /** `documentName` of it. */
  readonly document: string;
  readonly drift: string;
  readonly cause: string;
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly target: string;
  readonly object: string | undefined;
  readonly handoffId: string | undefined;
  readonly legalEntity: string | undefined;
  readonly amountMinor: bigint | undefined;
  readonly currency: string | undefined;
}

/** Seen again as it was, a case is not touched: who did it must not be lost to a later visit. */
const OPEN = `
insert into exception_case as c (id, kind, document, drift, cause, code, title, message, target,
  object, handoff_id, legal_entity, amount_minor, currency, owner_role)
select x.id, 'drift', x.document, x.drift, x.cause, x.code, x.title, x.message, x.target, x.object,
  x.handoff_id, x.legal_entity, x.amount_minor, x.currency, 'controller'
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
  $8::text[], $9::text[], $10::uuid[], $11::text[], $12::numeric[], $13::text[])
  as x(id, document, drift, cause, code, title, message, target, object, handoff_id, legal_entity,
    amount_minor, currency)
on conflict (target, document) where document is not null and state = 'open' do update
  set drift = excluded.drift, cause = excluded.cause, code = excluded.code,
    title = excluded.title, message = excluded.message, amount_minor = excluded.amount_minor,
    currency = excluded.currency
  where c.drift <> excluded.drift
returning id, document, xmax = 0 as is_new`;

export interface OpenedCase {
  readonly id: string;
  readonly document: string;
  /** False: the case was open and now tells another drift. */
  readonly is_new: boolean;
}

export async function openDriftCases(
  session: Session,
  cases: readonly DriftCase[],
): Promise<OpenedCase[]> {
  if (cases.length === 0) return [];
  const sorted = [...cases].sort((a, b) => (a.document < b.document ? -1 : 1));
  const column = <T>(of: (one: DriftCase) => T | undefined): (T | null)[] =>
    sorted.map((one) => of(one) ?? null);
  const result = await session.query<OpenedCase>(OPEN, [
    column((one) => one.id),
    column((one) => one.document),
    column((one) => one.drift),
    column((one) => one.cause),
    column((one) => one.code),
    column((one) => one.title),
    column((one) => one.message),
    column((one) => one.target),
    column((one) => one.object),
    column((one) => one.handoffId),
    column((one) => one.legalEntity),
    column((one) => one.amountMinor?.toString()),
    column((one) => one.currency),
  ]);
  return result.rows;
}

const CLOSE = `
update exception_case c set state = 'resolved', resolution = x.resolution, resolved_at = now()
from unnest($2::text[], $3::text[]) as x(document, resolution)
where c.target = $1 and c.document = x.document and c.state = 'open'
returning c.id, c.document`;

/** Ids of the cases that were open. */
export async function closeDriftCases(
  session: Session,
  target: string,
  rows: readonly { readonly document: string; readonly resolution: string }[],
): Promise<{ id: string; document: string }[]> {
  if (rows.length === 0) return [];
  const values = [target, rows.map((row) => row.document), rows.map((row) => row.resolution)];
  return (await session.query<{ id: string; document: string }>(CLOSE, values)).rows;
}

export interface OpenDrift {
  readonly id: string;
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly opened_at: string;
  /** How many are open, however many are listed. */
  readonly total: number;
}

const LIST = `
select id, code, title, message, opened_at, count(*) over ()::int as total from exception_case
where target = $1 and document is not null and state = 'open' order by opened_at, id limit $2`;

export async function listOpenDrift(
  session: Session,
  target: string,
  limit: number,
): Promise<OpenDrift[]> {
  return (await session.query<OpenDrift>(LIST, [target, limit])).rows;
}

const LOCK = `
select id, document, drift, state, target, title, message, object, legal_entity, amount_minor,
  currency
from exception_case where id = $1 and kind = 'drift' for update`;

export interface AcceptableCase {
  readonly id: string;
  readonly document: string;
  readonly drift: string;
  readonly state: string;
  readonly target: string;
  readonly title: string;
  readonly message: string;
  readonly object: string | null;
  readonly legal_entity: string | null;
  readonly amount_minor: string | null;
  readonly currency: string | null;
}

export async function lockDriftCase(
  session: Session,
  id: string,
): Promise<AcceptableCase | undefined> {
  return (await session.query<AcceptableCase>(LOCK, [id])).rows[0];
}

/** What was accepted is the drift of the case, which is what people saw; never a later one. */
const ACCEPT = `
with closed as (
  update exception_case set state = 'resolved', resolution = $2, resolved_at = now()
  where id = $1 and state = 'open' returning target, document, drift
)
update observation o set accepted = closed.drift from closed
where o.target = closed.target and o.type = split_part(closed.document, ' ', 1)
  and o.external_id = substr(closed.document, position(' ' in closed.document) + 1)`;

export async function acceptDrift(
  session: Session,
  id: string,
  resolution: string,
): Promise<boolean> {
  return (await session.query(ACCEPT, [id, resolution])).rowCount === 1;
}
