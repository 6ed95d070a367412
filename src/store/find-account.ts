/** The account that somebody claims to be. Disabled accounts are found, so that the guess costs. */
import type { Session } from "./database.ts";

export interface AccountRow {
  readonly id: string;
  readonly person_id: string;
  readonly name: string;
  readonly login: string;
  readonly password_hash: string | null;
  readonly disabled: boolean;
}

const BY_LOGIN = `
select a.id, a.person_id, p.name, a.login, a.password_hash, a.disabled_at is not null as disabled
from account a join person p on p.id = a.person_id where a.kind = 'local' and a.login = $1`;

export async function findLocalAccount(
  session: Session,
  login: string,
): Promise<AccountRow | undefined> {
  return (await session.query<AccountRow>(BY_LOGIN, [login])).rows[0];
}

/**
 * The first sign-in binds an invited address to the provider's own id of its user; from then on
 * only that id counts, for an address may be given to somebody else.
 */
const BY_SUBJECT = `
with bound as (
  update account set subject = $2
  where kind = 'oidc' and issuer = $1 and subject is null and login = $3
    and not exists (select 1 from account o where o.issuer = $1 and o.subject = $2)
  returning id, person_id, login, disabled_at
), found as (
  select id, person_id, login, disabled_at from bound
  union all
  select id, person_id, login, disabled_at from account where issuer = $1 and subject = $2
)
select f.id, f.person_id, p.name, f.login, null as password_hash,
  f.disabled_at is not null as disabled
from found f join person p on p.id = f.person_id limit 1`;

/** `address`: only when the provider says that it verified it. */
export async function findProviderAccount(
  session: Session,
  issuer: string,
  subject: string,
  address: string | undefined,
): Promise<AccountRow | undefined> {
  const values = [issuer, subject, address ?? null];
  return (await session.query<AccountRow>(BY_SUBJECT, values)).rows[0];
}
