/**
 * A ledger to be searched: customers with names, their invoices, the numbers and ids by which a
 * person may know them, and some open cases. Written by SQL as intake leaves it, over four legal
 * entities in turn.
 */
import { systemClock } from "../src/app/system.ts";
import type { Pool } from "../src/store/database.ts";
import type { Keyring } from "../src/store/keyring.ts";
import { beginningsOf } from "../src/store/name-words.ts";
import { insertPartyWords } from "../src/store/party-words.ts";
import { SOURCE } from "./load-events.ts";
import { ID_FUNCTION, settleSeed } from "./seed-history.ts";

export const ENTITIES = ["us", "de", "jp", "fr"] as const;

/** One event in twenty is of a customer, who so has nineteen invoices. */
export const INVOICES_EACH = 19;

const FIRST = words("Al Be Cor Dan El Fer Gil Har Is Jor Kes Lin", "bor den mar ros ton");
const SECOND = words("Bril Cres Dor Fal Glen Hol Kar Lor Mer Nor Pel Quin", "dale ford more wick");
const LAST = ["GmbH", "Inc.", "KK", "SARL", "Ltd", "AG", "BV", "AB", "Oy", "SpA", "SA", "LLC"];

function words(heads: string, tails: string): string[] {
  return heads.split(" ").flatMap((head) => tails.split(" ").map((tail) => head + tail));
}

/** The name of the customer of that number; 60 first words, 48 second ones, then they repeat. */
export function customerName(number: number): string {
  // Each name once in each legal entity, so that no word tells whose it is.
  const name = Math.floor(number / ENTITIES.length);
  const first = FIRST[name % FIRST.length] ?? "";
  const second = SECOND[Math.floor(name / FIRST.length) % SECOND.length] ?? "";
  return `${first} ${second} ${LAST[number % LAST.length] ?? ""}`;
}

export function entityOf(number: number): string {
  return ENTITIES[number % ENTITIES.length] ?? "";
}

/** As the source writes them. */
export const textOf = {
  invoice: (number: number): string => `in_seed${digits(number)}`,
  invoiceNumber: (number: number): string => `INV-${digits(number)}`,
  bookNumber: (number: number): string => `SO${digits(number)}`,
} as const;

export function invoiceObject(number: number): string {
  return `${SOURCE}/invoice/${textOf.invoice(number)}`;
}

function digits(number: number): string {
  return String(number).padStart(9, "0");
}

const NUMBERED = `
generate_series($2::bigint, $3::bigint) i,
lateral (select lpad(i::text, 9, '0') as n, ($4::text[])[i % 4 + 1] as entity) t`;

const CUSTOMERS = `
insert into event (id, type, contract_version, connection, subject, version, occurred_at,
  received_at, correlation_id, inbound_id, origin, legal_entity, refs, data, row_hash)
select bench_id($1, 4, i), 'customer.created', 1, 'stripe', 'stripe/customer/cus_seed' || n,
  $1 + i, to_timestamp($1 / 1000.0), now(), md5('customer' || n)::uuid, bench_id($1, 2, i),
  'webhook', t.entity, '[]', data, sha256(data)
from ${NUMBERED}, lateral (
  select convert_to(json_build_object('id', 'cus_seed' || n, 'name', ($5::text[])[i])::text, 'UTF8')
    as data) d`;

/** Customer and legal entity of invoice i: those of customer i % customers + 1. */
const INVOICES = `
insert into event (id, type, contract_version, connection, subject, version, occurred_at,
  received_at, correlation_id, inbound_id, origin, legal_entity, amount_minor, currency, refs,
  data, row_hash)
select bench_id($1, 1, i), 'invoice.finalized', 1, 'stripe', 'stripe/invoice/in_seed' || n,
  $1 + i, to_timestamp($1 / 1000.0), now(), md5('invoice' || n)::uuid, bench_id($1, 2, i),
  'webhook', ($4::text[])[c % 4 + 1], 11500, 'EUR',
  '[{"key":"stripe/customer/cus_seed' || lpad(c::text, 9, '0') || '","role":"customer"}]',
  data, sha256(data)
from generate_series($2::bigint, $3::bigint) i,
lateral (select lpad(i::text, 9, '0') as n, i % $6::bigint + 1 as c) t,
lateral (
  select convert_to(json_build_object('id', 'in_seed' || n, 'number', 'INV-' || n,
    'buyer', json_build_object('name', ($5::text[])[c]))::text, 'UTF8') as data) d`;

const MENTIONS = `
insert into mention (key, object)
select 'INV-' || n, 'stripe/invoice/in_seed' || n
from generate_series($1::bigint, $2::bigint) i, lateral (select lpad(i::text, 9, '0') as n) t`;

const LINKS = `
insert into link (target, object, external_id, number, reference)
select 'books', 'stripe/invoice/in_seed' || n, (1000000 + i)::text, 'SO' || n, 'seed' || n
from generate_series($1::bigint, $2::bigint) i, lateral (select lpad(i::text, 9, '0') as n) t`;

/** One invoice in a thousand has an open case. */
const CASES = `
insert into exception_case (id, kind, cause, code, title, message, target, object, legal_entity)
select gen_random_uuid(), 'object', 'seed', 'E_SEED', 'Seeded', 'Seeded', 'books',
  'stripe/invoice/in_seed' || lpad(i::text, 9, '0'), 'us'
from generate_series(1000, $1::bigint, 1000) i`;

export interface SearchSeed {
  readonly customers: number;
  readonly invoices: number;
}

export async function seedSearch(
  pool: Pool,
  keyring: Keyring,
  events: number,
): Promise<SearchSeed> {
  const customers = Math.max(1, Math.floor(events / (INVOICES_EACH + 1)));
  const invoices = events - customers;
  const month = new Date(systemClock.now());
  const first = Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), 1);
  const baseMs = Math.max(systemClock.now() - 3_600_000, first);
  const names = Array.from({ length: customers }, (_, i) => customerName(i + 1));
  await pool.query(ID_FUNCTION);
  await pool.query(CUSTOMERS, [baseMs, 1, customers, ENTITIES, names]);
  await pool.query(INVOICES, [baseMs, 1, invoices, ENTITIES, names, customers]);
  await seedWords(pool, keyring, names);
  await pool.query(MENTIONS, [1, invoices]);
  await pool.query(LINKS, [1, invoices]);
  await pool.query(CASES, [invoices]);
  await settleSeed(pool);
  return { customers, invoices };
}

/** Customers whose words are written in one statement. */
const PIECE = 5000;

/** By the code that intake uses: the words are hashes under the ledger's own key. */
async function seedWords(pool: Pool, keyring: Keyring, names: readonly string[]): Promise<void> {
  const { blind } = await keyring.secrets();
  for (let from = 0; from < names.length; from += PIECE) {
    const parties = names.slice(from, from + PIECE).map((name, index) => ({
      party: `stripe/customer/cus_seed${digits(from + index + 1)}`,
      words: beginningsOf(name).map(blind),
    }));
    await insertPartyWords(pool, parties);
  }
}

/** Of which customer, and so of which legal entity, an invoice is. */
export function customerOf(invoice: number, { customers }: SearchSeed): number {
  return (invoice % customers) + 1;
}
