/**
 * Objects by words of a customer's name. The database function answers with keys of rows that the
 * asker may not see too, so they are kept only where an event of theirs is visible; that costs one
 * look into an index per key.
 */
import type { Session } from "./database.ts";

export interface PartyObject {
  readonly customer: string;
  readonly object: string;
}

const SEARCH = `
select p.customer, p.object from search_party($1, $2) p
where exists (select 1 from event e where e.subject = p.object)`;

/** `words`: a tsquery of the configuration `simple`. */
export async function searchParty(
  session: Session,
  words: string,
  most: number,
): Promise<PartyObject[]> {
  return (await session.query<PartyObject>(SEARCH, [words, most])).rows;
}

export interface FoundObject {
  readonly object: string;
  readonly occurred_at: string;
  readonly amount_minor: string | null;
  readonly currency: string | null;
  readonly number: string | null;
  readonly exceptions: number;
}

/** What a list of finds shows of each object, from its newest event. */
const DESCRIBE = `
select o.object, e.occurred_at, e.amount_minor, e.currency, e.number,
  (select count(*)::int from exception_case x
    where x.state = 'open' and x.object = o.object) as exceptions
from unnest($1::text[]) as o(object)
cross join lateral (
  select occurred_at, amount_minor, currency,
    case when key_id is null then convert_from(data, 'UTF8')::jsonb ->> 'number' end as number
  from event where subject = o.object order by version desc, id desc limit 1) e`;

export async function describeObjects(
  session: Session,
  objects: readonly string[],
): Promise<FoundObject[]> {
  if (objects.length === 0) return [];
  return (await session.query<FoundObject>(DESCRIBE, [objects])).rows;
}

/** The customer's name as the object's newest event has it: of the customer, or of its buyer. */
const NAMES = `
select distinct on (subject) subject as object,
  coalesce(data -> 'buyer' ->> 'name', case when type like 'customer.%' then data ->> 'name' end)
    as name
from (
  select subject, type, version, id, convert_from(data, 'UTF8')::jsonb as data
  from event where subject = any($1::text[]) and key_id is null) e
order by subject, version desc, id desc`;

/** Names are personal data: the session must be that of an asker who may read bodies. */
export async function findPartyNames(
  session: Session,
  objects: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (objects.length === 0) return new Map();
  const result = await session.query<{ object: string; name: string | null }>(NAMES, [objects]);
  return new Map(result.rows.flatMap((row) => (row.name === null ? [] : [[row.object, row.name]])));
}
