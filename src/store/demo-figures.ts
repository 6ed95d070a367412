/** Figures of the demo's report: what came in, what went out, and a story worth reading. */
import type { Session } from "./database.ts";

export interface SystemCounts {
  readonly intake: readonly { readonly verdict: string; readonly facts: number }[];
  readonly origins: readonly { readonly origin: string; readonly facts: number }[];
  readonly targets: readonly {
    readonly target: string;
    readonly state: string;
    readonly handoffs: number;
  }[];
  /** Outcomes by class: how often an answer was adopted, lost, put off. */
  readonly outcomes: readonly { readonly class: string; readonly calls: number }[];
  readonly skips: readonly { readonly rule: string; readonly events: number }[];
}

export async function systemCounts(session: Session): Promise<SystemCounts> {
  const rows = async <Row>(text: string): Promise<Row[]> =>
    (await session.query(text)).rows as Row[];
  return {
    intake: await rows(
      "select verdict, count(*)::int as facts from event_identity group by 1 order by 2 desc",
    ),
    origins: await rows(
      "select origin, count(*)::int as facts from inbound group by 1 order by 2 desc",
    ),
    targets: await rows(
      "select target, state, count(*)::int as handoffs from handoff group by 1, 2 order by 1, 3 desc",
    ),
    outcomes: await rows(
      "select class, count(*)::int as calls from outcome where handoff_id is not null group by 1 order by 2 desc",
    ),
    skips: await rows(
      "select rule, count(*)::int as events from route_skip group by 1 order by 2 desc",
    ),
  };
}

/**
 * The correlation with the most to tell: an outcome that was unknown and then adopted, on an
 * invoice whose payment is in the books too.
 */
const STORY = `
select h.correlation_id as id
from outcome o join handoff h on h.id = o.handoff_id
where o.class in ('adopted', 'unknown') and h.object like '%/invoice/%'
group by h.correlation_id
order by count(distinct o.class) desc, count(*) desc, h.correlation_id
limit 1`;

/** `cor_…` of that story, or undefined when nothing of the kind happened. */
export async function findStoryOfTheDay(session: Session): Promise<string | undefined> {
  const result = await session.query<{ id: string }>(STORY);
  const id = result.rows[0]?.id;
  return id === undefined ? undefined : `cor_${id.replaceAll("-", "")}`;
}
