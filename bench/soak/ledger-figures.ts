/** What the ledger's server says of itself: sizes, dead rows, claims, WAL, backlog. */
import type { Pool } from "../../src/store/database.ts";
import { countTail } from "../../src/store/read-evidence.ts";

export interface LedgerFigures {
  readonly events: number;
  /** Tables and indexes of what grows with every event, bytes. */
  readonly history: number;
  /** Tables and indexes of what must not grow, bytes. */
  readonly standing: number;
  readonly live: number;
  readonly dead: number;
  readonly walBytes: number;
  readonly claims: number;
  readonly claimMs: number;
  readonly open: number;
  readonly unsealedSeconds: number;
}

/** Tables whose rows follow work and not history. */
const STANDING = ["handoff_need", "object_fetch", "budget", "lane", "hub", "stream_cursor"];

const SIZES = `
select coalesce(sum(pg_total_relation_size(relid)) filter (where relname <> all($1)), 0)::float8
    as history,
  coalesce(sum(pg_total_relation_size(relid)) filter (where relname = any($1)), 0)::float8
    as standing,
  sum(n_live_tup)::float8 as live, sum(n_dead_tup)::float8 as dead,
  (pg_current_wal_lsn() - '0/0')::float8 as "walBytes"
from pg_stat_user_tables where schemaname = 'public'`;

/** The claim of seats; constants are places in the counter's texts. */
const CLAIMS = `
select coalesce(sum(calls), 0)::float8 as claims,
  coalesce(sum(total_exec_time), 0)::float8 as "claimMs"
from pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database())
  and query like '%update handoff h set state =%lane_seat =%attempts = h.attempts%'`;

/** What is open, in ways that have an index each: looking must not become the heaviest load. */
const OPEN = `
select ((select count(*) from handoff where state = 'ready')
  + (select count(*) from handoff where state = 'sent')
  + (select count(*) from handoff where state = 'waiting' and not ordered)
  + (select count(*) from handoff
    where state = 'waiting' and ordered and not_before is null)
  + (select count(*) from handoff
    where state in ('unknown', 'waiting') and not_before is not null)
  + (select count(*) from exception_case where state = 'open'))::int as open`;

/** Rows that were ever written: counting them would read each of them. */
const EVENTS = `
select coalesce(sum(n_tup_ins), 0)::float8 as events
from pg_stat_user_tables where relname like 'event\\_2%'`;

export async function prepareCounting(pool: Pool): Promise<void> {
  await pool.query("create extension if not exists pg_stat_statements");
}

export async function readLedgerFigures(pool: Pool): Promise<LedgerFigures> {
  const row = async <T>(text: string, values: unknown[] = []): Promise<T> =>
    (await pool.query(text, values)).rows[0] as T;
  type Sizes = Pick<LedgerFigures, "history" | "standing" | "live" | "dead" | "walBytes">;
  const sizes = await row<Sizes>(SIZES, [STANDING]);
  const claims = await row<Pick<LedgerFigures, "claims" | "claimMs">>(CLAIMS);
  const { open } = await row<{ open: number }>(OPEN);
  const { events } = await row<{ events: number }>(EVENTS);
  const { oldest_seconds: unsealedSeconds } = await countTail(pool);
  return { ...sizes, ...claims, open, events, unsealedSeconds };
}
