/**
 * Objects to release after outcomes were recorded: those whose head came free and that have
 * another handoff, and those whose handoffs waited for a new link.
 *
 * Most objects have one handoff only, and a release of nothing costs five statements and a commit,
 * a fifth of the ledger's time for a stream of invoices. Asked in a transaction after the one that
 * freed the heads: what was committed before it is seen here, and what is committed later is
 * released by whoever committed it, who finds the head free.
 *
 * The limit keeps the planner at one look into the index of open handoffs for each object; an
 * `exists` it may turn into a scan of all that are open.
 */
import { textArray } from "../connectors/kit/binary-array.ts";
import type { Session } from "./database.ts";
import type { HeadKey } from "./release-handoffs.ts";

const FIND = `
select o.target, o.object
from unnest($1::text[], $2::text[]) as w(target, object)
cross join lateral (
  select h.target, h.object from handoff h
  where h.target = w.target and h.object = w.object and h.ordered
    and h.state not in ('confirmed', 'excluded', 'superseded') limit 1) o
union
select h.target, h.object
from unnest($3::text[], $4::text[]) as w(target, object)
join handoff_need n on n.target = w.target and n.object = w.object
join handoff h on h.id = n.handoff_id`;

/** `freed`: objects without a handoff that is out; `linked`: objects that the target has now. */
export async function findReleasable(
  session: Session,
  freed: readonly HeadKey[],
  linked: readonly HeadKey[],
): Promise<HeadKey[]> {
  if (freed.length + linked.length === 0) return [];
  const result = await session.query<HeadKey>({
    name: "find-releasable",
    text: FIND,
    values: [
      textArray(freed.map((one) => one.target)),
      textArray(freed.map((one) => one.object)),
      textArray(linked.map((one) => one.target)),
      textArray(linked.map((one) => one.object)),
    ],
  });
  return result.rows;
}
