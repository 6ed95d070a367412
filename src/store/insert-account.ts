/** A person and an account of theirs. A person may have several accounts, and stays one person. */
import type { Session } from "./database.ts";

const PERSON = `
insert into person (id, name) values ($1, $2)
on conflict (name) do update set name = excluded.name
returning id`;

/** The id of the person of that name, new or known. */
export async function insertPerson(session: Session, id: string, name: string): Promise<string> {
  const result = await session.query<{ id: string }>(PERSON, [id, name]);
  return result.rows[0]?.id ?? id;
}

export interface NewAccount {
  readonly id: string;
  readonly personId: string;
  readonly kind: "local" | "oidc";
  readonly login: string;
  readonly passwordHash: string | undefined;
  readonly issuer: string | undefined;
}

const ACCOUNT = `
insert into account (id, person_id, kind, login, password_hash, issuer)
values ($1, $2, $3, $4, $5, $6) on conflict do nothing`;

/** False when the login is taken. */
export async function insertAccount(session: Session, account: NewAccount): Promise<boolean> {
  const result = await session.query(ACCOUNT, [
    account.id,
    account.personId,
    account.kind,
    account.login,
    account.passwordHash ?? null,
    account.issuer ?? null,
  ]);
  return result.rowCount === 1;
}

const DISABLE = `
with gone as (
  update account set disabled_at = now()
  where person_id = $1 and ($2::text is null or login = $2) and disabled_at is null
  returning id, login
), ended as (
  update session s set ended_at = now() from gone
  where s.account_id = gone.id and s.ended_at is null
)
select login from gone order by login`;

/** Disables one account or all of a person, ends their sessions at once; returns the logins. */
export async function disableAccounts(
  session: Session,
  personId: string,
  login: string | undefined,
): Promise<string[]> {
  const result = await session.query<{ login: string }>(DISABLE, [personId, login ?? null]);
  return result.rows.map((row) => row.login);
}
