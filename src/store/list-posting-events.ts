/**
 * Events of some types in the order of their occurrence, for whoever adds up what they post. In
 * pages by id: the time leads it, so the partitions are read one after the other and no sort and
 * no snapshot is held while the reader works.
 */
import type { Session } from "./database.ts";

export interface PostingEventRow {
  readonly id: string;
  readonly type: string;
  readonly contract_version: number;
  readonly connection: string;
  readonly subject: string;
  readonly legal_entity: string | null;
  readonly data: Buffer;
}

const PAGE = `
select id, type, contract_version, connection, subject, legal_entity, data from event
where id > $1 and type = any($2)
  and ($3::text is null or exists (select from handoff where handoff.event_id = event.id
    and handoff.target = $3 and handoff.state = 'confirmed'))
order by id limit $4`;

/** With `confirmedBy`, only the events that this target has confirmed. */
export async function* eachPostingEvent(
  session: Session,
  types: readonly string[],
  confirmedBy?: string,
  pageSize = 1000,
): AsyncIterable<PostingEventRow> {
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const { rows } = await session.query<PostingEventRow>(PAGE, [
      after,
      types,
      confirmedBy ?? null,
      pageSize,
    ]);
    yield* rows;
    if (rows.length < pageSize) return;
    after = rows.at(-1)?.id ?? after;
  }
}
