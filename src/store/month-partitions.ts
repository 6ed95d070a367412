/** Months as partitions: their names, their bounds as ids, and those that exist. */
import { uuidFromParts } from "../kernel/ids.ts";
import type { Session } from "./database.ts";

/** Tables that are partitioned by the month of their ids. */
export const monthlyTables = ["inbound", "event", "handoff", "attempt", "outcome"] as const;

const NOTHING = new Uint8Array(10);

/** A bound below every id of a month: its first millisecond, then zeros, no version bits. */
export function firstId(year: number, month: number): string {
  const id = uuidFromParts(Date.UTC(year, month, 1), 7, NOTHING);
  return `${id.slice(0, 13)}-0000-0000-000000000000`;
}

export interface Month {
  /** As in names of partitions: `2026_11`. */
  readonly name: string;
  /** Ids of the month: from, and up to but not including. */
  readonly from: string;
  readonly upto: string;
}

/** `offset`: months from the one that holds `nowMs`, in UTC. */
export function monthAt(nowMs: number, offset: number): Month {
  const now = new Date(nowMs);
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth() + offset];
  const first = new Date(Date.UTC(year, month, 1));
  const name = first.toISOString().slice(0, 7).replace("-", "_");
  return { name, from: firstId(year, month), upto: firstId(year, month + 1) };
}

export interface StoredMonth {
  readonly table: string;
  /** `2026_11` */
  readonly month: string;
  readonly partition: string;
  readonly from: string;
  readonly upto: string;
  readonly bytes: string;
}

const STORED = `
select p.relname as table, c.relname as partition,
  substr(c.relname, length(p.relname) + 2) as month, b.bound[1] as from, b.bound[2] as upto,
  pg_total_relation_size(c.oid) as bytes
from pg_inherits i
join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
cross join lateral (select regexp_match(pg_get_expr(c.relpartbound, c.oid),
  'FROM \\(''([0-9a-f-]{36})''\\) TO \\(''([0-9a-f-]{36})''\\)') as bound) b
where p.relname = any($1::text[]) and p.relnamespace = current_schema()::regnamespace
  and b.bound is not null and not i.inhdetachpending
order by c.relname`;

/** Monthly partitions of the tables, oldest first; the default partitions are none. */
export async function listMonths(
  session: Session,
  tables: readonly string[],
): Promise<StoredMonth[]> {
  return (await session.query<StoredMonth>(STORED, [tables])).rows;
}
