/**
 * Texts that are no evidence and may quote a name: of cases, dead letters, observations, decided
 * proposals and kept answers. What holds one of the terms is replaced whole.
 */
import type { Json } from "../kernel/strict-json.ts";
import type { Session } from "./database.ts";
import { ERASED, eraseTexts } from "./erase-texts.ts";

const HAS = (column: string): string =>
  `exists (select from unnest($1::text[]) t where strpos(lower(${column}), t) > 0)`;

const STATEMENTS: readonly string[] = [
  `update exception_case set title = '${ERASED}', message = '${ERASED}',
     cause = code || ' ${ERASED}' where ${HAS("concat_ws(' ', title, message, cause)")}`,
  `update exception_case set drift = '${ERASED}' where ${HAS("drift")}`,
  `update dead_letter set reason = '${ERASED}' where ${HAS("reason")}`,
  `update observation set counterparty = null where ${HAS("counterparty")}`,
  `update observation set drift = '${ERASED}',
     accepted = case when accepted is null then null else '${ERASED}' end where ${HAS("drift")}`,
  `update handoff set reason = '${ERASED}' where ${HAS("reason")}`,
  `update object_fetch set message = '${ERASED}' where ${HAS("message")}`,
  `delete from idempotent_request where ${HAS("body")}`,
];

/** `terms`: lower case. Returns how many rows gave way. */
export async function scrubMessages(session: Session, terms: readonly string[]): Promise<number> {
  if (terms.length === 0) return 0;
  let scrubbed = 0;
  for (const text of STATEMENTS) scrubbed += (await session.query(text, [terms])).rowCount ?? 0;
  return scrubbed + (await scrubProposals(session, terms));
}

/** Text by text, for a decided proposal is still read by its shape; its hash stays what it was. */
async function scrubProposals(session: Session, terms: readonly string[]): Promise<number> {
  const { rows } = await session.query<{ id: string; input: Json; content: Json }>(
    `select id, input, content from proposal where ${HAS("input::text || content::text")}`,
    [terms],
  );
  for (const { id, input, content } of rows) {
    const values = [
      id,
      JSON.stringify(eraseTexts(input, terms)),
      JSON.stringify(eraseTexts(content, terms)),
    ];
    await session.query("update proposal set input = $2, content = $3 where id = $1", values);
  }
  return rows.length;
}

/** Dead letters whose bytes are gone are closed: nothing can be made of them any more. */
const CLOSE = `
with closed as (
  update dead_letter set state = 'resolved', resolved_at = now()
  where inbound_id = any($1::uuid[]) and state = 'open' returning inbound_id
)
update exception_case x set state = 'resolved', resolution = '${ERASED}', resolved_at = now()
from closed where x.inbound_id = closed.inbound_id and x.state = 'open'`;

export async function closeErasedLetters(
  session: Session,
  inbounds: readonly string[],
): Promise<void> {
  await session.query(CLOSE, [inbounds]);
}
