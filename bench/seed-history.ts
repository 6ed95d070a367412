/**
 * Fills a ledger with rows as intake leaves them, by statements over whole sets: a million in about
 * a minute instead of five. The data of an event is a real translation of a load event in which
 * the nine digits of its index are replaced.
 */
import { systemClock, systemRandom } from "../src/app/system.ts";
import { stripeSource } from "../src/connectors/stripe/source.ts";
import { sealCommitted } from "../src/engine/sealer.ts";
import { canonicalJson } from "../src/kernel/canonical-json.ts";
import type { Json } from "../src/kernel/strict-json.ts";
import type { Pool } from "../src/store/database.ts";
import { stripeSettings } from "./hub-input.ts";
import { indexText, invoiceEvent } from "./load-events.ts";

/** Stands for an event's index in texts that are made once and filled in by PostgreSQL. */
const PLACE = indexText(999_999_999);
const PREFIX = "seed";

/**
 * An id as ours are: milliseconds first, so that it falls into its month's partition, and in the
 * order of its number. `kind` keeps the ids of different tables apart.
 */
export const ID_FUNCTION = `
create or replace function bench_id(base_ms bigint, kind integer, i bigint) returns uuid
language sql immutable parallel safe as $$
  select (lpad(to_hex(base_ms + i / 16), 12, '0') || '7' || lpad(to_hex(kind), 3, '0')
    || '8' || lpad(to_hex(i % 16), 3, '0') || lpad(to_hex(i), 12, '0'))::uuid
$$`;

const EVENTS = `
insert into event (id, type, contract_version, connection, subject, version, occurred_at,
  received_at, correlation_id, inbound_id, origin, legal_entity, amount_minor, currency, refs,
  data, row_hash)
select bench_id($1, 1, i), 'invoice.finalized', 1, 'stripe', replace($2, '${PLACE}', n),
  $1 + i, to_timestamp($1 / 1000.0), now(), md5(n)::uuid, bench_id($1, 2, i), 'webhook', 'de',
  11500, 'EUR', $3, data, sha256(data)
from generate_series($5::bigint, $6::bigint) i, lateral (select lpad(i::text, 9, '0') as n) t,
lateral (select convert_to(replace($4, '${PLACE}', n), 'UTF8') as data) d`;

const INBOUND = `
insert into inbound (id, connection, fact_id, kind, origin, received_at, body, row_hash)
select bench_id($1, 2, i), 'stripe', 'evt_seed' || n, 'invoice.finalized', 'webhook', now(),
  body, sha256(body)
from generate_series($2::bigint, $3::bigint) i, lateral (select lpad(i::text, 9, '0') as n) t,
lateral (select convert_to('{"id":"evt_seed' || n || '"}', 'UTF8') as body) b`;

const IDENTITIES = `
insert into event_identity (identity, stable_hash, inbound_id, verdict)
select bench_id($1, 3, i), sha256(i::text::bytea), bench_id($1, 2, i), 'events'
from generate_series($2::bigint, $3::bigint) i`;

const MENTIONS = `
insert into mention (key, object)
select 'SEED-' || n, replace($1, '${PLACE}', n)
from generate_series($2::bigint, $3::bigint) i, lateral (select lpad(i::text, 9, '0') as n) t`;

export interface Range {
  readonly first: number;
  readonly last: number;
}

export interface Seed {
  /** Epoch milliseconds that the ids of the seed begin with. */
  readonly baseMs: number;
  /** Object key of an event's subject, with the place for its number. */
  readonly subject: string;
}

interface Sample extends Seed {
  readonly data: string;
  readonly refs: string;
}

/** A translation of one load event, by the product's own connector. */
function sampleOf(baseMs: number): Sample {
  const source = stripeSource(stripeSettings, { clock: systemClock, random: systemRandom });
  const raw = invoiceEvent(Number(PLACE), PREFIX, Math.floor(baseMs / 1000)) as Json;
  const translation = source.translate(raw, "webhook");
  const draft = translation.kind === "events" ? translation.events[0] : undefined;
  if (draft === undefined) throw new Error("the load event is not translated");
  return {
    baseMs,
    subject: draft.subject,
    data: canonicalJson(draft.data),
    refs: canonicalJson(draft.references.map(({ role, key }) => ({ role, key }))),
  };
}

/** Events by number, with data in full. Milliseconds of an hour ago, so that no clock is ahead. */
export async function seedEvents(pool: Pool, range: Range, slim: boolean): Promise<Seed> {
  await pool.query(ID_FUNCTION);
  const month = new Date(systemClock.now());
  const hourAgo = systemClock.now() - 3_600_000;
  const baseMs = Math.max(hourAgo, Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), 1));
  const sample = sampleOf(baseMs);
  const data = slim ? slimmed(sample.data) : sample.data;
  const { subject, refs } = sample;
  await pool.query(EVENTS, [baseMs, subject, refs, data, range.first, range.last]);
  return { baseMs, subject };
}

/** What the books read of an invoice, and no more: a million of them should fit anywhere. */
function slimmed(text: string): string {
  const { id, number, customerId, gross } = JSON.parse(text) as Record<string, Json>;
  return canonicalJson({ id, number, customerId, gross } as Json);
}

/** All that intake would have left of `count` events before now, their handoffs left out. */
export async function seedHistory(pool: Pool, count: number): Promise<void> {
  if (count === 0) return;
  const range = { first: 1, last: count };
  const { baseMs, subject } = await seedEvents(pool, range, true);
  await pool.query(INBOUND, [baseMs, range.first, range.last]);
  await pool.query(IDENTITIES, [baseMs, range.first, range.last]);
  await pool.query(MENTIONS, [subject, range.first, range.last]);
  await settleSeed(pool);
}

/**
 * Seals, statistics, visibility and the disk as they are in a ledger that has been running. A seed
 * is a few huge transactions, and one transaction is sealed as a whole: left to the hub's sealer, a
 * million events are one statement of 20 s in the middle of what is measured, and no index forgets
 * a dead entry while it runs.
 */
export async function settleSeed(pool: Pool): Promise<void> {
  while ((await sealCommitted(pool)) > 0);
  await pool.query("vacuum (analyze)");
  await pool.query("checkpoint");
}
