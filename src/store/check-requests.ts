/**
 * Requests whose bytes are not those of their hash. What is ciphered is opened here, page by page;
 * what was erased, or is kept no longer, has nothing to compare.
 */
import type { Hasher } from "../kernel/hashing.ts";
import { bodyContext, isErasedBody } from "./bodies.ts";
import type { Session } from "./database.ts";
import type { Keyring } from "./keyring.ts";

const PAGE = `
select id, key_id, request as bytes, request_hash, send_key from attempt
where id < $1 and request is not null and key_id is not null order by id desc limit 1000`;

interface Row {
  readonly id: string;
  readonly key_id: number;
  readonly bytes: Buffer;
  readonly request_hash: Buffer;
  readonly send_key: string | null;
}

export interface WrongRequest {
  readonly what: string;
  readonly ids: readonly string[];
  readonly detail: string;
}

/** The newest `most` ciphered requests. */
export async function checkRequests(
  session: Session,
  keyring: Keyring,
  hasher: Hasher,
  most: number,
): Promise<{ readonly looked: number; readonly wrong: readonly WrongRequest[] }> {
  const { digest } = await keyring.secrets();
  const wrong: WrongRequest[] = [];
  let looked = 0;
  for (let before = "ffffffff-ffff-ffff-ffff-ffffffffffff"; looked < most; ) {
    const { rows } = await session.query<Row>(PAGE, [before]);
    const keys = await keyring.numbered(rows.map((row) => row.key_id));
    for (const row of rows) {
      const key = keys.get(row.key_id)?.bytes;
      if (key === undefined) continue;
      const body = keyring.cipher.open(key, row.bytes, bodyContext("attempt", row.id));
      if (body !== undefined && isErasedBody(body)) continue;
      looked += 1;
      const hash = body === undefined ? undefined : digest(hasher.sha256(body));
      if (hash !== undefined && row.request_hash.equals(hash)) continue;
      const what = "request that is not what its hash says";
      wrong.push({ what, ids: [row.id], detail: row.send_key ?? "bulk call" });
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    before = last.id;
  }
  return { looked, wrong };
}
