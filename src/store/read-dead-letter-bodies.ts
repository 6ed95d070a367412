/** Open dead letters with their bytes, in pages by id, for translating them anew. */
import { openBodies } from "./bodies.ts";
import type { Session } from "./database.ts";
import type { Keyring } from "./keyring.ts";

const READ = `
select d.inbound_id, d.identity, i.connection, i.origin, i.key_id, i.body
from dead_letter d join inbound i on i.id = d.inbound_id
where d.state = 'open' and ($1 = '' or d.inbound_id > $1::uuid)
order by d.inbound_id limit $2`;

export interface DeadLetterBody {
  readonly inbound_id: string;
  readonly identity: string | null;
  readonly connection: string;
  readonly origin: "webhook" | "sweep" | "list";
  /** Undefined where it was erased or is kept no longer: there is nothing to translate. */
  readonly body: Uint8Array | undefined;
}

type Row = Omit<DeadLetterBody, "body"> & {
  readonly key_id: number | null;
  readonly body: Buffer;
};

export async function readDeadLetterBodies(
  session: Session,
  keyring: Keyring,
  after: string,
  limit: number,
): Promise<DeadLetterBody[]> {
  const { rows } = await session.query<Row>(READ, [after, limit]);
  const opened = await openBodies(
    keyring,
    "inbound",
    rows.map(({ inbound_id: id, key_id, body: bytes }) => ({ id, key_id, bytes })),
  );
  return rows.map((row, index) => ({ ...row, body: opened[index] }));
}
