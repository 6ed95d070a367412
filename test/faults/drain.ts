/** After the faults: waits until nothing is owed any more, and says what still moves if it does. */
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../src/app/system.ts";
import { messageOf } from "../../src/kernel/errors.ts";
import type { Pool } from "../../src/store/database.ts";
import { SOURCE } from "./settings.ts";
import type { Stage } from "./stage.ts";

export interface Drained {
  readonly ok: boolean;
  readonly ms: number;
  /** What was still open: counts by target, state and reason, owed webhooks, unknown events. */
  readonly left: readonly string[];
}

const EVERY_MS = 500;
/** When nothing at all changed for so long, at the books' pace, waiting longer is of no use. */
const STUCK_MS = 60_000;

/** Between two lines that say what is left. */
const TELL_MS = 10_000;

export interface Patience {
  /** On an idle machine, milliseconds. */
  readonly patienceMs: number;
  /** What a person does meanwhile; before each look at what is left. */
  readonly mend: () => Promise<void>;
  readonly say: (text: string) => void;
}

export async function drain(stage: Stage, pool: Pool, given: Patience): Promise<Drained> {
  const { say, mend } = given;
  const { pace } = stage.books;
  const patienceMs = given.patienceMs * pace;
  const started = systemClock.monotonic();
  let left: string[] = [];
  let changedAt = started;
  let toldAt = started;
  for (;;) {
    const now = await mend()
      .then(() => whatIsLeft(stage, pool))
      .catch((thrown) => [`unreadable: ${messageOf(thrown)}`]);
    const at = systemClock.monotonic();
    if (now.join() !== left.join()) changedAt = at;
    left = now;
    const ms = Math.round(at - started);
    if (left.length === 0) return { ok: true, ms, left };
    if (at - toldAt > TELL_MS) {
      toldAt = at;
      say(`still open: ${left.join("; ")}`);
    }
    if (ms > patienceMs || at - changedAt > STUCK_MS * pace) return { ok: false, ms, left };
    await sleep(EVERY_MS);
  }
}

const OPEN = `
select target, state, coalesce(reason, '') as reason, count(*)::int as n,
  coalesce(min(extract(epoch from not_before - now()))::int, 0) as soonest,
  min(object) as example
from handoff where state not in ('confirmed', 'excluded', 'superseded')
group by 1, 2, 3 order by 1, 2, 3`;

async function whatIsLeft(stage: Stage, pool: Pool): Promise<string[]> {
  const owed = [...stage.stripe.world.state.deliveries.pending()].length;
  const left = owed === 0 ? [] : [`${owed} webhooks are owed`];
  const { rows } = await pool.query<{
    target: string;
    state: string;
    reason: string;
    n: number;
    soonest: number;
    example: string;
  }>(OPEN);
  for (const { target, state, reason, n, soonest, example } of rows) {
    const due = soonest > 0 ? `, next in ${soonest} s` : "";
    left.push(`${n} ${state} in ${target} ${reason}${due}, such as ${example}`);
  }
  const wanted = await pool.query<{ object: string }>(
    "select object from object_fetch where state = 'wanted'",
  );
  const [first] = wanted.rows;
  if (first !== undefined) {
    left.push(`${wanted.rows.length} objects are to be read again, such as ${first.object}`);
  }
  if (left.length > 0) return left;
  const unknown = await unknownEvents(stage, pool);
  if (unknown.length === 0) return [];
  return [`${unknown.length} events of Stripe are not in the ledger, such as ${unknown[0]}`];
}

/** A refund's outcome has an identity of its own, whichever event tells it first. */
export function toldByItsEvent(type: string): boolean {
  return !type.startsWith("refund.") && !type.startsWith("charge.refund");
}

/** Stripe's events of which the ledger knows nothing. */
export async function unknownEvents(stage: Stage, pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ fact_id: string }>(
    "select distinct fact_id from inbound where connection = $1",
    [SOURCE],
  );
  const known = new Set(rows.map((row) => row.fact_id));
  return stage.stripe.world.state.events
    .filter((event) => toldByItsEvent(event.type) && !known.has(event.id))
    .map((event) => `${event.type} ${event.id}`);
}
