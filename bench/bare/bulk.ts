/**
 * The limit of P3: the least that a drain through a Node process does on these cores. It takes
 * events off a queue many at a time, reads their data, parses it, hands it to the target, and
 * deletes them from the queue in the same transaction.
 *
 * The target does nothing, or it is a warehouse of two tables: the feed and a few columns an
 * invoice. No attempt is written ahead, nothing is merged by version, no table is typed, no field
 * is deciphered, no answer is recorded.
 *
 * Input: databaseUrl of a ledger with seeded events, lanes; warehouseUrl. Answers as a peer does.
 */
import pg from "pg";
import { textArray } from "../../src/connectors/kit/binary-array.ts";
import { programInput, say } from "../programs.ts";

interface BulkInput {
  readonly databaseUrl: string;
  readonly warehouseUrl?: string;
  readonly lanes: number;
}

const BATCH = 1000;

const QUEUE = `
create table bare_queue as select id as event_id from event;
alter table bare_queue add primary key (event_id);
analyze bare_queue`;

const TAKE = `
with taken as (
  delete from bare_queue where event_id in (
    select event_id from bare_queue order by event_id limit ${BATCH} for update skip locked)
  returning event_id
)
select e.id, e.subject, e.version, convert_from(e.data, 'UTF8') as data
from taken join event e on e.id = taken.event_id`;

const WAREHOUSE = `
create table bare_feed (id uuid primary key, data jsonb not null);
create table bare_invoice (
  object_key text collate "C" primary key, version bigint not null, number text, total text)`;

const LOAD = `
with f as (
  insert into bare_feed select id, data::jsonb from unnest($1::uuid[], $2::text[]) x(id, data)
  on conflict do nothing
)
insert into bare_invoice select * from unnest($3::text[], $4::bigint[], $5::text[], $6::text[])
on conflict (object_key) do update set version = excluded.version, number = excluded.number,
  total = excluded.total`;

interface Row {
  readonly id: string;
  readonly subject: string;
  readonly version: string;
  readonly data: string;
}

const input = programInput<BulkInput>();
const ledger = new pg.Pool({ connectionString: input.databaseUrl, max: input.lanes });
const warehouse =
  input.warehouseUrl === undefined
    ? undefined
    : new pg.Pool({ connectionString: input.warehouseUrl, max: input.lanes });
await ledger.query(QUEUE);
await warehouse?.query(WAREHOUSE);

async function apply(rows: readonly Row[]): Promise<void> {
  const events = rows.map(({ data }) => JSON.parse(data) as { number?: string; total?: object });
  await warehouse?.query({
    name: "load",
    text: LOAD,
    values: [
      rows.map(({ id }) => id),
      textArray(rows.map(({ data }) => data)),
      textArray(rows.map(({ subject }) => subject)),
      rows.map(({ version }) => version),
      textArray(events.map(({ number }) => number)),
      textArray(events.map(({ total }) => JSON.stringify(total ?? null))),
    ],
  });
}

async function takeSome(): Promise<number> {
  const client = await ledger.connect();
  try {
    await client.query("begin");
    const { rows } = await client.query<Row>({ name: "take", text: TAKE });
    await apply(rows);
    await client.query("commit");
    return rows.length;
  } finally {
    client.release();
  }
}

let count = 0;
async function drain(): Promise<void> {
  for (let taken = await takeSome(); taken > 0; taken = await takeSome()) count += taken;
}

const started = performance.now();
await Promise.all(Array.from({ length: input.lanes }, drain));
const seconds = (performance.now() - started) / 1000;
await ledger.end();
await warehouse?.end();
say({ count, seconds, perSecond: Math.round(count / seconds), setting: { ...input } });
