/**
 * Stored invoices and credit memos, newest first, for checks of their arithmetic. Their personal
 * fields stay ciphered: the sums are clear, and keep their contract without them.
 */
import type { Session } from "./database.ts";

export interface StoredDocument {
  readonly id: string;
  readonly type: string;
  readonly contract_version: number;
  readonly subject: string;
  readonly data: Buffer;
}

const PAGE = `
select id, type, contract_version, subject, data from event
where id < $1 and (type like 'invoice.%' or type like 'credit-memo.%')
order by id desc limit $2`;

export async function* eachDocument(session: Session, most: number): AsyncIterable<StoredDocument> {
  let before = "ffffffff-ffff-ffff-ffff-ffffffffffff";
  let left = most;
  while (left > 0) {
    const size = Math.min(1000, left);
    const { rows } = await session.query<StoredDocument>(PAGE, [before, size]);
    yield* rows;
    if (rows.length < size) return;
    left -= rows.length;
    before = rows.at(-1)?.id ?? before;
  }
}
