/** Objects whose handoffs waited for one of these links: the dependants to release. */
import type { Session } from "./database.ts";
import type { HeadKey } from "./release-handoffs.ts";

const FIND = `
select distinct h.target, h.object
from unnest($1::text[], $2::text[]) as w(target, object)
join handoff_need n on n.target = w.target and n.object = w.object
join handoff h on h.id = n.handoff_id`;

export async function findReleasedByLinks(
  session: Session,
  links: readonly HeadKey[],
): Promise<HeadKey[]> {
  if (links.length === 0) return [];
  const result = await session.query<HeadKey>({
    name: "find-released-by-links",
    text: FIND,
    values: [links.map((l) => l.target), links.map((l) => l.object)],
  });
  return result.rows;
}
