/**
 * What the warehouse holds, in few figures, for the tie-out with the event log.
 *
 * day    calendar day in UTC on which the events occurred in their source
 * hash   sum over the day's event ids of the first 60 bits of SHA-256 of the id's text (36 lower
 *        case characters), as decimal text: the same for any order, another one for another set
 * sum    of the headline amounts, per currency, in minor units; of the feed it is a control
 *        total over all kinds of events, no figure of business
 */
import type pg from "pg";
import type { Money } from "../../kernel/money.ts";
import { parseMoney } from "../../kernel/money.ts";
import { qualified } from "./insert-rows.ts";
import { openPool } from "./pool.ts";
import { entityTables } from "./tables.ts";

export interface EntityTotals {
  readonly entity: string;
  readonly count: number;
  /** In the order of the currencies; empty where the entity has no amount. */
  readonly sums: readonly Money[];
}

export interface DayTotals {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly count: number;
  readonly hash: string;
  readonly sums: readonly Money[];
}

export interface WarehouseTotals {
  readonly entities: readonly EntityTotals[];
  /** Oldest first; days without events are not listed. */
  readonly days: readonly DayTotals[];
}

/** SQL of one id's part of a day's hash; the other side of a tie-out uses the same. */
export function eventHashSql(id: string): string {
  const digest = `encode(sha256(convert_to(${id}::text, 'UTF8')), 'hex')`;
  return `('x' || substr(${digest}, 1, 15))::bit(60)::bigint`;
}

const TIMEOUT_MS = 600_000;

/** All in one snapshot. Throws what PostgreSQL throws when it cannot be read. */
export async function warehouseTotals(url: string, schema = "warehouse"): Promise<WarehouseTotals> {
  const settings = { url, connections: 1, timeoutMs: TIMEOUT_MS };
  const pool = openPool(settings, () => undefined);
  const client = await pool.connect();
  try {
    await client.query("begin transaction isolation level repeatable read, read only");
    const entities: EntityTotals[] = [];
    for (const { entity, name, headline } of entityTables) {
      const table = qualified(schema, name);
      const sum = headline.amount === undefined ? undefined : `"${headline.amount}"`;
      entities.push({ entity, ...(await readEntity(client, table, sum)) });
    }
    const days = await readDays(client, qualified(schema, "event_feed"));
    await client.query("commit");
    return { entities, days };
  } finally {
    client.release();
    await pool.end();
  }
}

interface SumRow {
  readonly count: string;
  readonly currency: string | null;
  readonly sum: string | null;
}

async function readEntity(client: pg.ClientBase, table: string, amount: string | undefined) {
  const text =
    amount === undefined
      ? `select count(*) as count, null as currency, null as sum from ${table}`
      : `select count(*) as count, currency, sum(${amount})::text as sum
from ${table} group by currency order by currency`;
  const { rows } = await client.query<SumRow>(text);
  return { count: countOf(rows), sums: sumsOf(rows) };
}

async function readDays(client: pg.ClientBase, feed: string): Promise<DayTotals[]> {
  const { rows } = await client.query<SumRow & { day: string; hash: string }>(`
select to_char(occurred_at at time zone 'utc', 'YYYY-MM-DD') as day, currency,
  count(*) as count, sum(amount)::text as sum, sum(${eventHashSql("event_id")})::text as hash
from ${feed} group by 1, 2 order by 1, 2`);
  const days = new Map<string, typeof rows>();
  for (const row of rows) days.set(row.day, [...(days.get(row.day) ?? []), row]);
  return [...days].map(([day, parts]) => ({
    day,
    count: countOf(parts),
    hash: parts.reduce((sum, { hash }) => sum + BigInt(hash), 0n).toString(),
    sums: sumsOf(parts),
  }));
}

function countOf(rows: readonly SumRow[]): number {
  return rows.reduce((sum, { count }) => sum + Number(count), 0);
}

function sumsOf(rows: readonly SumRow[]): Money[] {
  return rows.flatMap(({ currency, sum }) =>
    currency === null || sum === null ? [] : [parseMoney({ amount: sum, currency })],
  );
}
