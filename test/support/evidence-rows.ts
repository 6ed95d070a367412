/** Rows of every table that is sealed, as their writers leave them; made up, but complete. */
import type { Session } from "../../src/store/database.ts";

/** `$1`: ids; every column of the table gets a value, so that each can be tampered with. */
const inserts: Readonly<Record<string, string>> = {
  inbound: `
    insert into inbound (id, connection, fact_id, kind, origin, received_at, body, key_id, row_hash)
    select id, 'shop', 'fact ' || id, 'invoice.paid', 'webhook', now(), convert_to(id::text, 'UTF8'),
      7, sha256(convert_to(id::text, 'UTF8')) from unnest($1::uuid[]) id`,
  event: `
    insert into event (id, type, contract_version, connection, subject, version, occurred_at,
      received_at, correlation_id, causation_id, inbound_id, origin, region, legal_entity,
      amount_minor, currency, refs, data, key_id, row_hash)
    select id, 'invoice.paid', 1, 'shop', 'shop/invoice/' || id, 12, now(), now(), id, id, id,
      'webhook', 'eu', 'de', 119000.50, 'EUR', '[{"role":"customer","key":"Zoë \u2028"}]',
      convert_to(id::text, 'UTF8'), 7, sha256(convert_to(id::text, 'UTF8'))
    from unnest($1::uuid[]) id`,
  attempt: `
    insert into attempt (id, handoff_id, batch, kind, number, budget, lane_seat, fence, reference,
      send_key, guard, request_hash, request, key_id, send_by, settles_at, row_hash)
    select id, id, array[id, id], 'send', 1, 'books', 0, 4, 'ref', 'ref.0', 'external-id',
      sha256('x'), convert_to(id::text, 'UTF8'), 7, now(), now(),
      sha256(convert_to(id::text, 'UTF8')) from unnest($1::uuid[]) id`,
  outcome: `
    insert into outcome (id, attempt_id, handoff_id, class, code, message, external_id, answer,
      duration_ms, row_hash)
    select id, id, id, 'refused', 'E_X', 'déjà vu', '4711', '{"a":1}', 12,
      sha256(convert_to('9:déjà vu;7:{"a":1};', 'UTF8')) from unnest($1::uuid[]) id`,
  audit: `
    insert into audit (id, actor, second_actor, operation, subject, reason, before, after,
      expires_at, row_hash)
    select id, 'Ada', 'Grace', 'exclude', 'hof_1', 'why', '{"b": 1.50, "a": 2}', '{"c": null}',
      now(), sha256(convert_to('3:why;19:{"a": 2, "b": 1.50};11:{"c": null};', 'UTF8'))
    from unnest($1::uuid[]) id`,
  evidence_change: `
    insert into evidence_change (id, kind, table_name, row_id, new_hash, reason, row_hash)
    select id, 'replaced', 'inbound', id, sha256('y'), 'erased', sha256('6:erased;')
    from unnest($1::uuid[]) id`,
};

export const evidenceNames = Object.keys(inserts);

/** `count` rows with random ids, whose times say nothing about when they were written. */
export async function writeEvidence(
  session: Session,
  table: string,
  count: number,
): Promise<string[]> {
  const made = await session.query<{ ids: string[] }>(
    "select array_agg(gen_random_uuid()::text) as ids from generate_series(1, $1)",
    [count],
  );
  const ids = made.rows[0]?.ids ?? [];
  await session.query(inserts[table] ?? "", [ids]);
  return ids;
}

/** Names of the columns of a table, in no order. */
export async function columnsOf(session: Session, table: string): Promise<string[]> {
  const { rows } = await session.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [table],
  );
  return rows.map((row) => row.name);
}
