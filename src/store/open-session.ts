/**
 * Sessions in the database: any hub knows them, and ending one ends it everywhere. Both limits are
 * measured by the database's clock. `seen_at` moves once a minute at most, so that reading pages
 * does not write with every request.
 */
import type { Session } from "./database.ts";

export interface NewSession {
  readonly id: string;
  readonly secretHash: Uint8Array;
  readonly accountId: string;
  readonly address: string;
  readonly hours: number;
}

const OPEN = `
insert into session (id, secret_hash, account_id, address, expires_at)
values ($1, $2, $3, $4, now() + make_interval(hours => $5))`;

export async function openSession(session: Session, row: NewSession): Promise<void> {
  await session.query(OPEN, [row.id, row.secretHash, row.accountId, row.address, row.hours]);
}

export interface LiveSession {
  readonly id: string;
  readonly account_id: string;
  readonly person_id: string;
  readonly login: string;
  readonly kind: "local" | "oidc";
  readonly expires_at: string;
  readonly stale: boolean;
}

const FIND = `
select s.id, s.account_id, a.person_id, a.login, a.kind, s.expires_at,
  s.seen_at < now() - interval '1 minute' as stale
from session s join account a on a.id = s.account_id
where s.secret_hash = $1 and s.ended_at is null and a.disabled_at is null
  and s.expires_at > now() and s.seen_at > now() - make_interval(mins => $2)`;

const TOUCH = "update session set seen_at = now() where id = $1";

/** The session of a secret while it lives. Looking does not keep it from being idle. */
export async function readSession(
  session: Session,
  secretHash: Uint8Array,
  idleMinutes: number,
): Promise<LiveSession | undefined> {
  return (await session.query<LiveSession>(FIND, [secretHash, idleMinutes])).rows[0];
}

/** The same for what a person does: using a session keeps it from being idle. */
export async function findSession(
  session: Session,
  secretHash: Uint8Array,
  idleMinutes: number,
): Promise<LiveSession | undefined> {
  const found = await readSession(session, secretHash, idleMinutes);
  if (found?.stale === true) await session.query(TOUCH, [found.id]);
  return found;
}

const END = "update session set ended_at = now() where secret_hash = $1 and ended_at is null";

export async function endSession(session: Session, secretHash: Uint8Array): Promise<boolean> {
  return (await session.query(END, [secretHash])).rowCount === 1;
}
