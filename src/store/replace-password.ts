/** Another password for a local account. Whoever was signed in by the old one no longer is. */
import type { Session } from "./database.ts";

const REPLACE = `
with changed as (
  update account set password_hash = $2 where id = $1 and kind = 'local' returning id
), ended as (
  update session s set ended_at = now() from changed
  where s.account_id = changed.id and s.ended_at is null
), void as (
  update password_reset r set used_at = now() from changed
  where r.account_id = changed.id and r.used_at is null
)
select id from changed`;

/** Ends all sessions of the account, and makes every open reset of it void. */
export async function replacePassword(
  session: Session,
  accountId: string,
  passwordHash: string,
): Promise<void> {
  await session.query(REPLACE, [accountId, passwordHash]);
}

const OFFER = `
with void as (
  update password_reset set used_at = now() where account_id = $2 and used_at is null
), ended as (
  update session set ended_at = now() where account_id = $2 and ended_at is null
)
insert into password_reset (secret_hash, account_id, created_by, expires_at)
values ($1, $2, $3, now() + make_interval(hours => $4)) returning expires_at`;

/** One open reset an account: a newer one takes its place. Sessions end at once. */
export async function offerReset(
  session: Session,
  row: {
    readonly secretHash: Uint8Array;
    readonly accountId: string;
    readonly by: string;
    readonly hours: number;
  },
): Promise<string> {
  const values = [row.secretHash, row.accountId, row.by, row.hours];
  const result = await session.query<{ expires_at: string }>(OFFER, values);
  return result.rows[0]?.expires_at ?? "";
}

export interface ResetAccount {
  readonly id: string;
  readonly person_id: string;
  readonly name: string;
  readonly login: string;
}

const TAKE = `
select a.id, a.person_id, p.name, a.login
from password_reset r join account a on a.id = r.account_id join person p on p.id = a.person_id
where r.secret_hash = $1 and r.used_at is null and r.expires_at > now()
  and a.kind = 'local' and a.disabled_at is null
for update of r`;

/** The account that an open reset is of, locked: of two who use it at once one comes too late. */
export async function lockReset(
  session: Session,
  secretHash: Uint8Array,
): Promise<ResetAccount | undefined> {
  return (await session.query<ResetAccount>(TAKE, [secretHash])).rows[0];
}

const LOCAL = `
select a.id, a.login from account a
where a.person_id = $1 and a.kind = 'local' and a.disabled_at is null
  and ($2::text is null or a.login = lower($2)) order by a.login`;

/** Accounts of a person that have a password. */
export async function listLocalAccounts(
  session: Session,
  personId: string,
  login: string | undefined,
): Promise<{ id: string; login: string }[]> {
  const values = [personId, login ?? null];
  return (await session.query<{ id: string; login: string }>(LOCAL, values)).rows;
}
