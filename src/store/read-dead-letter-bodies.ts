/** Open dead letters with their bytes, in pages by id, for translating them anew. */
import type { Session } from "./database.ts";

const READ = `
select d.inbound_id, i.connection, i.origin, i.body
from dead_letter d join inbound i on i.id = d.inbound_id
where d.state = 'open' and ($1 = '' or d.inbound_id > $1::uuid)
order by d.inbound_id limit $2`;

export interface DeadLetterBody {
  readonly inbound_id: string;
  readonly connection: string;
  readonly origin: "webhook" | "sweep" | "list";
  readonly body: Buffer;
}

export async function readDeadLetterBodies(
  session: Session,
  after: string,
  limit: number,
): Promise<DeadLetterBody[]> {
  const result = await session.query<DeadLetterBody>(READ, [after, limit]);
  return result.rows;
}
