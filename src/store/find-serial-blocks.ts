/**
 * Which serial groups of a budget a claim must leave alone: another seat has a call of the group in
 * flight, or is about to claim one. The lock lasts as long as the claiming transaction; after it,
 * the rows themselves say that one is out. A call that nobody answered is in doubt, no longer in
 * flight, and blocks nobody.
 *
 * The calls of one claim are made one after the other, so one claim may take several of a group.
 */
import type { Session } from "./database.ts";

/** Operations that line up for the same thing in the target, as `<connection> <operation>`. */
export interface SerialGroup {
  readonly name: string;
  readonly operations: readonly string[];
}

const LOCK = `
select g.name, pg_try_advisory_xact_lock(hashtextextended('serial ' || $1 || ' ' || g.name, 0))
  as mine
from unnest($2::text[]) as g(name)`;

/**
 * A statement of its own, after the lock: within one, the rows would be read as they were before
 * whoever held the lock committed its claim.
 */
const FIND = `
select g.name from unnest($2::text[]) as g(name)
where exists (
  select 1 from handoff h
  where h.budget = $1 and h.state = 'sent'
    and g.name = (
      select o.name from unnest($3::text[], $4::text[]) as o(operation, name)
      where o.operation = h.target || ' ' || h.operation))`;

/** The operations that must not be claimed now. */
export async function findSerialBlocks(
  session: Session,
  budget: string,
  groups: readonly SerialGroup[],
): Promise<string[]> {
  if (groups.length === 0) return [];
  const pairs = groups.flatMap(({ name, operations }) =>
    operations.map((operation) => ({ name, operation })),
  );
  const names = groups.map((group) => group.name);
  const locks = await session.query<{ name: string; mine: boolean }>({
    name: "lock-serial-groups",
    text: LOCK,
    values: [budget, names],
  });
  const mine = locks.rows.flatMap((row) => (row.mine ? [row.name] : []));
  const out = await session.query<{ name: string }>({
    name: "find-serial-blocks",
    text: FIND,
    values: [budget, mine, pairs.map((pair) => pair.operation), pairs.map((pair) => pair.name)],
  });
  const busy = new Set(out.rows.map((row) => row.name));
  const free = new Set(mine.filter((name) => !busy.has(name)));
  return pairs.filter((pair) => !free.has(pair.name)).map((pair) => pair.operation);
}
