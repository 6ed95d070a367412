/** Events in the order of their ids (the time they occurred), newest first, in pages. */
import type { Json } from "../kernel/strict-json.ts";
import type { DataRow } from "./bodies.ts";
import { openBodies, openData } from "./bodies.ts";
import type { Session } from "./database.ts";
import type { Keyring } from "./keyring.ts";

export interface ListedEvent {
  readonly id: string;
  readonly type: string;
  readonly contract_version: number;
  readonly connection: string;
  readonly subject: string;
  readonly version: string;
  readonly occurred_at: string;
  readonly received_at: string;
  readonly recorded_at: string;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly inbound_id: string;
  readonly origin: string;
  readonly legal_entity: string | null;
  readonly amount_minor: string | null;
  readonly currency: string | null;
  readonly refs: string;
}

export interface EventFilter {
  readonly type?: string | undefined;
  readonly connection?: string | undefined;
  readonly subject?: string | undefined;
  readonly correlations?: readonly string[];
  readonly ids?: readonly string[];
  readonly before?: string | undefined;
  readonly limit: number;
}

const COLUMNS = `id, type, contract_version, connection, subject, version, occurred_at, received_at,
  recorded_at, correlation_id, causation_id, inbound_id, origin, legal_entity, amount_minor,
  currency, refs`;

const LIST = `
select ${COLUMNS} from event
where ($1::text is null or type = $1) and ($2::text is null or connection = $2)
  and ($3::text is null or subject = $3) and ($4::uuid[] is null or correlation_id = any($4))
  and ($5::uuid[] is null or id = any($5)) and ($6::uuid is null or id < $6)
order by id desc limit $7`;

export async function listEvents(session: Session, filter: EventFilter): Promise<ListedEvent[]> {
  const result = await session.query<ListedEvent>(LIST, [
    filter.type ?? null,
    filter.connection ?? null,
    filter.subject ?? null,
    filter.correlations ?? null,
    filter.ids ?? null,
    filter.before ?? null,
    filter.limit,
  ]);
  return result.rows;
}

export interface EventBodies extends ListedEvent {
  /** Blank where the party is erased. */
  readonly content: Json;
  readonly erased: boolean;
  readonly hash: Buffer;
  readonly region: string | null;
  /** Undefined where it was erased, or its month is gone. */
  readonly raw: Uint8Array | undefined;
  readonly fact_id: string | null;
  readonly kind: string | null;
}

const FIND = `
select ${COLUMNS.split(",")
  .map((column) => `e.${column.trim()}`)
  .join(", ")}, e.data, e.key_id, e.row_hash as hash, e.region,
  i.body as raw, i.key_id as raw_key_id, i.fact_id, i.kind
from event e left join raw_of_event i on i.event_id = e.id where e.id = $1`;

type BodiesRow = Omit<EventBodies, "content" | "erased" | "raw"> &
  DataRow & {
    readonly raw: Buffer | null;
    readonly raw_key_id: number | null;
  };

/** One event with its content and the bytes it came from. */
export async function findEvent(
  session: Session,
  keyring: Keyring,
  id: string,
): Promise<EventBodies | undefined> {
  const [row] = (await session.query<BodiesRow>(FIND, [id])).rows;
  if (row === undefined) return undefined;
  const { raw: bytes, raw_key_id: key_id, inbound_id } = row;
  const [opened] = await openData(keyring, [row]);
  const [raw] = await openBodies(keyring, "inbound", [{ id: inbound_id, key_id, bytes }]);
  return { ...row, content: opened?.data ?? null, erased: opened?.erased === true, raw };
}
