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

const FIND = `
select g.name from unnest($2::text[]) as g(name)
where not pg_try_advisory_xact_lock(hashtextextended('serial ' || $1 || ' ' || g.name, 0))
  or exists (
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
  const result = await session.query<{ name: string }>({
    name: "find-serial-blocks",
    text: FIND,
    values: [
      budget,
      groups.map((group) => group.name),
      pairs.map((pair) => pair.operation),
      pairs.map((pair) => pair.name),
    ],
  });
  const blocked = new Set(result.rows.map((row) => row.name));
  return pairs.filter((pair) => blocked.has(pair.name)).map((pair) => pair.operation);
}
