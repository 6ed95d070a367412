/** How every outside account stands: budgets with their seats, queues, cursors, hubs. */
import type { Session } from "./database.ts";

export interface BudgetRow {
  readonly name: string;
  readonly concurrency: number;
  readonly rate_per_second: string | null;
  readonly paused_until: string | null;
  readonly pause_code: string | null;
  readonly paused: boolean;
  readonly seats: number;
  readonly seats_held: number;
  readonly seats_calling: number;
}

const BUDGETS = `
select b.name, b.concurrency, b.rate_per_second, b.paused_until, b.pause_code,
  coalesce(b.paused_until > now(), false) as paused,
  (count(l.seat) filter (where l.seat < b.concurrency))::int as seats,
  (count(l.seat) filter (where l.lease_until > now()))::int as seats_held,
  (count(l.seat) filter (where exists (
    select 1 from handoff h
    where h.budget = l.budget and h.lane_seat = l.seat and h.state = 'sent')))::int as seats_calling
from budget b left join lane l on l.budget = b.name
group by b.name order by b.name`;

export async function listBudgets(session: Session): Promise<BudgetRow[]> {
  return (await session.query<BudgetRow>(BUDGETS)).rows;
}

export interface QueueRow {
  readonly target: string;
  readonly budget: string;
  readonly state: string;
  readonly handoffs: number;
  readonly oldest_at: string;
}

/** Open handoffs only, so the cost follows the backlog and not the history. */
const QUEUES = `
select target, budget, state, count(*)::int as handoffs, min(created_at) as oldest_at
from handoff where state not in ('confirmed', 'excluded', 'superseded')
group by target, budget, state order by target, budget, state`;

export async function listQueues(session: Session): Promise<QueueRow[]> {
  return (await session.query<QueueRow>(QUEUES)).rows;
}

export interface CursorRow {
  readonly connection: string;
  readonly stream: string;
  readonly swept_at: string | null;
  readonly age_seconds: number | null;
}

const CURSORS = `
select connection, stream, swept_at, floor(extract(epoch from now() - swept_at))::int as age_seconds
from stream_cursor order by connection, stream`;

export async function listCursors(session: Session): Promise<CursorRow[]> {
  return (await session.query<CursorRow>(CURSORS)).rows;
}

export interface HubRow {
  readonly name: string;
  readonly version: string;
  readonly seen_at: string;
  readonly alive: boolean;
}

const HUBS = `
select name, version, seen_at, seen_at > now() - interval '10 seconds' as alive
from hub order by name`;

export async function listHubs(session: Session): Promise<HubRow[]> {
  return (await session.query<HubRow>(HUBS)).rows;
}

export interface SendingRow {
  readonly epoch: number;
  readonly allowed: boolean;
  readonly reason: string | null;
}

export async function findSendingPermission(session: Session): Promise<SendingRow> {
  const text = "select epoch, allowed, reason from sending_permission";
  const row = (await session.query<SendingRow>(text)).rows[0];
  // A ledger whose one row is gone must not be taken for one that may send.
  return row ?? { epoch: 0, allowed: false, reason: "the row that permits sending is missing" };
}
