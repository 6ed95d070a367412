import { postEvent, postingMemory, postingTypes } from "../accounting/post-event.ts";
import type { JournalEntry } from "../accounting/types.ts";
import { readNewest } from "../contracts/upcast.ts";
import { clearData } from "../store/bodies.ts";
import type { Session } from "../store/database.ts";
import { eachPostingEvent } from "../store/list-posting-events.ts";

/**
 * What the event log posts, entry by entry, in the order in which it happened: all of it, or what
 * one target has confirmed that it booked.
 */
export async function* readPostings(
  session: Session,
  confirmedBy?: string,
): AsyncIterable<JournalEntry> {
  const memory = postingMemory();
  for await (const row of eachPostingEvent(session, postingTypes, confirmedBy)) {
    const { id, type, connection, subject, legal_entity: legalEntity } = row;
    const stored = clearData(row.data);
    const { data } = readNewest(type, row.contract_version, stored);
    const entry = postEvent({ id, type, connection, subject, legalEntity, data }, memory);
    if (entry !== undefined) yield entry;
  }
}
