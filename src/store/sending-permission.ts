/** Which life of the ledger this is, and whether it may send; the one row that says so. */
import type { Session } from "./database.ts";

export interface SendingState {
  readonly epoch: number;
  readonly allowed: boolean;
  readonly reason: string | null;
  readonly ledger: string;
  readonly instance: string;
  readonly raised_at: string | null;
  readonly confirmed_at: string | null;
  readonly ask_before: string | null;
}

const READ = `
select epoch, allowed, reason, ledger, instance, raised_at, confirmed_at, ask_before
from sending_permission`;

/** Undefined for a ledger whose one row is gone: it must not be taken for one that may send. */
export async function readSending(
  session: Session,
  lock: "" | "for update" = "",
): Promise<SendingState | undefined> {
  return (await session.query<SendingState>(`${READ} ${lock}`)).rows[0];
}

const FENCE = `
update sending_permission set allowed = false, reason = $3
where epoch = $1 and instance = $2 and allowed`;

/** Switches sending off for this instance; false when it was off, or another life has begun. */
export async function fenceSending(
  session: Session,
  life: { readonly epoch: number; readonly instance: string },
  reason: string,
): Promise<boolean> {
  const done = await session.query(FENCE, [life.epoch, life.instance, reason]);
  return done.rowCount === 1;
}

/**
 * Begins an epoch: sending is off, everything from before is asked for first. A ledger of a form
 * from before epochs has one row to switch off.
 */
export async function raiseEpoch(session: Session, why: string): Promise<number> {
  const there = await session.query<{ there: boolean }>(
    "select to_regprocedure('raise_epoch(text)') is not null as there",
  );
  if (there.rows[0]?.there !== true) {
    const text = `update sending_permission set epoch = epoch + 1, allowed = false, reason = $1
      returning epoch`;
    return (await session.query<{ epoch: number }>(text, [why])).rows[0]?.epoch ?? 0;
  }
  const result = await session.query<{ epoch: number }>("select raise_epoch($1) as epoch", [why]);
  return result.rows[0]?.epoch ?? 0;
}

export async function stopSending(session: Session, reason: string): Promise<void> {
  await session.query("update sending_permission set allowed = false, reason = $1", [reason]);
}

/** Notes an epoch above those that markers name; sending stays as it is. */
export async function setEpoch(session: Session, epoch: number, why: string): Promise<void> {
  const text = `
with moved as (
  update sending_permission set epoch = $1 where epoch < $1 returning instance, server)
insert into epoch (number, instance, why, server) select $1, instance, $2, server from moved`;
  await session.query(text, [epoch, why]);
}

/**
 * Lets sending begin. The first time after a restore everything that occurred until now, and a
 * while after by the sources' clocks, is asked for before it is sent.
 */
const RESUME = `
update sending_permission set allowed = true, reason = null,
  confirmed_at = case when raised_at is null or confirmed_at is not null then confirmed_at
    else now() end,
  ask_before = case when raised_at is null or confirmed_at is not null then ask_before
    else now() + interval '1 hour' end`;

export async function resumeSending(session: Session): Promise<void> {
  await session.query(RESUME);
}

const UNSENT = `
select target, count(*)::int as handoffs from handoff
where state not in ('confirmed', 'excluded', 'superseded') group by 1 order by 1`;

export async function countUnsent(
  session: Session,
): Promise<readonly { readonly target: string; readonly handoffs: number }[]> {
  return (await session.query<{ target: string; handoffs: number }>(UNSENT)).rows;
}

const SWEPT = `
select connection, stream, completed_at > $1::timestamptz as swept from stream_cursor`;

/** Streams that were read to their end after that moment, as `<connection> <stream>`. */
export async function findSweptSince(session: Session, since: string): Promise<Set<string>> {
  const result = await session.query<{ connection: string; stream: string; swept: boolean | null }>(
    SWEPT,
    [since],
  );
  const swept = result.rows.filter((row) => row.swept === true);
  return new Set(swept.map(({ connection, stream }) => `${connection} ${stream}`));
}

/** True when the ledger is not where it was last time: an epoch has begun and sending is off. */
export async function noticeServer(session: Session): Promise<boolean> {
  const result = await session.query<{ raised: boolean }>("select notice_server() as raised");
  return result.rows[0]?.raised === true;
}
