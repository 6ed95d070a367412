/** What arrived and was not understood, oldest first. */
import type { Session } from "./database.ts";

export interface DeadLetterListing {
  readonly inbound_id: string;
  readonly connection: string;
  readonly kind: string;
  readonly code: string;
  readonly reason: string;
  readonly state: string;
  readonly tries: number;
  readonly opened_at: string;
  readonly resolved_at: string | null;
  readonly fact_id: string | null;
  readonly bytes: number | null;
}

const LIST = `
select d.inbound_id, d.connection, d.kind, d.code, d.reason, d.state, d.tries, d.opened_at,
  d.resolved_at, i.fact_id, octet_length(i.body) as bytes
from dead_letter d left join inbound i on i.id = d.inbound_id
where ($1::text is null or d.state = $1) and ($2::text is null or d.connection = $2)
  and ($3::text is null or d.code = $3) and ($4::uuid is null or d.inbound_id > $4)
order by d.inbound_id limit $5`;

export async function listDeadLetters(
  session: Session,
  filter: {
    state?: string | undefined;
    connection?: string | undefined;
    code?: string | undefined;
    after?: string | undefined;
  },
  limit: number,
): Promise<DeadLetterListing[]> {
  const result = await session.query<DeadLetterListing>(LIST, [
    filter.state ?? null,
    filter.connection ?? null,
    filter.code ?? null,
    filter.after ?? null,
    limit,
  ]);
  return result.rows;
}
