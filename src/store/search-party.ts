/**
 * Objects by words of a customer's name. The database function answers with keys of rows that the
 * asker may not see too, so they are kept only where an event of theirs is visible; that costs one
 * look into an index per key.
 */
import type { Json } from "../kernel/strict-json.ts";
import type { DataRow } from "./bodies.ts";
import { openData } from "./bodies.ts";
import type { Session } from "./database.ts";
import type { Keyring } from "./keyring.ts";

export interface PartyObject {
  readonly customer: string;
  readonly object: string;
}

const SEARCH = `
select p.customer, p.object from search_party($1::bytea[], $2) p
where exists (select 1 from event e where e.subject = p.object)`;

/** `words`: blinded, each different; all must be there. */
export async function searchParty(
  session: Session,
  words: readonly Uint8Array[],
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
    convert_from(data, 'UTF8')::jsonb ->> 'number' as number
  from event where subject = o.object order by version desc, id desc limit 1) e`;

export async function describeObjects(
  session: Session,
  objects: readonly string[],
): Promise<FoundObject[]> {
  if (objects.length === 0) return [];
  return (await session.query<FoundObject>(DESCRIBE, [objects])).rows;
}

/** The newest event of each object; a name is among what it may have to decipher. */
const NEWEST = `
select distinct on (subject) subject as object, type, id, key_id, data
from event where subject = any($1::text[])
order by subject, version desc, id desc`;

/**
 * The customer's name as the object's newest event has it: of the customer, or of its buyer; none
 * where the party is erased. Names are personal data: the session must be that of an asker who may
 * read bodies.
 */
export async function findPartyNames(
  session: Session,
  keyring: Keyring,
  objects: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (objects.length === 0) return new Map();
  const { rows } = await session.query<DataRow & { object: string; type: string }>(NEWEST, [
    objects,
  ]);
  const opened = await openData(keyring, rows);
  return new Map(
    rows.flatMap(({ object, type }, index) => {
      const name = nameIn(type, opened[index]?.data ?? null);
      return name === undefined ? [] : [[object, name] as const];
    }),
  );
}

function nameIn(type: string, data: Json): string | undefined {
  const { buyer, name } = (data ?? {}) as { buyer?: { name?: unknown }; name?: unknown };
  const found = buyer?.name ?? (type.startsWith("customer.") ? name : undefined);
  return typeof found === "string" ? found : undefined;
}
