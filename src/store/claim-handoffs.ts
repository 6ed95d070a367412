/**
 * Claims what a seat sends next: ready handoffs by class, then deadline. The rows turn `sent` here
 * and the transaction commits only together with their attempts, so nothing leaves unwritten.
 *
 * `skip locked` lets seats of one budget claim beside each other without waiting. Nothing is
 * claimed while sending is off (a restored ledger) or while the budget is paused (the target said
 * "too many"). The lowest class comes first on a reserved seat, or a backfill would starve.
 *
 * Written as a scalar subquery and as an array, because the planner turns an `exists` under an `or`
 * into a scan of every head, and a join on the picked ids into one of every handoff: with 100,000
 * heads a claim took 118 ms so, and 11 ms this way.
 *
 * The lowest class first means each class by itself, from the last one on, until the seat has
 * enough: the index on class and deadline serves no order in which one of the two runs backwards,
 * and with a million ready a claim sorted all of them: 12 s, and nothing that died meanwhile could
 * be forgotten by the claims beside it.
 *
 * An ordered handoff is claimed only while it is the one its object's head lets out: a head that
 * moved in between (a repair, an exclusion) is seen here.
 */
import type pg from "pg";
import { serviceClasses } from "../contracts/service-class.ts";
import { rankOf } from "../handoffs/service-class.ts";
import type { Pool, Session } from "./database.ts";
import { inTransaction } from "./database.ts";
import type { Seat } from "./take-lane.ts";

export interface ClaimedHandoff {
  readonly id: string;
  readonly event_id: string;
  readonly target: string;
  readonly operation: string;
  readonly effect: "fact" | "state";
  readonly object: string;
  readonly version: string;
  readonly ordered: boolean;
  readonly reference: string;
  readonly generation: number;
  readonly attempts: number;
  readonly probes: number;
  readonly last_attempt: string | null;
  readonly correlation_id: string;
  readonly legal_entity: string | null;
  readonly deadline_at: string;
  /** The epoch in which the target was last asked for it and had nothing. */
  readonly asked_epoch: number | null;
}

const RETURNING = `h.id, h.event_id, h.target, h.operation, h.effect, h.object, h.version,
  h.ordered, h.reference, h.generation, h.attempts, h.probes, h.last_attempt, h.correlation_id,
  h.legal_entity, h.deadline_at, h.asked_epoch`;

const OPEN_BUDGET = `
with open_budget as (
  select b.name from budget b, sending_permission p
  where b.name = $1 and p.allowed and (b.paused_until is null or b.paused_until <= now())
)`;

/** `blocked`: leaves out the operations named in $5, as `<connection> <operation>`. */
function ready(condition: string, order: string, blocked: boolean): string {
  const free = blocked ? "and h.target || ' ' || h.operation <> all ($5::text[])" : "";
  return `select h.id from handoff h
  where h.budget = (select name from open_budget) and h.state = 'ready' ${condition}
    and (not h.ordered or h.id = (
      select o.open_handoff from object_head o
      where o.target = h.target and o.object = h.object))
    ${free}
  order by ${order} limit $4 for update skip locked`;
}

function highestFirst(blocked: boolean): string {
  return ready("", "h.class, h.deadline_at, h.id", blocked);
}

/** Read one after the other, and none that the limit does not reach: nothing there is locked. */
function lowestFirst(blocked: boolean): string {
  const ranks = serviceClasses.map(rankOf).sort((a, b) => b - a);
  const classes = ranks.map(
    (rank) => `select id from (
  ${ready(`and h.class = ${rank}`, "h.deadline_at, h.id", blocked)}) class_${rank}`,
  );
  return `select id from (${classes.join("\n  union all ")}) c limit $4`;
}

function claimText(picked: string): string {
  return `${OPEN_BUDGET}, picked as (
  ${picked}
)
update handoff h set state = 'sent', lane_seat = $2, fence = $3, attempts = h.attempts + 1,
  changed_at = now()
where h.id = any (array(select id from picked))
returning ${RETURNING}`;
}

const CLAIM = claimText(highestFirst(false));
const CLAIM_FREE = claimText(highestFirst(true));
const CLAIM_LOWEST = claimText(lowestFirst(false));
const CLAIM_LOWEST_FREE = claimText(lowestFirst(true));

/** Handoffs in doubt whose time to be probed has come; held for a minute by `not_before`. */
const CLAIM_DOUBTS = `${OPEN_BUDGET}, picked as (
  select h.id from handoff h
  where h.budget = (select name from open_budget) and h.state = 'unknown'
    and h.not_before <= now()
  order by h.not_before limit $4 for update skip locked
)
update handoff h set lane_seat = $2, fence = $3, probes = h.probes + 1, changed_at = now(),
  not_before = now() + interval '60 seconds'
where h.id = any (array(select id from picked))
returning ${RETURNING}`;

/**
 * The transaction of a seat's cycle. Claims read the ready ones in the order of their index and
 * stop; with statistics of an idle ledger, on which hardly anything is ready, PostgreSQL finds it
 * as cheap to read and sort them all, and goes on so when a backlog comes: each claim of four then
 * reads all of it. Said with the `begin`, at the price of no round trip.
 */
const BEGIN = "begin; set local enable_sort = off";

export function inClaimTransaction<T>(
  pool: Pool,
  work: (session: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return inTransaction(pool, work, BEGIN);
}

export interface ClaimWishes {
  readonly lowestFirst: boolean;
  /** Operations to leave alone, as `<connection> <operation>`: find-serial-blocks.ts. */
  readonly blocked: readonly string[];
}

export async function claimHandoffs(
  session: Session,
  seat: Seat,
  limit: number,
  wishes: ClaimWishes,
): Promise<ClaimedHandoff[]> {
  const { lowestFirst, blocked } = wishes;
  const claim = lowestFirst ? "claim-lowest" : "claim-handoffs";
  const values: unknown[] = [seat.budget, seat.seat, seat.fence, limit];
  const result = await session.query<ClaimedHandoff>(
    blocked.length === 0
      ? { name: claim, text: lowestFirst ? CLAIM_LOWEST : CLAIM, values }
      : {
          name: `${claim}-free`,
          text: lowestFirst ? CLAIM_LOWEST_FREE : CLAIM_FREE,
          values: [...values, blocked],
        },
  );
  return result.rows;
}

export async function claimDoubts(
  session: Session,
  seat: Seat,
  limit: number,
): Promise<ClaimedHandoff[]> {
  const result = await session.query<ClaimedHandoff>({
    name: "claim-doubts",
    text: CLAIM_DOUBTS,
    values: [seat.budget, seat.seat, seat.fence, limit],
  });
  return result.rows;
}
