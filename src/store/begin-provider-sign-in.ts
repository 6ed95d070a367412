/** A sign-in that is at the identity provider: kept here, so that any hub may take it up again. */
import type { Session } from "./database.ts";

export interface ProviderSignIn {
  readonly stateHash: Uint8Array;
  /** Of a cookie of the browser that began it: an answer given to another browser is worthless. */
  readonly browserHash: Uint8Array;
  readonly verifier: string;
  readonly nonce: string;
  readonly returnTo: string;
}

const BEGIN = `
insert into oidc_request (state_hash, browser_hash, verifier, nonce, return_to, expires_at)
values ($1, $2, $3, $4, $5, now() + interval '10 minutes')`;

export async function beginProviderSignIn(session: Session, row: ProviderSignIn): Promise<void> {
  const { stateHash, browserHash, verifier, nonce, returnTo } = row;
  await session.query(BEGIN, [stateHash, browserHash, verifier, nonce, returnTo]);
}

const TAKE = `
delete from oidc_request where state_hash = $1
returning browser_hash = $2 and expires_at > now() as good, verifier, nonce, return_to`;

/** Each is good once, whatever comes of it; undefined when it is unknown, late or another's. */
export async function takeProviderSignIn(
  session: Session,
  stateHash: Uint8Array,
  browserHash: Uint8Array,
): Promise<Pick<ProviderSignIn, "verifier" | "nonce" | "returnTo"> | undefined> {
  const result = await session.query<{
    good: boolean;
    verifier: string;
    nonce: string;
    return_to: string;
  }>(TAKE, [stateHash, browserHash]);
  const row = result.rows[0];
  if (row === undefined || !row.good) return undefined;
  return { verifier: row.verifier, nonce: row.nonce, returnTo: row.return_to };
}
