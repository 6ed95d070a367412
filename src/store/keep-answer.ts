/**
 * Answers to changing requests with an Idempotency-Key: the first one claims the key, the same
 * request again gets the same answer, another body under the key is refused. A claim whose hub died
 * may be taken over after ten minutes; the acts behind it are safe to ask for again.
 */
import type { Session } from "./database.ts";

const CLAIM = `
insert into idempotent_request as r (asker, key, request_hash) values ($1, $2, $3)
on conflict (asker, key) do update set started_at = now()
  where r.status is null and r.request_hash = $3 and r.started_at < now() - interval '10 minutes'
returning 1`;

const READ = `
select request_hash, status, body from idempotent_request where asker = $1 and key = $2`;

export type Claim =
  | { readonly kind: "new" }
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  | { readonly kind: "other request" }
  | { readonly kind: "under way" };

export async function claimKey(
  session: Session,
  asker: string,
  key: string,
  requestHash: Uint8Array,
): Promise<Claim> {
  const claimed = await session.query(CLAIM, [asker, key, requestHash]);
  if (claimed.rowCount === 1) return { kind: "new" };
  const result = await session.query<{
    request_hash: Buffer;
    status: number | null;
    body: string | null;
  }>(READ, [asker, key]);
  const row = result.rows[0];
  if (row === undefined) return { kind: "under way" };
  if (!row.request_hash.equals(requestHash)) return { kind: "other request" };
  if (row.status === null) return { kind: "under way" };
  return { kind: "answered", status: row.status, body: row.body ?? "" };
}

const KEEP = "update idempotent_request set status = $3, body = $4 where asker = $1 and key = $2";

export async function keepAnswer(
  session: Session,
  asker: string,
  key: string,
  answer: { readonly status: number; readonly body: string },
): Promise<void> {
  await session.query(KEEP, [asker, key, answer.status, answer.body]);
}

const RELEASE = `
delete from idempotent_request where asker = $1 and key = $2 and status is null`;

/** After a failure, which changed nothing: the next try of the same request is a new one. */
export async function releaseKey(session: Session, asker: string, key: string): Promise<void> {
  await session.query(RELEASE, [asker, key]);
}
