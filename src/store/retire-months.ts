/**
 * Retires a month of rows: proves that nothing live refers to it, records it as evidence, and drops
 * its partitions, all in one transaction. Whoever dies on the way has done nothing; whoever dies
 * after the commit has done all of it. (Detaching concurrently would need two transactions, and
 * PostgreSQL refuses it beside a default partition; docs/decisions/0023.)
 *
 * What stays: the rows' hashes in the manifests of their blocks, so that the chain verifies and
 * each of them has a name; identities, effects and links, so that a fact told again is known.
 */
import type { Pool, Session } from "./database.ts";
import { inTransaction } from "./database.ts";
import { storeErrors } from "./errors.ts";
import type { StoredMonth } from "./month-partitions.ts";
import { listMonths } from "./month-partitions.ts";
import type { RetentionClass } from "./retention-classes.ts";
import { tablesOfClass } from "./retention-classes.ts";

/** One month of one class: one partition of each of its tables. */
export interface MonthOfClass {
  readonly retentionClass: RetentionClass;
  /** `2026_11` */
  readonly month: string;
  readonly from: string;
  readonly upto: string;
  readonly partitions: readonly { readonly table: string; readonly partition: string }[];
  readonly bytes: number;
}

/** Complete months of a class that end at or before the id `upto`, oldest first. */
export async function listMonthsOfClass(
  session: Session,
  retentionClass: RetentionClass,
  upto: string,
): Promise<MonthOfClass[]> {
  const stored = await listMonths(session, tablesOfClass[retentionClass]);
  const months = new Map<string, StoredMonth[]>();
  for (const one of stored) {
    if (one.upto <= upto) months.set(one.month, [...(months.get(one.month) ?? []), one]);
  }
  return [...months.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([month, parts]) => ({
      retentionClass,
      month,
      from: parts[0]?.from ?? "",
      upto: parts[0]?.upto ?? "",
      partitions: parts.map(({ table, partition }) => ({ table, partition })),
      bytes: parts.reduce((sum, one) => sum + Number(one.bytes), 0),
    }));
}

/** Rows by table, and what keeps the month; none of the counts may be above zero. */
export interface MonthState {
  readonly rows: Readonly<Record<string, number>>;
  readonly blockers: readonly { readonly what: string; readonly count: number }[];
}

/** What may still be sent, asked, repaired or decided; an exclusion may expire. */
const LIVE = "state not in ('confirmed', 'superseded')";

/** Each `$1`, `$2`: the month's ids. Open work is little, months are large: start from the work. */
const BLOCKERS: Readonly<Record<RetentionClass, readonly (readonly [string, string])[]>> = {
  raw: [
    [
      "dead letters that are open",
      `select count(*) from dead_letter
       where state = 'open' and inbound_id >= $1 and inbound_id < $2`,
    ],
    [
      "open exceptions about it",
      `select count(*) from exception_case
       where state = 'open' and inbound_id >= $1 and inbound_id < $2`,
    ],
    [
      "handoffs that are not settled",
      `select count(*) from handoff h join event e on e.id = h.event_id
       where h.${LIVE} and e.inbound_id >= $1 and e.inbound_id < $2`,
    ],
  ],
  calls: [
    [
      "open exceptions about it",
      `select count(*) from exception_case x where x.state = 'open' and exists (
         select 1 from attempt a where a.handoff_id = x.handoff_id and a.id >= $1 and a.id < $2)`,
    ],
    [
      "handoffs that are not settled",
      `select count(*) from handoff h where h.${LIVE} and (
         h.last_attempt >= $1 and h.last_attempt < $2
         or exists (select 1 from attempt a
           where a.handoff_id = h.id and a.id >= $1 and a.id < $2)
         or exists (select 1 from outcome o
           where o.handoff_id = h.id and o.id >= $1 and o.id < $2))`,
    ],
  ],
};

const UNSEALED = (partition: string): string => `
select count(*) as count from (select from ${partition}
  where tx >= coalesce((select upto_tx from seal_block order by number desc limit 1), 0)
  limit 1000) x`;

/** Counts the rows and looks for what keeps them; the same look before and under the locks. */
export async function readMonth(session: Session, month: MonthOfClass): Promise<MonthState> {
  const count = async (text: string, values: readonly string[] = []): Promise<number> => {
    const { rows } = await session.query<{ count: string }>(text, [...values]);
    return Number(rows[0]?.count ?? 0);
  };
  const rows: Record<string, number> = {};
  let unsealed = 0;
  for (const { table, partition } of month.partitions) {
    rows[table] = await count(`select count(*) from ${partition}`);
    unsealed += await count(UNSEALED(partition));
  }
  const blockers: { what: string; count: number }[] = [];
  if (unsealed > 0) blockers.push({ what: "rows that are not sealed yet", count: unsealed });
  for (const [what, text] of BLOCKERS[month.retentionClass]) {
    const found = await count(text, [month.from, month.upto]);
    if (found > 0) blockers.push({ what, count: found });
  }
  return { rows, blockers };
}

/** Retiring needs each table for itself for a moment; intake and lanes wait that long at most. */
const LOCK_WAIT = "500ms";

/** The record that makes missing rows a retirement and no tampering; `row_hash` as in 0003. */
const RECORD = `
insert into evidence_change (id, kind, table_name, row_id, upto_id, reason, row_hash)
values ($1, 'retired', $2, $3, $4, $5, sha256(convert_to(evidence_field($5), 'UTF8')))`;

export interface Retirement {
  readonly month: MonthOfClass;
  /** One id for each table's record. */
  readonly newId: () => string;
  readonly reason: string;
  /** Writes what people shall read about it into the same transaction. */
  readonly audit: (session: Session, state: MonthState) => Promise<void>;
  /** Labelled points where a test may end the process; does nothing otherwise. */
  readonly crash?: (label: string) => void;
}

/**
 * Throws E_STORE_MONTH_IN_USE when something live refers to the month, E_STORE_MONTH_BUSY when the
 * tables could not be had for half a second; nothing is done then.
 */
export async function retireMonth(pool: Pool, retirement: Retirement): Promise<MonthState> {
  const { month, crash = () => undefined } = retirement;
  try {
    return await inTransaction(pool, async (session) => {
      await session.query(`set local lock_timeout = '${LOCK_WAIT}'`);
      for (const { partition } of month.partitions) {
        // Nothing is added from here on; reading goes on.
        await session.query(`lock table ${partition} in share mode`);
      }
      const state = await readMonth(session, month);
      if (state.blockers.length > 0) {
        const why = state.blockers.map(({ what, count }) => `${count} ${what}`).join(", ");
        throw storeErrors.E_STORE_MONTH_IN_USE({ month: month.month, why });
      }
      for (const { table } of month.partitions) {
        const { from, upto } = month;
        const values = [retirement.newId(), table, from, upto, retirement.reason];
        await session.query(RECORD, values);
      }
      await retirement.audit(session, state);
      crash("retire-recorded");
      for (const { table, partition } of month.partitions) {
        await session.query(`alter table ${table} detach partition ${partition}`);
        crash("retire-detached");
        await session.query(`drop table ${partition}`);
      }
      crash("retire-before-commit");
      return state;
    });
  } catch (thrown) {
    if (isLockTimeout(thrown)) throw storeErrors.E_STORE_MONTH_BUSY({ month: month.month }, thrown);
    throw thrown;
  }
}

function isLockTimeout(thrown: unknown): boolean {
  return (
    thrown instanceof Error && "code" in thrown && ["55P03", "40P01"].includes(String(thrown.code))
  );
}
