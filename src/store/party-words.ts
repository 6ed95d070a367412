/** Under which words a party is found; keyed hashes, which erasure removes. */
import type { Session } from "./database.ts";

export interface PartyWords {
  readonly party: string;
  readonly words: readonly Uint8Array[];
}

/** Sorted: two groups that tell of the same parties must not wait for each other. */
const INSERT = `
insert into party_word (word, party)
select * from unnest($1::bytea[], $2::text[]) order by 1, 2
on conflict do nothing`;

export async function insertPartyWords(
  session: Session,
  parties: readonly PartyWords[],
): Promise<void> {
  const rows = parties.flatMap(({ party, words }) => words.map((word) => ({ party, word })));
  if (rows.length === 0) return;
  const values = [rows.map((row) => row.word), rows.map((row) => row.party)];
  await session.query({ name: "insert-party-words", text: INSERT, values });
}

/** How many there were. */
export async function deletePartyWords(session: Session, party: string): Promise<number> {
  const result = await session.query("delete from party_word where party = $1", [party]);
  return result.rowCount ?? 0;
}
