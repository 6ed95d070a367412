/**
 * Handoffs that could be sent now, without an intake before them.
 *
 * ready    the only open handoff of its object, let out by the object's head
 * parked   two of one object: the older one excepted, the newer one waiting behind it, both for an
 *          hour already, so that the sweeper looks at them as it does in production
 */
import type { Pool } from "../src/store/database.ts";
import { NOTHING } from "./null-target.ts";
import { BOOKS } from "./plain-target.ts";
import type { Range } from "./seed-history.ts";
import { seedEvents, settleSeed } from "./seed-history.ts";

const HANDOFF_COLUMNS = `id, event_id, correlation_id, target, budget, flow, flow_version,
  operation, effect, object, version, ordered, reference, class, deadline_at, state, legal_entity,
  amount_minor, currency, created_at, changed_at`;

/** `kind` tells apart the ids, `tag` the references of the two handoffs of one event. */
function handoffs(kind: number, tag: string): string {
  return `
insert into handoff (${HANDOFF_COLUMNS})
select bench_id($1, ${kind}, i), bench_id($1, 1, i), md5(n)::uuid, $2, $2, 'seed', 1, $3, $4,
  replace($5, '999999999', n), $1 + i + ${kind}, $6, substr(md5('${tag}' || $2 || n), 1, 16),
  2, now() + make_interval(secs => 3600 + i / 1000.0), $7, 'de', 11500, 'EUR',
  to_timestamp($1 / 1000.0), to_timestamp($1 / 1000.0)
from generate_series($8::bigint, $9::bigint) i, lateral (select lpad(i::text, 9, '0') as n) t`;
}

const FIRST = handoffs(4, "first");
const BEHIND = handoffs(5, "behind");

const HEADS = `
insert into object_head (target, object, open_handoff)
select $1, h.object, case when h.state = 'ready' then h.id end
from handoff h where h.target = $1 and h.state in ('ready', 'excepted')`;

const CASES = `
insert into exception_case (id, kind, cause, code, title, message, handoff_id, target, object)
select h.id, 'handoff', 'books E_SEED_PERIOD period 2026-01', 'E_SEED_PERIOD',
  'books: period 2026-01', 'The period is closed.', h.id, h.target, h.object
from handoff h where h.target = $1 and h.state = 'excepted'`;

export interface SeededBacklog {
  readonly ready: number;
  readonly parkedObjects: number;
  readonly seconds: number;
}

/**
 * `extra` ready handoffs and a backlog of `backlog` open ones besides, of whose objects a tenth is
 * parked. Objects come in the order of their deadlines, the parked ones spread among them.
 */
export async function seedBacklog(
  pool: Pool,
  backlog: number,
  extra: number,
): Promise<SeededBacklog> {
  const started = performance.now();
  const parkedObjects = Math.round(backlog / 11);
  const ready = backlog - 2 * parkedObjects + extra;
  const range = { first: 1, last: ready + parkedObjects };
  const { baseMs, subject } = await seedEvents(pool, range, true);
  const common = [baseMs, BOOKS, "invoice.post", "fact", subject, true];
  const parked: Range = { first: ready + 1, last: ready + parkedObjects };
  await pool.query(FIRST, [...common, "ready", 1, ready]);
  await pool.query(FIRST, [...common, "excepted", parked.first, parked.last]);
  await pool.query(BEHIND, [...common, "waiting", parked.first, parked.last]);
  await pool.query(HEADS, [BOOKS]);
  await pool.query(CASES, [BOOKS]);
  await settleSeed(pool);
  return { ready, parkedObjects, seconds: (performance.now() - started) / 1000 };
}

/** Events in full, each with one handoff to an unordered bulk target. */
export async function seedBulk(pool: Pool, target: string, range: Range): Promise<void> {
  const { baseMs, subject } = await seedEvents(pool, range, false);
  const common = [baseMs, target, "event.load", "state", subject, false, "ready"];
  await pool.query(FIRST, [...common, range.first, range.last]);
  await settleSeed(pool);
}

export const bulkTargets = ["warehouse", NOTHING] as const;
